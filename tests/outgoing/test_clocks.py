"""What a far side may make us believe about our clock; the road of a call and the dance use it alike."""

from __future__ import annotations

import pytest

from applinks.outgoing.clocks import MOST_SKEW, corrected
from applinks.wire.problems import Problem
from in_memory import NOW, InMemory


def complaint(skew: float) -> Problem:
    """Our clock is ahead by so many seconds."""
    middle = int(NOW - skew)
    return Problem("timestamp_refused", (("oauth_acceptable_timestamps", f"{middle - 300}-{middle + 300}"),))


@pytest.mark.parametrize("skew", [1, -1, 400, -400, int(MOST_SKEW), -int(MOST_SKEW)])
def test_a_complaint_within_bounds_is_learnt(skew):
    us = InMemory("Front")
    assert us.run(corrected(complaint(skew), "far"))
    assert us.skews == {"far": skew}


@pytest.mark.parametrize(
    "problem",
    [
        None,
        Problem("nonce_used"),
        Problem("timestamp_refused"),
        complaint(MOST_SKEW + 1),
        complaint(-MOST_SKEW - 1),
    ],
)
def test_nothing_else_is(problem):
    """T-12"""
    us = InMemory("Front")
    assert not us.run(corrected(problem, "far"))
    assert us.skews == {}
