"""Runs that somebody begins by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks.errors import ConfigurationError, ParametersWrong
from applinks.scripts import (
    BY_HAND,
    EventOf,
    EventState,
    Hook,
    HookKind,
    RunOf,
    RunState,
    Told,
    run_by_hand,
    set_parameters,
    told_by,
)
from in_memory import InMemory
from scripts.happened import HOOK, happened, hooks_in


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


@pytest.fixture
def hooks(tmp_path: Path) -> dict[str, Hook]:
    return hooks_in(tmp_path)


def test_it_runs_as_whoever_says_so_on_the_record(tracker, hooks):
    number = tracker.run(run_by_hand(hooks["publish:hello"], "root"))
    run = tracker.answer(RunOf(number))
    assert (run.state, run.user, run.actor, run.event) == (RunState.QUEUED, "root", "root", None)
    entry = tracker.entries[-1]
    assert (entry.kind, entry.outcome, entry.actor) == ("run begun by hand", f"run {number} of publish:hello", "root")


def test_a_job_runs_as_the_user_that_it_names(tracker, hooks):
    number = tracker.run(run_by_hand(hooks["publish:nightly"], "root", parameters={"days": 3}))
    run = tracker.answer(RunOf(number))
    assert (run.user, run.actor, run.reason, run.parameters) == ("deployment", "root", "by hand, by root", {"days": 3})


def test_what_it_is_told_is_an_event_that_starts_nothing_else(tracker, hooks):
    number = tracker.run(run_by_hand(hooks[HOOK], "root", told=Told({"issue": {"key": "OPS-7"}}, item="issue OPS-7")))
    run = tracker.answer(RunOf(number))
    event = tracker.answer(EventOf(run.event))
    assert (event.source, event.state, event.application, event.user) == (BY_HAND, EventState.SORTED, "jira", "root")
    assert (event.payload, run.item) == ({"issue": {"key": "OPS-7"}}, "issue OPS-7")


def test_it_can_be_told_what_an_event_has_told(tracker, hooks):
    told = tracker.run(told_by(happened(tracker, {"issue": {"key": "OPS-9"}}, item="issue OPS-9")))
    assert told == Told({"issue": {"key": "OPS-9"}}, "jira:issue_updated", "issue OPS-9")
    with pytest.raises(ConfigurationError, match="There is no event 99"):
        tracker.run(told_by(99))


def test_parameters_that_are_not_given_are_as_they_are_set(tracker, hooks):
    hook = hooks[HOOK]
    tracker.run(set_parameters(hook, {"space": "X", "password": "hunter2"}, "root"))
    number = tracker.run(run_by_hand(hook, "root", parameters={"loud": True}))
    given = tracker.answer(RunOf(number)).parameters
    assert (given["space"], given["loud"], given["password"]) == ("X", True, "hunter2")


def test_what_must_be_given_and_is_not_is_told(tracker, hooks):
    with pytest.raises(ParametersWrong):
        tracker.run(run_by_hand(hooks["publish:nightly"], "root"))


@pytest.mark.parametrize("kind", [HookKind.ENDPOINT, HookKind.OPERATION])
def test_what_answers_requests_is_not_begun_by_hand(tracker, kind):
    with pytest.raises(ConfigurationError, match="answers requests"):
        tracker.run(run_by_hand(Hook(kind, id="a:b"), "root"))
