"""Before a transition: which hooks are asked, and what their runs stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from applinks.questions import drive
from applinks.scripts import BEFORE, Event, EventState, Hook, HookKind, HookSetting, HookSettings, Refusal, Run, RunState
from applinks.scripts.events.asking import refusals_of, runs_before

DONE = {"transition": {"transitionName": "Finish", "from_status": "Open", "to_status": "Done"}}
EVENT = Event("here", "jira", "transition", "d", DONE, 1.0, user="alice", depth=2)
IS_SMALL = Hook(HookKind.CONDITION, id="a:is_small", about="It must be small.", application="jira", transition="Done")
HAS_SUMMARY = Hook(HookKind.VALIDATOR, id="a:has_summary", application="jira", transition="*")
PUBLISH = Hook(HookKind.POST_FUNCTION, id="a:publish", application="jira", transition="Done")
BREAKS = replace(HAS_SUMMARY, id="a:breaks", transition="Broken")
HOOKS = (IS_SMALL, HAS_SUMMARY, PUBLISH, BREAKS)


class Kept:
    """Answers what is asked about settings, and keeps the event."""

    def __init__(self, *settings: HookSetting) -> None:
        self.settings = {one.hook: one for one in settings}
        self.events: list[Event] = []

    def __call__(self, question: Any) -> Any:
        if isinstance(question, HookSettings):
            return self.settings
        self.events.append(question.event)
        return replace(question.event, number=7)


def asked(kept: Kept, *, deepest: int = 10, kinds: frozenset[HookKind] = BEFORE) -> tuple[list[str], list[Refusal]]:
    runs, refusals = drive(runs_before(EVENT, HOOKS, kinds, deepest), kept)
    return [run.hook for run in runs], list(refusals)


def run(state: RunState, hook: Hook, **more: Any) -> Run:
    return Run(1, "k", hook.id, hook.kind.value, "alice", "alice", None, 7, None, 0, 0, {}, state, 0.0, 0.0, **more)


def test_the_conditions_and_validators_of_the_transition_are_asked_as_the_person_who_wants_it() -> None:
    kept = Kept(HookSetting("a:is_small", parameters={"most": 3}))
    runs, refusals = drive(runs_before(EVENT, HOOKS, BEFORE, 10), kept)
    assert [(one.hook, one.user, one.actor, one.event, one.depth) for one in runs] == [
        ("a:is_small", "alice", "alice", 7, 2),
        ("a:has_summary", "alice", "alice", 7, 2),
    ]
    assert [one.parameters for one in runs] == [{"most": 3}, {}]
    assert not refusals
    assert [event.state for event in kept.events] == [EventState.ASKED], "nothing else follows from it"


def test_only_hooks_of_the_kinds_that_are_wanted_and_that_are_on_are_asked() -> None:
    assert asked(Kept(), kinds=frozenset({HookKind.CONDITION})) == (["a:is_small"], [])
    assert asked(Kept(HookSetting("a:is_small", enabled=False))) == (["a:has_summary"], [])


def test_where_nobody_is_to_be_asked_no_event_is_kept() -> None:
    kept = Kept(HookSetting("a:is_small", enabled=False), HookSetting("a:has_summary", enabled=False))
    assert asked(kept) == ([], [])
    assert kept.events == []


def test_where_too_many_runs_have_led_to_it_nobody_is_asked_and_that_is_a_refusal() -> None:
    kept = Kept()
    runs, (refusal,) = asked(kept, deepest=2)
    assert runs == []
    assert (refusal.hook, kept.events[0].state) == ("a:is_small", EventState.REFUSED)
    assert refusal.message == kept.events[0].note


@pytest.mark.parametrize(
    ("run", "hook", "said"),
    [
        (run(RunState.DONE, IS_SMALL, result=True), IS_SMALL, []),
        (run(RunState.DONE, IS_SMALL, result=False), IS_SMALL, [Refusal("a:is_small", "It must be small.")]),
        (run(RunState.DONE, HAS_SUMMARY), HAS_SUMMARY, []),
        (run(RunState.SKIPPED, IS_SMALL), IS_SMALL, []),
        (
            run(RunState.REFUSED, HAS_SUMMARY, result={"message": "Say more.", "field": "summary"}),
            HAS_SUMMARY,
            [Refusal("a:has_summary", "Say more.", "summary")],
        ),
        (
            run(RunState.FAILED, HAS_SUMMARY, error="KeyError: 'x'"),
            HAS_SUMMARY,
            [Refusal("a:has_summary", "a:has_summary could not be asked: KeyError: 'x'")],
        ),
        (
            run(RunState.RUNNING, HAS_SUMMARY),
            HAS_SUMMARY,
            [Refusal("a:has_summary", "a:has_summary could not be asked: it takes too long")],
        ),
    ],
    ids=["met", "not met", "agrees", "skipped", "refuses", "fails", "still running"],
)
def test_whoever_does_not_agree_refuses(run: Run, hook: Hook, said: list[Refusal]) -> None:
    assert list(refusals_of(run, hook)) == said
