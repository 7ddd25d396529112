"""How many runs led to what happens here: none, unless somebody says so, and for no longer than the block."""

from __future__ import annotations

import asyncio
from contextvars import copy_context

from applinks.people import at_depth, depth_here, set_depth


def test_nothing_led_here_unless_somebody_says_so():
    assert depth_here() == 0
    with at_depth(3):
        with at_depth(0):
            assert depth_here() == 0
        assert depth_here() == 3
    assert depth_here() == 0


def test_what_a_task_causes_was_caused_by_the_same_runs():
    async def inside() -> int:
        with at_depth(2):
            task = asyncio.create_task(asyncio.to_thread(depth_here))
        return await task

    assert asyncio.run(inside()) == 2


def test_it_is_set_for_a_context_and_no_other():
    context = copy_context()
    context.run(set_depth, 4)
    assert context.run(depth_here) == 4
    assert depth_here() == 0
