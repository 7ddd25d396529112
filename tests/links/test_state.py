"""What one end tells the other: sealed so that nobody else learns anything, not even for whom it is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks.links import Level, State, can_be_sealed_for, new_key, seal, unseal
from applinks.links.state import SIZE
from applinks.wire.keys import PrivateKey
from in_memory import NOW, InMemory, key_of, link_to

OURS, OTHER = key_of("Front"), key_of("Wiki")
FRONT = InMemory("Front")


def state_of(**changed) -> State:
    return State.of(replace(link_to(FRONT), **changed), InMemory("Wiki").identity, OTHER.public, NOW, "1.2.3", ("2LOi", "3LO"))


# ---- what it says


def test_it_tells_our_end_of_the_link_and_nothing_of_others():
    told = state_of()
    assert told.id == InMemory("Wiki").identity.id
    assert told.known_url == FRONT.identity.url
    assert told.consumer_key == FRONT.identity.consumer_key
    assert (told.fingerprint, told.signs_with) == (OURS.public.fingerprint, OTHER.public.fingerprint)
    assert (told.incoming, told.outgoing) == (Level.OAUTH_IMPERSONATION, Level.OAUTH_IMPERSONATION)
    assert (told.same_users, told.clock, told.version) == (True, NOW, "1.2.3")


def test_it_comes_back_as_it_was_said():
    assert State.from_json(state_of().to_json()) == state_of()


@pytest.mark.parametrize("name", ["F", "Front" * 20, "名" * 400, '"\\' * 200, "Front" * 1000])
def test_it_has_one_size_whatever_it_says(name):
    body = state_of(name=name).to_json()
    assert len(body) == SIZE
    assert State.from_json(body).name == name[:400]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"[" * 100_000, b"\xff", b'{"id": 1}'])
def test_what_is_no_state_is_none(body):
    assert State.from_json(body) is None


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", None),
        ("clock", "12"),
        ("clock", True),
        ("same_users", "yes"),
        ("mechanisms", "2LO"),
        ("name", "a\nb"),
        ("url", 5),
    ],
)
def test_a_member_of_the_wrong_kind_spoils_it(member, value):
    said = json.loads(state_of().to_json())
    assert State.from_json(json.dumps({**said, member: value}).encode()) is None


def test_members_that_we_do_not_know_are_ignored():
    said = {**json.loads(state_of().to_json()), "mood": "good"}
    assert State.from_json(json.dumps(said).encode()) == state_of()


# ---- for whom it is


def test_only_the_holder_of_the_private_key_opens_it():
    sealed = seal(OURS.public.text, b"content")
    assert unseal(sealed, OURS) == b"content"
    assert unseal(sealed, OTHER) is None


def test_it_is_a_jwe_that_names_nobody():
    header = seal(OURS.public.text, b"content").split(b".")[0]
    assert json.loads(urlsafe_b64decode(header + b"==")) == {"alg": "RSA-OAEP-256", "enc": "A256GCM"}


def test_its_length_is_the_same_for_all():
    lengths = {len(seal(key.public.text, state_of().to_json())) for key in (OURS, OTHER, new_key())}
    assert len(lengths) == 1


def test_its_number_is_below_every_modulus_of_the_size_so_that_many_of_them_tell_no_key():
    """Without this, the largest of these is close to the modulus, and public keys are public."""
    for key in (OURS, OTHER):
        numbers = [urlsafe_b64decode(seal(key.public.text, b"x").split(b".")[1] + b"==") for _ in range(60)]
        assert {len(number) for number in numbers} == {256}
        assert all(number[0] < 0x80 for number in numbers)
        assert max(number[0] for number in numbers) >= 0x60


def test_it_is_sealed_for_keys_of_our_own_size_only():
    assert can_be_sealed_for(OURS.public.text)
    assert not can_be_sealed_for(None)
    large = PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    assert not can_be_sealed_for(large.public.text)


# ---- what a far side may send instead

GOOD = seal(OURS.public.text, b"{}")


def with_header(header: object) -> bytes:
    encoded = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    return b".".join([encoded, *GOOD.split(b".")[1:]])


@pytest.mark.parametrize(
    "header",
    [
        [],
        "x",
        None,
        {},
        {"alg": 1, "enc": 2},
        {"alg": "dir", "enc": "A256GCM"},
        {"alg": "RSA1_5", "enc": "A256GCM"},
        {"alg": "RSA-OAEP-256", "enc": "A128CBC-HS256"},
        {"alg": "RSA-OAEP-256", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "RSA-OAEP-256", "enc": "A256GCM", "crit": ["x"]},
        {"alg": {"RSA-OAEP-256": 1}, "enc": "A256GCM"},
    ],
)
def test_another_header_is_not_opened(header):
    assert unseal(with_header(header), OURS) is None


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(GOOD.split(b".")), max_size=6).map(b".".join)))
def test_nothing_that_is_sent_breaks_us(sent):
    assert unseal(sent, OTHER) is None
