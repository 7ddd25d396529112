"""What a linked application tells by itself is its word only if it signed all of it, just now, as nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from applinks.errors import BadProof, NotAdmitted, Replayed
from applinks.incoming import told_by_itself
from applinks.links import FactsFor, Level
from applinks.outgoing import ourselves
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory, linked

PATH = "plugins/servlet/applinks/events"


def signed(by: InMemory, to: InMemory, token: str | None = None, **fields: str) -> Request:
    """As it goes over the wire."""
    sent: list[Request] = []

    def network(request: Request) -> Response:
        sent.append(request)
        return Response(200)

    by.network = network
    request = Request("POST", f"{to.identity.url}/{PATH}", (("content-type", FORM),), form(fields.items()).encode())
    by.run(ourselves.ask(request, by.answer(FactsFor(to.identity.id)), token=token))
    return sent[-1]


@pytest.fixture
def ends() -> tuple[InMemory, InMemory]:
    wiki, desk = InMemory("Wiki"), InMemory("Desk")
    linked(wiki, desk)
    return wiki, desk


def taken(desk: InMemory, request: Request) -> Any:
    return desk.run(told_by_itself(request, desk.identity, "event"))


def test_the_link_and_the_field_of_a_signed_form(ends: tuple[InMemory, InMemory]):
    wiki, desk = ends
    link, said = taken(desk, signed(wiki, desk, event="{}"))
    assert (link.name, said) == ("Wiki", "{}")


def test_the_same_request_is_not_taken_twice(ends: tuple[InMemory, InMemory]):
    wiki, desk = ends
    request = signed(wiki, desk, event="{}")
    taken(desk, request)
    with pytest.raises(Replayed):
        taken(desk, request)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda wiki, desk: Request("POST", f"{desk.identity.url}/{PATH}", (("content-type", FORM),), b"event={}"),
        lambda wiki, desk: _with_body(signed(wiki, desk, event="{}"), b"event=%7B%22a%22%7D"),
        lambda wiki, desk: signed(wiki, desk, other="{}"),
        lambda wiki, desk: signed(wiki, desk, token="t", event="{}"),
    ],
    ids=["unsigned", "changed", "without the field", "with a token"],
)
def test_anything_else_is_refused_and_remembered(
    ends: tuple[InMemory, InMemory], spoilt: Callable[[InMemory, InMemory], Request]
):
    wiki, desk = ends
    request = spoilt(wiki, desk)
    with pytest.raises(NotAdmitted):
        taken(desk, request)


def test_a_link_that_is_off_tells_nothing():
    wiki, desk = InMemory("Wiki"), InMemory("Desk")
    linked(wiki, desk, level=Level.DISABLED)
    with pytest.raises(NotAdmitted):
        taken(desk, signed(wiki, desk, event="{}"))


def test_what_was_refused_can_be_explained(ends: tuple[InMemory, InMemory]):
    wiki, desk = ends
    with pytest.raises(BadProof):
        taken(desk, _with_body(signed(wiki, desk, event="{}"), b"event=x"))
    assert [refusal.problem for refusal in desk.refusals] == ["signature_invalid"]


def _with_body(request: Request, body: bytes) -> Request:
    return Request(request.method, request.url, request.headers, body)
