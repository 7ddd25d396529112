"""What a process says that is to stop."""

from __future__ import annotations

import pytest

from applinks.running.stopping import became, waiting
from applinks.scripts import RunState


@pytest.mark.parametrize(
    ("seconds", "count", "said"),
    [
        (10.0, 3, "Waiting up to 10 s for 3 runs."),
        (9.9996, 1, "Waiting up to 10 s for 1 run."),
        (0.0997, 1, "Waiting up to 0.1 s for 1 run."),
        (0.0, 2, "Waiting up to 0 s for 2 runs."),
        (3600.0, 2, "Waiting up to 3600 s for 2 runs."),
    ],
)
def test_for_what_it_waits(seconds: float, count: int, said: str) -> None:
    assert waiting(seconds, count) == said


@pytest.mark.parametrize(
    ("cut_off", "said"),
    [
        ({}, "Finished 3."),
        ({RunState.QUEUED: 1}, "Finished 2, handed over 1."),
        ({RunState.QUEUED: 2, RunState.FAILED: 1}, "Finished 0, handed over 2, ended 1 that nobody else can go on with."),
        ({None: 1}, "Finished 3."),
    ],
)
def test_what_has_become_of_them(cut_off: dict[RunState | None, int], said: str) -> None:
    """What had ended by itself at the last moment was not cut off."""
    assert became(3, cut_off) == said
