"""Whose event it is, and what becomes of one that cannot be sorted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import StoreUnavailable, TransportFailed
from applinks.links import Level, Link, RemoveLink, SameUsers
from applinks.people import Names, Policy
from applinks.questions import Ask
from applinks.scripts import (
    HERE,
    Event,
    EventOf,
    EventsReceived,
    EventState,
    Hook,
    HookKind,
    HookSettings,
    KeepEvent,
    NamesOfKeys,
    RunOf,
    change_source,
    sort_event,
)
from applinks.scripts.events.sorting import GIVEN_UP_AFTER, LONGEST_WAIT, cut_off
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to
from intake import Desk, desk
from putting import put

LISTENER = Hook(HookKind.LISTENER, id="all:listen", events=("*",))
NAMED = replace(LISTENER, id="all:named", run_as="deployment", reason="it says so")
KEY = "8a1"


class World(Desk):
    """The application, linked with a wiki that knows whose key is whose."""

    def __init__(self, applinks: Any, link: Link) -> None:
        super().__init__(applinks)
        self.link = link
        self.names = NamesOfKeys()
        self.asked: list[Request] = []
        self.answer: Response | Exception = Response(200, body=json.dumps({"username": "alice", "userKey": KEY}).encode())
        applinks._answers[Ask] = self._ask

    def _ask(self, question: Ask) -> Response:
        self.asked.append(question.request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def change(self, **more: Any) -> None:
        """Change the link."""
        self.link = replace(self.link, **more)
        put(self.applinks, self.link)

    def keep(self, source: str, user: str | None = "alice", **more: Any) -> int:
        event = Event(source, "wiki", "page_created", f"{self.now} {more}", {}, self.now, user=user, **more)
        return int(self.applinks.answer(KeepEvent(event)).number)

    def sorted(self, number: int, *hooks: Hook) -> tuple[str | None, Event]:
        """As whom the first run is, and what is noted at the event."""
        runs = self.applinks.run(sort_event(number, hooks or (LISTENER,), names=self.names))
        first = self.applinks.answer(RunOf(runs[0])).user if runs else None
        return first, self.applinks.answer(EventOf(number))

    def of_webhook(self, user: str | None = "alice", **more: Any) -> int:
        made = self.add("Wiki events", "confluence", **more)
        return self.keep(f"webhook {made.source.id}", user, user_key=None if user else KEY)


@pytest.fixture
def here() -> Iterator[World]:
    with desk() as made:
        link = link_to(InMemory("Wiki", type="confluence"))
        put(made.applinks, link)
        yield World(made.applinks, link)


# ---- here, and webhooks


def test_what_happens_here_is_caused_by_a_person_of_ours(here: World):
    assert here.sorted(here.keep(HERE))[0] == "alice"


@pytest.mark.parametrize(("user", "why"), [("dave", "disabled"), ("nobody", "nobody here"), (None, "names nobody")])
def test_nobody_is_put_in_the_place_of_whom_we_do_not_know(here: World, user: str | None, why: str):
    first, event = here.sorted(here.keep(HERE, user))
    assert first is None
    assert event.state is EventState.SORTED
    assert why in (event.note or "")


def test_a_hook_that_names_its_user_runs_all_the_same(here: World):
    assert here.sorted(here.keep(HERE, None), LISTENER, NAMED)[0] == "deployment"


def test_a_webhook_is_believed_where_an_administrator_said_so(here: World):
    number = here.of_webhook(link="Wiki")
    assert here.sorted(number)[0] == "alice"


def test_one_that_is_not_believed_causes_no_run_as_a_person(here: World):
    first, event = here.sorted(here.of_webhook(signed=False))
    assert first is None
    assert "not believed" in (event.note or "")


def test_its_people_are_known_by_the_names_of_the_link(here: World):
    same = SameUsers(True, "root", 0, names=Names((("alice", "aadams"),)))
    here.change(same_users=same)
    assert here.sorted(here.of_webhook("aadams", link="Wiki"))[0] == "alice"
    here.now += 1
    assert here.sorted(here.keep(f"webhook {_only_source(here)}", "alice"))[0] is None


def test_without_its_link_its_people_are_nobody_of_ours(here: World):
    """Names that meant people over there must not begin to mean people here, because somebody has deleted a link."""
    number = here.of_webhook(link="Wiki")
    here.applinks.answer(RemoveLink(here.link.id))
    first, event = here.sorted(number)
    assert first is None
    assert "link is gone" in (event.note or "")


# ---- by key


def test_the_far_side_is_asked_who_has_a_key_and_asked_once(here: World):
    here.change(outgoing=replace(here.link.outgoing, level=Level.OAUTH_IMPERSONATION))
    number = here.of_webhook(None, link="Wiki", asks_as="bob")
    assert here.sorted(number)[0] == "alice"
    (asked,) = here.asked
    assert f"/rest/api/user?key={KEY}" in asked.url
    assert "user_id=bob" in asked.url
    here.now += 3599
    assert here.sorted(here.keep(f"webhook {_only_source(here)}", None, user_key=KEY))[0] == "alice"
    assert len(here.asked) == 1
    here.now += 2
    here.sorted(here.keep(f"webhook {_only_source(here)}", None, user_key=KEY))
    assert len(here.asked) == 2


def test_without_anybody_who_asks_nobody_is_asked(here: World):
    first, event = here.sorted(here.of_webhook(None, link="Wiki"))
    assert first is None
    assert "nobody is named to ask" in (event.note or "")
    assert here.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Response(404),
        Response(403),
        Response(200, body=b"{}"),
        Response(200, body=b'{"username": "root", "userKey": "another"}'),
        Response(200, body=b'{"username": 1, "userKey": "8a1"}'),
    ],
    ids=["unknown", "forbidden", "empty", "another", "no name"],
)
def test_who_cannot_be_told_is_nobody(here: World, answer: Response):
    here.answer = answer
    first, event = here.sorted(here.of_webhook(None, link="Wiki", asks_as="bob"))
    assert first is None
    assert event.state is EventState.SORTED
    assert "who it was" in (event.note or "")


@pytest.mark.parametrize("answer", [TransportFailed("away"), Response(503), Response(429), Response(500)], ids=str)
def test_while_the_far_side_is_away_the_event_waits(here: World, answer: Response | Exception):
    number = here.of_webhook(None, link="Wiki", asks_as="bob")
    good, here.answer = here.answer, answer
    first, event = here.sorted(number)
    assert (first, event.state, event.tries) == (None, EventState.RECEIVED, 1)
    here.answer = good
    assert here.sorted(number)[0] == "alice"


def test_it_does_not_wait_for_ever(here: World):
    number = here.of_webhook(None, link="Wiki", asks_as="bob")
    here.answer = TransportFailed("away")
    here.now += GIVEN_UP_AFTER + 1
    assert here.sorted(number)[1].state is EventState.REFUSED


def test_who_asks_must_be_somebody(here: World):
    number = here.of_webhook(None, link="Wiki", asks_as="bob")
    here.applinks.people.people.pop("bob")  # type: ignore[union-attr]
    first, event = here.sorted(number)
    assert (first, event.state) == (None, EventState.SORTED)
    here.applinks.run(change_source("Wiki events", by="root", asks_as=None))


# ---- over a link


def test_what_a_linked_application_tells_is_caused_by_whom_it_may_impersonate(here: World):
    assert here.sorted(here.keep(f"link {here.link.id}"))[0] == "alice"


@pytest.mark.parametrize(
    ("user", "change", "why"),
    [
        ("alice", {"level": Level.OAUTH}, "may not speak for people"),
        ("alice", {"policy": Policy(excluded_users={"alice"})}, "excludes"),
        ("alice", {"policy": Policy(paths=("/rest/",))}, "path"),
        ("root", {}, "administrator"),
        ("dave", {}, "disabled"),
    ],
    ids=str,
)
def test_nobody_else_is(here: World, user: str, change: dict[str, Any], why: str):
    """T-20: an event is no way around the policy of the link."""
    here.change(incoming=replace(here.link.incoming, **change))
    first, event = here.sorted(here.keep(f"link {here.link.id}", user))
    assert first is None
    assert why in (event.note or "")


def test_where_names_do_not_mean_the_same_people_nobody_is(here: World):
    here.change(same_users=SameUsers(False, "root", 0))
    assert here.sorted(here.keep(f"link {here.link.id}"))[0] is None


# ---- what cannot be sorted


def test_a_poison_event_keeps_no_other_waiting(here: World):
    """T-79."""
    poison, other = here.keep(HERE, item="page 1"), here.keep(HERE, item="page 2")
    here.applinks._answers[HookSettings] = _raising(RuntimeError("boom"))
    here.sorted(poison)
    assert here.applinks.answer(EventOf(poison)).note == "It could not be sorted: boom"
    assert here.applinks.answer(EventsReceived()) == (poison, other)  # the store's clock is ahead of the desk's
    del here.applinks._answers[HookSettings]
    here.applinks._answers[HookSettings] = here.applinks._store.answer
    assert here.sorted(other)[0] == "alice"


def test_where_the_store_fails_nothing_is_noted(here: World):
    number = here.keep(HERE)
    here.applinks._answers[HookSettings] = _raising(StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        here.sorted(number)


def test_waits_grow_and_stay_within_bounds(here: World):
    number = here.keep(HERE)
    here.applinks._answers[HookSettings] = _raising(RuntimeError("boom"))
    waits = []
    here.applinks._answers[type(_postponed())] = lambda question: waits.append(question.until - here.now)
    for tries in (0, 1, 5, 50):
        event = replace(here.applinks.answer(EventOf(number)), tries=tries)
        here.applinks._answers[EventOf] = lambda _, event=event: event
        here.sorted(number)
    assert waits == [5.0, 10.0, 160.0, LONGEST_WAIT]


@pytest.mark.parametrize(("depth", "is_cut"), [(2, False), (3, True), (9, True)])
def test_too_many_runs_cut_it_off(here: World, depth: int, is_cut: bool):
    event = here.event(here.keep(HERE, depth=depth))
    assert (cut_off(event, 3) is not None) is is_cut


def _only_source(here: World) -> str:
    from applinks.scripts import Sources

    (source,) = here.applinks.answer(Sources())
    return str(source.id)


def _postponed() -> Any:
    from applinks.scripts import PostponeEvent

    return PostponeEvent(0, 0.0, "")


def _raising(error: Exception) -> Any:
    def answer(_question: object) -> None:
        raise error

    return answer
