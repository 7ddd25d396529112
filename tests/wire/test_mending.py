"""The texts by which applications of ours prove something to each other."""

from __future__ import annotations

from itertools import combinations

import pytest

from applinks.wire import mending, oauth1
from in_memory import key_of

OLD, NEW = key_of("old"), key_of("new")


def a_text(consumer: str = "front:1", receiver: str = "https://wiki.example.com") -> bytes:
    return mending.of_new_key(consumer, receiver, OLD.public, NEW.public)


def test_a_text_is_proven_by_the_key_that_signed_it_and_by_no_other():
    proof = mending.prove(a_text(), NEW)
    assert mending.holds(a_text(), proof, NEW.public)
    assert not mending.holds(a_text(), proof, OLD.public)


def test_every_fact_of_a_text_takes_part():
    texts = [
        a_text(),
        a_text(consumer="front:2"),
        a_text(receiver="https://other.example.com"),
        mending.of_new_key("front:1", "https://wiki.example.com", NEW.public, OLD.public),
        mending.of_address("id", "https://wiki.example.com", "asker", "challenge"),
        mending.of_address("id", "https://wiki.example.com", "askerchallenge", ""),
        mending.of_address("id\n5:asker", "https://wiki.example.com", "asker", "challenge"),
    ]
    assert all(one != other for one, other in combinations(texts, 2))


@pytest.mark.parametrize("proof", ["", "x", "AAAA", "ä", "====", "A" * 400])
def test_what_is_no_signature_proves_nothing(proof):
    assert not mending.holds(a_text(), proof, NEW.public)


def test_no_text_could_be_the_base_string_of_a_request():
    """What a stranger can have us sign must be of no use on a link."""
    assert b"\n" in mending.of_address("id", "https://a.example", "asker", "challenge")
    assert "\n" not in oauth1.base_string("POST", "https://a.example/", ["a b"])
