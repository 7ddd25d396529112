"""`proof`: we prove at our address that we have our keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.links import Suspension, signing_keys
from applinks.wire import mending
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request
from in_memory import InMemory
from incoming.senders import outcome

CHALLENGE = "c" * 43


def ask(us: InMemory, body: bytes, verb: str = "POST", kind: str = FORM):
    return outcome(us, Request(verb, f"{us.identity.url}/{mending.PROOF_PATH}", (("content-type", kind),), body))


def test_a_proof_is_made_by_each_of_our_keys_for_our_own_address():
    us = InMemory("Front")
    old = us.key
    us.run(signing_keys.rotate(by="root"))
    answer = ask(us, form((("for", "wiki"), ("challenge", CHALLENGE))).encode())
    said = json.loads(answer.body)
    assert (answer.status, said["id"], said["url"]) == (200, us.identity.id, us.identity.url)
    text = mending.of_address(us.identity.id, us.identity.url, "wiki", CHALLENGE)
    for proof, key in zip(said["proofs"], (us.key, old), strict=True):
        assert mending.holds(text, proof, key.public)
    assert answer.header("cache-control") == "no-store"


def test_what_a_stranger_can_have_us_sign_is_bounded():
    us = InMemory("Front")
    for _ in range(5):
        us.run(signing_keys.rotate(by="root"))
    answer = ask(us, form((("for", "wiki"), ("challenge", CHALLENGE))).encode())
    assert len(json.loads(answer.body)["proofs"]) == 3


def test_a_copy_proves_nothing_and_tells_strangers_no_place():
    """T-71: else whoever is asked to follow would find the original where the copy lies, proven."""
    us = InMemory("Front")
    us.identity = replace(us.identity, suspension=Suspension(1.0, "the database lies elsewhere (noted: /srv/secret)"))
    answer = ask(us, form((("for", "wiki"), ("challenge", CHALLENGE))).encode())
    assert (answer.status, json.loads(answer.body).keys()) == (400, {"message", "remedy"})
    assert b"/srv/secret" not in answer.body


@pytest.mark.parametrize("body", [b"", b"for=wiki", b"challenge=" + b"c" * 43, b"for=wiki&challenge=x", b"\xff", b"%"])
def test_without_a_challenge_nothing_is_signed(body):
    answer = ask(InMemory("Front"), body)
    assert answer.status == 400
    assert "proofs" not in json.loads(answer.body)


def test_only_a_form_by_post_is_answered():
    us = InMemory("Front")
    body = form((("for", "wiki"), ("challenge", CHALLENGE))).encode()
    assert ask(us, body, "GET").status == 405
    assert ask(us, body, kind="text/plain").status == 400
