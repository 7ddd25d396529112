"""`deleted`: a linked application deletes the link at both ends."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.wire import mending, oauth1
from applinks.wire.messages import Request
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, key_of, link_to
from incoming.endpoints.dancing import Floor, refused
from incoming.senders import BASE, outcome


@pytest.fixture
def floor() -> Floor:
    made = Floor()
    made.wiki.save(link_to(InMemory("Other")))
    return made


def asked(floor: Floor, key=None, verb: str = "POST") -> Request:
    credentials = oauth1.Credentials(
        floor.front.identity.consumer_key, key or floor.front.key, SignatureMethod.RSA_SHA256, token=None
    )
    request = Request(verb, f"{BASE}/{mending.DELETED_PATH}")
    return oauth1.sign(request, credentials, timestamp=int(floor.front.now), nonce="n-1").request


def test_its_own_link_is_deleted_and_no_other(floor):
    """T-17"""
    answer = outcome(floor.wiki, asked(floor))
    assert (answer.status, json.loads(answer.body)) == (200, {"deleted": True})
    assert [link.name for link in floor.wiki.links.values()] == ["Other"]
    assert [(e.kind, e.link, e.actor) for e in floor.wiki.entries] == [
        ("link became primary", "Other", None),
        ("link deleted by the other application", "Front", None),
    ]


def test_nobody_else_can_delete_it(floor):
    for key in (key_of("stranger"), key_of("Other")):
        assert refused(outcome(floor.wiki, asked(floor, key))) == (401, "signature_invalid")
    assert len(floor.wiki.links) == 2


def test_a_key_before_the_present_one_does_not_count(floor):
    link = floor.link
    changed = link.incoming.with_key(key_of("fresh").public.text, 2**40)
    floor.wiki.save(replace(link, incoming=changed))
    assert refused(outcome(floor.wiki, asked(floor))) == (401, "signature_invalid")


def test_only_post_is_answered(floor):
    assert outcome(floor.wiki, asked(floor, verb="GET")).status == 405
    assert len(floor.wiki.links) == 2
