"""`address`: a linked application has moved, and proves itself where it is now."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.errors import TransportFailed
from applinks.incoming.replay import TRIES
from applinks.wire import mending, oauth1
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, connect, key_of, linked
from incoming.endpoints.dancing import Floor, refused
from incoming.senders import BASE, outcome

NEW = "https://moved.example.com"


@pytest.fixture
def floor() -> Floor:
    made = Floor()
    connect(made.wiki, made.front)
    made.front.identity = replace(made.front.identity, url=NEW)
    return made


def said(floor: Floor, url: str = NEW, *, key=None, verb: str = "POST", nonce: str = "n-1") -> Request:
    credentials = oauth1.Credentials(
        floor.front.identity.consumer_key, key or floor.front.key, SignatureMethod.RSA_SHA256, token=None
    )
    request = Request(verb, f"{BASE}/{mending.NEW_ADDRESS_PATH}", (("content-type", FORM),), form((("url", url),)).encode())
    return oauth1.sign(request, credentials, timestamp=int(floor.front.now), nonce=nonce).request


def test_we_follow_once_it_has_proven_itself_there(floor):
    answer = outcome(floor.wiki, said(floor))
    assert (answer.status, json.loads(answer.body)) == (200, {"accepted": True, "url": NEW})
    assert floor.link.application_url == NEW
    assert [(entry.kind, entry.actor) for entry in floor.wiki.entries] == [("link moved", None)]


@pytest.mark.parametrize(
    "there",
    [
        lambda floor, answer: Response(404),
        lambda floor, answer: replace(answer, body=answer.body.replace(NEW.encode(), b"https://evil.example.com")),
    ],
    ids=["nothing", "another address"],
)
def test_without_a_proof_we_stay_where_we_were(floor, there):
    """T-37: a signature over the new address alone moves nothing; and nobody can say `unproven` from there."""
    network = floor.wiki.network
    floor.wiki.network = lambda request: there(floor, network(request))
    answer = outcome(floor.wiki, said(floor))
    assert answer.status == 400
    assert {"message", "remedy"} == json.loads(answer.body).keys()
    assert floor.link.application_url == "https://front.example.com"


def lost(request: Request) -> Response:
    raise TransportFailed(f"{request.url} cannot be reached: connection refused.", reason="refused")


def test_it_does_not_find_out_through_us_what_there_is_beside_us(floor, caplog):
    """T-29, T-53: a port that is closed, one that is open, another application, an id that is linked: one answer."""
    other = InMemory("Payroll")
    connect(floor.wiki, floor.front, other)
    linked(other, floor.wiki)
    network, answers = floor.wiki.network, []
    found = {
        "https://10.0.0.7:22": lost,
        "https://10.0.0.7:80": lambda request: Response(404),
        "https://10.0.0.7:81": lambda request: Response(200, (), b'{"proofs": [], "url": "https://secret.example.com"}'),
        other.identity.url: network,
        NEW: network,
    }
    floor.front.identity = replace(floor.front.identity, id=other.identity.id)
    for number, (url, there) in enumerate(found.items()):
        floor.wiki.network = there
        answers.append(outcome(floor.wiki, said(floor, url, nonce=f"n-{number}")))
    assert {(answer.status, answer.body) for answer in answers} == {(400, answers[0].body)}
    assert b"Payroll" not in answers[0].body
    assert "connection refused" in caplog.text
    assert "Payroll" in caplog.text


def test_it_names_no_addresses_at_will(floor):
    """T-29, T-77: each makes us wait for somebody."""
    asked = []
    floor.wiki.network = lambda request: asked.append(request) or Response(404)
    answers = [outcome(floor.wiki, said(floor, f"https://10.0.0.{n}", nonce=f"n-{n}")) for n in range(TRIES + 5)]
    assert [answer.status for answer in answers] == [400] * TRIES + [429] * 5
    assert answers[-1].header("retry-after") == "900"
    assert len(asked) == TRIES


def test_another_key_than_the_one_that_we_know_asks_for_nothing(floor):
    floor.wiki.network = lambda request: pytest.fail("a stranger made us ask")
    assert refused(outcome(floor.wiki, said(floor, key=key_of("stranger")))) == (401, "signature_invalid")


def test_the_same_request_sent_again_is_a_replay(floor):
    request = said(floor)
    outcome(floor.wiki, request)
    assert refused(outcome(floor.wiki, request)) == (401, "nonce_used")


@pytest.mark.parametrize("url", ["http://moved.example.com", "https://localhost", "nothing", ""])
def test_an_address_that_no_link_may_lead_to_is_refused(floor, url):
    assert outcome(floor.wiki, said(floor, url)).status == 400


def test_only_post_is_answered(floor):
    assert outcome(floor.wiki, said(floor, verb="DELETE")).status == 405
