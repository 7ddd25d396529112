"""Trying a link as somebody (R-46): one call of our own, on the record, and whether the answer is whom it should be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from applinks.errors import AccessRefused, LinkNotFound, PersonUnknown, TransportFailed
from applinks.incoming import Principal, receive
from applinks.links import Link
from applinks.outgoing import Tried, trying
from applinks.wire.messages import Request, Response
from in_memory import InMemory, linked


class World:
    """Front is linked with a tracker, which says who is calling."""

    def __init__(self, **terms: Any) -> None:
        self.front, self.tracker = InMemory("Front"), InMemory("Tracker")
        self.link, _ = linked(self.front, self.tracker, **terms)
        self.asked: list[Request] = []
        self.front.network = self.ask

    def ask(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.tracker.run(receive(request))
        if isinstance(answer, Response):
            return answer
        name = answer.person.name if isinstance(answer, Principal) else ""
        return Response(200, body=json.dumps({"name": name}).encode())

    def tried(self, user: str, using: str | None = None, link: Link | None = None) -> Tried:
        flow = trying.tried(link or self.link, user, using, self.front.mechanisms, by="root")
        result: Tried = self.front.run(flow)
        return result


def test_the_other_application_says_whom_it_sees():
    world = World()
    assert world.tried("alice") == Tried("Tracker", "alice", "alice", "alice", "2LOi")
    assert world.tried("alice").good
    (entry,) = {(entry.kind, entry.subject, entry.actor, entry.reason) for entry in world.front.entries}
    assert entry == ("call", "alice", "root", "test")
    assert world.asked[0].method == "GET"


def test_nobody_is_seen_in_an_anonymous_call():
    tried = World().tried("alice", "anonymous")
    assert (tried.expected, tried.answered, tried.good) == ("", "", True)


@pytest.mark.parametrize(
    ("expected", "answered", "good"),
    [
        ("alice", "Alice", True),
        ("alice", "bob", False),
        ("alice", "", False),
        (None, "cclark", True),
        (None, "", False),
        ("", "", True),
    ],
)
def test_it_is_good_if_it_is_whom_it_should_be(expected: str | None, answered: str, good: bool):
    assert Tried("Wiki", "alice", expected, answered, "2LOi").good is good


@pytest.mark.parametrize("user", ["nobody", "dave"])
def test_somebody_who_does_not_exist_or_is_disabled_is_not_tried(user: str):
    world = World()
    with pytest.raises(PersonUnknown):
        world.tried(user)
    assert world.asked == []


def test_a_refusal_is_the_error_that_any_call_would_have():
    world = World()
    with pytest.raises(AccessRefused, match="permission_denied"):
        world.tried("root")
    assert world.front.outcomes("call") == ["permission_denied"]


def test_what_breaks_is_written_down_like_any_call():
    world = World()

    def broken(request: Request) -> Response:
        raise TransportFailed("Broken.")

    world.front.network = broken
    with pytest.raises(TransportFailed):
        world.tried("alice")
    assert world.front.outcomes("call") == ["transport-failed"]


def test_explaining_sends_nothing():
    world = World()
    explanation = world.front.run(trying.explained(world.link.id, "alice", None, world.front.mechanisms))
    assert (explanation.mechanism, explanation.witness) == ("2LOi", "alice")
    assert world.asked == []
    with pytest.raises(LinkNotFound):
        world.front.run(trying.explained("nothing", "alice", None, world.front.mechanisms))
