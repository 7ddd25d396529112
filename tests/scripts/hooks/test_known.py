"""What is known of hooks without loading a script."""

from __future__ import annotations

import pytest

from applinks.scripts import DAY, KnownHook, RunState, known_hook, known_hooks, switch_hook
from in_memory import InMemory
from scripts.happened import HOOK, ended


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


def test_those_that_have_run_and_those_that_are_set_are_known(tracker):
    number = ended(tracker, RunState.FAILED)
    tracker.run(switch_hook("a:b", False, "root", loaded=["a:b"]))
    known = tracker.run(known_hooks())
    assert list(known) == ["a:b", HOOK]
    assert (known["a:b"].enabled, known["a:b"].changed_by, known["a:b"].last) == (False, "root", None)
    assert (known[HOOK].enabled, known[HOOK].changed_by, known[HOOK].last.number, known[HOOK].failures) == (
        True,
        None,
        number,
        1,
    )


def test_failures_of_more_than_a_week_ago_are_not_counted(tracker):
    ended(tracker, RunState.FAILED)
    tracker.now += 7 * DAY + 1
    assert tracker.run(known_hook(HOOK)).failures == 0


def test_one_that_nobody_knows_is_on(tracker):
    assert tracker.run(known_hook("a:b")) == KnownHook("a:b")


def test_parameters_are_not_shown():
    """T-66"""
    assert "hunter2" not in repr(KnownHook("a:b", parameters={"password": "hunter2"}))
