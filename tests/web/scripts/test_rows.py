"""A run as a row: what it waits for, or what became of it."""

from __future__ import annotations

import pytest

from applinks.scripts import PARKED_FOR, Progress, Run, RunState
from applinks.web.scripts.rows import link_names, note, progress, since_when
from applinks.web.scripts.views import ProgressBar
from in_memory import NOW
from scripts.happened import HOOK

LINKS = {"wiki": "Wiki"}


def run(state: RunState, **more: object) -> Run:
    facts = {
        "user": "alice",
        "actor": "alice",
        "reason": None,
        "event": None,
        "item": None,
        "depth": 0,
        "again": 0,
        "parameters": {},
    }
    return Run(1, "k", HOOK, "listener", state=state, made_at=NOW, **{"due_at": NOW, **facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            run(RunState.PARKED, parked_link="wiki", parked_user="carol", parked_until=NOW + PARKED_FOR),
            "waits for carol’s consent in Wiki since 2027-01-15 08:00:00 (UTC)",
        ),
        (
            run(RunState.PARKED, parked_link="gone", parked_user="carol"),
            "waits for carol’s consent in a link that is gone since 2027-01-15 08:00:00 (UTC)",
        ),
        (run(RunState.QUEUED), ""),
        (run(RunState.QUEUED, passes=1, error="500", due_at=NOW + 60), "is tried again at 2027-01-15 08:01:00 (UTC): 500"),
        (run(RunState.FAILED, error="500"), "500"),
        (run(RunState.DONE, parked_link="wiki", parked_user="carol"), ""),
    ],
)
def test_it_says_what_it_waits_for_or_what_became_of_it(one, words):
    """Whom a run waited for stays noted after they have consented, and is nobody's business then."""
    assert note(one, LINKS) == words


def test_since_when_it_waits_is_known_from_until_when():
    assert since_when(run(RunState.PARKED, parked_until=NOW + 5 + PARKED_FOR)) == NOW + 5


def test_links_are_looked_up_only_where_somebody_waits(tracker, wiki):
    assert tracker.run(link_names((run(RunState.DONE),))) == {}
    assert "Links" not in tracker.kinds()
    assert tracker.run(link_names((run(RunState.PARKED, parked_link=wiki.id),))) == {wiki.id: "Wiki"}


@pytest.mark.parametrize(
    ("one", "bar"),
    [
        (run(RunState.RUNNING, progress=Progress(7, 120, "page 7")), ProgressBar(7, 120, "7 of 120: page 7")),
        (run(RunState.RUNNING, progress=Progress(0, 0)), ProgressBar(1, 1, "0 of 0")),
        (run(RunState.RUNNING), None),
        (run(RunState.QUEUED, progress=Progress(7, 120)), None),
        (run(RunState.DONE, progress=Progress(120, 120)), None),
    ],
)
def test_how_far_it_is_is_told_while_it_is_running(one, bar):
    assert progress(one) == bar
