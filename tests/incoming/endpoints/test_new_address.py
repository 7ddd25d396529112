"""`address`: a linked application has moved, and proves itself where it is now."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.wire import mending, oauth1
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import connect, key_of
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
