"""Telling linked applications: signed by ourselves, again while it fails, and not for ever."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import StoreUnavailable, TransportFailed
from applinks.links import SameUsers
from applinks.people import Names
from applinks.questions import Ask
from applinks.scripts import HERE, ClaimUntold, Event, EventOf, ForgetUntold, KeepEvent, PostponeUntold, Untold, tell_next
from applinks.scripts.events.passing_on import GIVEN_UP_AFTER, LONGEST_WAIT, as_told
from applinks.wire.encoding import parse_form
from applinks.wire.events import LARGEST, ToldEvent
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to
from intake import Desk, desk
from putting import put

LINK = link_to(InMemory("Wiki"))
EVENT = Event(HERE, "jira", "changed", "d1", {"a": 1}, 1_760_000_000.0, "issue OPS-7", "alice", depth=2)


class Telling(Desk):
    """What is told, and how it is answered."""

    def __init__(self, applinks: Any) -> None:
        super().__init__(applinks)
        self.sent: list[Request] = []
        self.answers: list[Response | Exception] = []
        applinks._answers[Ask] = self._ask

    def _ask(self, question: Ask) -> Response:
        self.sent.append(question.request)
        answer = self.answers.pop(0) if self.answers else Response(202)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def tell(self) -> Any:
        return self.applinks.run(tell_next())


@pytest.fixture
def here() -> Iterator[Telling]:
    with desk() as made:
        put(made.applinks, LINK)
        yield Telling(made.applinks)


def kept(here: Telling, event: Event = EVENT) -> int:
    return int(here.applinks.answer(KeepEvent(event, (LINK.id,))).number)


def test_an_event_is_told_in_a_form_all_of_which_is_signed(here: Telling):
    kept(here)
    assert here.tell() is not None
    (request,) = here.sent
    assert request.url == f"{LINK.application_url}/plugins/servlet/applinks/events"
    fields = dict(parse_form(request.body.decode()))
    assert ToldEvent.read(fields["event"]) == as_told(EVENT, LINK)
    assert "oauth_signature=" in (request.header("authorization") or "")
    assert here.tell() is None


def test_whoever_caused_it_goes_by_their_name_over_there():
    same = SameUsers(True, "root", 0, names=Names((("alice", "aadams"),)))
    mapped = replace(LINK, same_users=same)
    told = as_told(EVENT, mapped)
    assert (told.id, told.user, told.depth, told.happened_at) == ("d1", "aadams", 2, EVENT.received_at)
    assert as_told(replace(EVENT, user="aadams"), mapped).user is None
    assert as_told(replace(EVENT, user=None), LINK).user is None


@pytest.mark.parametrize(
    ("answer", "away"),
    [
        (TransportFailed("away"), True),
        (Response(503), True),
        (Response(401), True),
        (Response(404), True),
        (Response(500), False),
    ],
    ids=["transport", "503", "401", "404", "500"],
)
def test_what_cannot_be_told_is_told_later(
    here: Telling, answer: Response | Exception, away: bool, caplog: pytest.LogCaptureFixture
):
    number = kept(here)
    here.answers = [answer]
    told = here.tell()
    assert (told.link_id, told.away) == (LINK.id, away)
    assert told.until == here.now + 1
    assert f"event {number} cannot be told to 'Wiki'" in caplog.text
    assert here.tell() is not None  # the store's clock is ahead of the desk's
    assert here.tell() is None


@pytest.mark.parametrize("answer", [Response(400), Response(413)], ids=["400", "413"])
def test_what_cannot_be_read_is_not_told_again(here: Telling, answer: Response, caplog: pytest.LogCaptureFixture):
    number = kept(here)
    here.answers = [answer]
    here.tell()
    assert here.tell() is None
    assert "was not told to 'Wiki'" in (here.event(number).note or "")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_what_is_too_large_is_not_even_sent(here: Telling):
    number = kept(here, replace(EVENT, payload={"a": "x" * LARGEST}))
    here.tell()
    assert here.sent == []
    assert "characters" in (here.event(number).note or "")


def test_waits_grow_and_end(here: Telling):
    kept(here)
    untold = here.applinks.answer(ClaimUntold())
    waits = []
    here.applinks._answers[PostponeUntold] = lambda question: waits.append(question.until - here.now)
    for tries in (0, 1, 5, 50):
        here.applinks._answers[ClaimUntold] = lambda _, tries=tries: replace(untold, tries=tries)
        here.answers = [Response(503)]
        here.tell()
    assert waits == [1.0, 2.0, 32.0, LONGEST_WAIT]
    here.now += GIVEN_UP_AFTER + 1
    here.answers = [Response(503)]
    here.tell()
    assert "503" in (here.event(untold.event).note or "")


def test_what_is_gone_is_forgotten(here: Telling):
    forgotten = []
    here.applinks._answers[ClaimUntold] = lambda _: Untold(7, "gone", 1, 0.0, 0)
    here.applinks._answers[ForgetUntold] = forgotten.append
    here.applinks._answers[EventOf] = lambda _: None
    here.tell()
    assert forgotten == [ForgetUntold(7)]


def test_where_the_store_fails_nothing_is_given_up(here: Telling):
    kept(here)
    here.answers = [StoreUnavailable("away")]
    with pytest.raises(StoreUnavailable):
        here.tell()
