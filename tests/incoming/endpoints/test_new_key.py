"""`key`: a linked application announces its new key."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from applinks.links import Level
from applinks.links.signing_keys import OVERLAP
from applinks.wire import mending, oauth1
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, key_of, link_to
from incoming.endpoints.dancing import Floor, refused
from incoming.senders import BASE, outcome

PATH = f"{BASE}/{mending.NEW_KEY_PATH}"
FRESH, FRESHER = key_of("fresh"), key_of("fresher")


def announcement(
    floor: Floor, fresh=FRESH, *, signed_by=None, old=None, sender=None, verb: str = "POST", **how: Any
) -> Request:
    """As the application sends it; `signed_by` the key that it is known by."""
    sender = sender or floor.front
    known = signed_by or sender.key
    text = mending.of_new_key(sender.identity.consumer_key, BASE, (old or known).public, fresh.public)
    said = how.pop("said", (("key", fresh.public.text), ("proof", mending.prove(text, fresh))))
    method = how.pop("method", SignatureMethod.RSA_SHA256)
    credentials = oauth1.Credentials(sender.identity.consumer_key, known, method, token=None)
    request = Request(verb, PATH, (("content-type", FORM),), form(said).encode())
    return oauth1.sign(request, credentials, timestamp=int(sender.now), nonce=how.pop("nonce", "n-1")).request


def send(floor: Floor, request: Request) -> Any:
    return outcome(floor.wiki, request)


def call(floor: Floor, key) -> bool:
    """Whether a call that is signed by that key is admitted."""
    url = f"{BASE}/rest?user_id=alice"
    credentials = oauth1.Credentials(floor.front.identity.consumer_key, key, SignatureMethod.RSA_SHA256)
    signed = oauth1.sign(Request("GET", url), credentials, timestamp=int(floor.wiki.now), nonce=f"{floor.wiki.now} {id(key)}")
    return getattr(outcome(floor.wiki, signed.request), "person", None) is not None


@pytest.fixture
def floor() -> Floor:
    return Floor(level=Level.OAUTH_IMPERSONATION)


def test_the_new_key_holds_at_once_and_the_old_one_until_its_time_is_over(floor):
    answer = send(floor, announcement(floor))
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "accepted": True,
        "fingerprint": FRESH.public.fingerprint,
        "previous_until": int(floor.wiki.now) + OVERLAP,
    }
    assert call(floor, FRESH)
    assert call(floor, floor.front.key)
    floor.later(OVERLAP - 1)
    assert call(floor, floor.front.key)
    floor.later(1)
    assert not call(floor, floor.front.key), "an old key after its time"
    assert call(floor, FRESH)


def test_the_same_announcement_sent_again_is_a_replay(floor):
    """T-09"""
    request = announcement(floor)
    assert send(floor, request).status == 200
    before = floor.link
    later = announcement(floor, FRESHER, signed_by=FRESH, nonce="n-2")
    assert send(floor, later).status == 200
    floor.wiki.save(before)
    assert refused(send(floor, later)) == (401, "nonce_used")
    assert floor.link == before


def test_an_announcement_is_not_taken_from_the_key_before(floor):
    """Whoever stole the old key, which still holds for calls, must not bring a key of his own."""
    old = floor.front.key
    send(floor, announcement(floor))
    stolen = announcement(floor, FRESHER, signed_by=old, old=FRESH, nonce="n-2")
    assert refused(send(floor, stolen)) == (401, "signature_invalid")
    assert floor.link.incoming.public_key == FRESH.public.text


def test_another_linked_application_changes_nothing_but_its_own_link(floor):
    """T-17: the link is that of the consumer key that signed; no parameter names one."""
    other = InMemory("Other")
    floor.wiki.save(link_to(other))
    before = floor.link
    for_fronts = announcement(floor)
    stolen = dict(item.split("=") for item in for_fronts.body.decode().split("&"))
    said = tuple((name, unquote(value)) for name, value in stolen.items())
    request = announcement(floor, sender=other, said=said)
    assert refused(send(floor, request)) == (401, "signature_invalid")
    assert floor.link == before
    as_front = announcement(floor, signed_by=other.key, old=floor.front.key)
    assert refused(send(floor, as_front)) == (401, "signature_invalid")
    assert floor.link == before


def test_a_stranger_is_told_what_a_wrong_signature_is_told(floor):
    """T-07"""
    stranger = InMemory("Stranger")
    assert refused(send(floor, announcement(floor, sender=stranger))) == (401, "signature_invalid")
    assert refused(send(floor, announcement(floor, signed_by=stranger.key))) == (401, "signature_invalid")


def test_the_method_of_the_link_stays_pinned(floor):
    """T-05, T-06"""
    request = announcement(floor, method=SignatureMethod.RSA_SHA1)
    assert refused(send(floor, request)) == (401, "signature_invalid")
    send(floor, announcement(floor, nonce="n-2"))
    assert floor.link.incoming.signature_method is SignatureMethod.RSA_SHA256
    again = announcement(floor, FRESHER, signed_by=FRESH, method=SignatureMethod.RSA_SHA1, nonce="n-3")
    assert refused(send(floor, again)) == (401, "signature_invalid")


def test_a_proof_that_was_made_for_another_receiver_is_refused(floor):
    text = mending.of_new_key(
        floor.front.identity.consumer_key, "https://other.example.com", floor.front.key.public, FRESH.public
    )
    said = (("key", FRESH.public.text), ("proof", mending.prove(text, FRESH)))
    assert refused(send(floor, announcement(floor, said=said))) == (401, "signature_invalid")


def test_what_is_said_must_be_part_of_what_was_signed(floor):
    """T-01"""
    request = announcement(floor)
    changed = replace(request, body=request.body.replace(b"key=MIIB", b"key=MIIC"))
    assert refused(send(floor, changed)) == (401, "signature_invalid")
    unsigned = replace(request, headers=tuple((n, "text/plain" if n == "content-type" else v) for n, v in request.headers))
    assert refused(send(floor, unsigned))[1] in {"signature_invalid", "parameter_absent"}


@pytest.mark.parametrize("said", [(), (("key", "x"),), (("key", "x"), ("proof", "y"), ("proof", "z"))])
def test_what_is_missing_or_there_twice_is_named(floor, said):
    assert refused(send(floor, announcement(floor, said=said)))[1] == "parameter_absent"


def test_only_post_is_answered(floor):
    assert send(floor, announcement(floor, verb="PUT")).status == 405


def test_an_unsigned_announcement_lacks_everything(floor):
    assert refused(send(floor, Request("POST", PATH)))[1] == "parameter_absent"
