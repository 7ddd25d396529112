"""From an event to its runs: whose it is, which hooks want it, and where it turns in a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from applinks.links import Incoming, Level, Link, SameUsers
from applinks.people import FindPerson, Person
from applinks.questions import Moment, Now, drive
from applinks.scripts import (
    HERE,
    LINKED,
    WEBHOOK,
    Event,
    EventOf,
    EventState,
    Hook,
    HookKind,
    KeepEvent,
    Retries,
    Runs,
    SetHook,
    Source,
    SourceOf,
    sort_event,
)
from applinks.scripts.events.sorting import DEEPEST, MOST_RUNS, takes, wants
from applinks.store import Store
from contracts.conftest import Clock
from putting import put

ISSUE = {"issue": {"id": "1", "key": "OPS-7", "fields": {"summary": "x", "project": {"key": "OPS"}}}}
DONE = {**ISSUE, "transition": {"transitionName": "Finish", "from_status": "Open", "to_status": "Done"}}
EVENT = Event(HERE, "jira", "updated", "d", ISSUE, 1.0, "issue OPS-7", "alice")
LISTENER = Hook(HookKind.LISTENER, id="a:listen", events=("updated",))
PUBLISH = Hook(HookKind.POST_FUNCTION, id="a:publish", application="jira", transition="Done")
SAME = SameUsers(True, "ada", 1)
FAR = Link("far", "Far", "jira", "https://far.test", "https://far.test", incoming=Incoming(Level.OAUTH), same_users=SAME)
PEOPLE = {"alice": Person("alice"), "Bob": Person("Bob"), "bobby": Person("Bob"), "gone": Person("gone", active=False)}


class Sorted:
    """Sorts events of a store in memory."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = Store.open("sqlite://", clock=self.clock)
        self.sources: dict[str, Source] = {}
        self.count = 0

    def answer(self, question: Any) -> Any:
        if isinstance(question, Now):
            return Moment(self.clock.now, "nonce")
        if isinstance(question, FindPerson):
            return next((one for name, one in PEOPLE.items() if name.casefold() == question.name.casefold()), None)
        if isinstance(question, SourceOf):
            return self.sources.get(question.id)
        return self.store.answer(question)

    def sort(self, event: Event = EVENT, *hooks: Hook) -> tuple[list[Any], Event]:
        """The runs that it causes, and the event as it stands then."""
        self.count += 1
        number = self.store.answer(KeepEvent(replace(event, delivery=f"{event.delivery} {self.count}"))).number
        drive(sort_event(number, hooks or (LISTENER,)), self.answer)
        runs = sorted(self.store.answer(Runs({"event": number})), key=lambda run: run.number)
        return runs, self.store.answer(EventOf(number))


@pytest.fixture
def at() -> Sorted:
    return Sorted()


def test_a_listener_gets_a_run_as_whoever_caused_the_event(at: Sorted) -> None:
    ((run,), event) = at.sort(EVENT, replace(LISTENER, retries=Retries(2)))
    assert (run.hook, run.kind, run.user, run.actor, run.item, run.again) == (
        ("a:listen", "listener", "alice", "alice", "issue OPS-7", 2)
    )
    assert (event.state, event.note) == (EventState.SORTED, None)


def test_an_event_that_nobody_wants_says_so(at: Sorted) -> None:
    runs, event = at.sort(replace(EVENT, kind="deleted"))
    assert (runs, event.note) == ([], "No script wants it.")


def test_an_event_is_sorted_once(at: Sorted) -> None:
    _, event = at.sort()
    assert drive(sort_event(event.number, (LISTENER,)), at.answer) == ()
    assert drive(sort_event(10_000, (LISTENER,)), at.answer) == ()
    assert len(at.store.answer(Runs({"event": event.number}))) == 1


@pytest.mark.parametrize(
    ("hook", "event", "wanted"),
    [
        (LISTENER, EVENT, True),
        (replace(LISTENER, events=("*",)), EVENT, True),
        (replace(LISTENER, application="jira"), EVENT, True),
        (replace(LISTENER, application="confluence"), EVENT, False),
        (replace(LISTENER, events=("other",)), EVENT, False),
        (PUBLISH, EVENT, False),
        (PUBLISH, replace(EVENT, payload=DONE), True),
        (replace(PUBLISH, transition="Finish"), replace(EVENT, payload=DONE), True),
        (replace(PUBLISH, transition="*"), replace(EVENT, payload=DONE), True),
        (replace(PUBLISH, transition="*"), EVENT, False),
        (replace(PUBLISH, transition="Open"), replace(EVENT, payload=DONE), False),
        (replace(PUBLISH, application="bamboo"), replace(EVENT, payload=DONE), False),
        (replace(PUBLISH, kind=HookKind.VALIDATOR), replace(EVENT, payload=DONE), False),
        (Hook(HookKind.JOB, id="a:job", cron="* * * * *"), EVENT, False),
    ],
)
def test_which_hooks_want_an_event(hook: Hook, event: Event, wanted: bool) -> None:
    assert wants(hook, event) is wanted


def test_what_is_asked_before_a_transition_takes_only_those_of_its_own_application() -> None:
    ask = replace(PUBLISH, kind=HookKind.VALIDATOR)
    assert takes(ask, replace(EVENT, payload=DONE))
    assert not takes(replace(ask, application="bitbucket"), replace(EVENT, payload=DONE))
    assert not takes(LISTENER, replace(EVENT, payload=DONE))


def test_a_hook_that_was_turned_off_does_not_run_and_its_parameters_are_handed_on(at: Sorted) -> None:
    at.store.answer(SetHook("a:listen", True, {"space": "OPS"}, "ada"))
    ((run,), _) = at.sort()
    assert run.parameters == {"space": "OPS"}
    at.store.answer(SetHook("a:listen", False, {}, "ada"))
    assert at.sort()[0] == []


@pytest.mark.parametrize(
    ("user", "why"),
    [(None, "It names nobody."), ("nobody", "nobody here"), ("gone", "disabled"), ("bobby", "as 'Bob'")],
)
def test_an_event_of_nobody_whom_we_know_starts_only_what_names_somebody_itself(at: Sorted, user: str | None, why: str) -> None:
    own = replace(LISTENER, id="a:own", run_as="robot", reason="to tidy up")
    ((run,), event) = at.sort(replace(EVENT, user=user), LISTENER, own)
    assert (run.hook, run.user, run.actor, run.reason) == ("a:own", "robot", "robot", "to tidy up")
    assert why in (event.note or "")
    assert "a:listen did not start" in (event.note or "")


def test_a_hook_that_names_a_user_runs_as_them_for_whoever_caused_it(at: Sorted) -> None:
    ((run,), _) = at.sort(EVENT, replace(LISTENER, run_as="robot", reason="to tidy up"))
    assert (run.user, run.actor, run.reason) == ("robot", "alice", "to tidy up")


def linked(**more: Any) -> Callable[[Sorted], Event]:
    def event(at: Sorted) -> Event:
        put(at.store, replace(FAR, **more))
        return replace(EVENT, source=f"{LINKED}far")

    return event


def webhook(link: str | None, believed: bool, **more: Any) -> Callable[[Sorted], Event]:
    def event(at: Sorted) -> Event:
        put(at.store, replace(FAR, **more))
        at.sources["w"] = Source("w", "Hook", "jira", link, None, None, believed, None, 1.0, "ada")
        return replace(EVENT, source=f"{WEBHOOK}w")

    return event


def test_a_chain_of_runs_is_cut_off(at: Sorted) -> None:
    """T-79."""
    ((run,), _) = at.sort(replace(EVENT, depth=DEEPEST - 1))
    assert run.depth == DEEPEST - 1
    runs, event = at.sort(replace(EVENT, depth=DEEPEST))
    assert (runs, event.state) == ([], EventState.REFUSED)
    assert "cut off" in (event.note or "")


def test_where_depth_cannot_travel_many_runs_for_one_item_are_taken_for_a_circle(at: Sorted) -> None:
    for _ in range(MOST_RUNS):
        assert len(at.sort()[0]) == 1
    runs, event = at.sort()
    assert runs == []
    assert "cut off" in (event.note or "")
    assert len(at.sort(replace(EVENT, item="issue OPS-8"))[0]) == 1
    assert len(at.sort(replace(EVENT, item=None))[0]) == 1
    at.clock.now += 61
    assert len(at.sort()[0]) == 1
