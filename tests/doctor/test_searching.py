"""The search finds what was signed: for any request, any class of difference, and any two of them."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks.doctor.differences import PARTS
from applinks.doctor.differing_proof import Keys
from applinks.doctor.searching import BY_NAME, MOST_TRIED, MOST_WRITTEN, TABLE, TEXTS, Search, search
from applinks.doctor.signed_text import Surroundings, proof_of, read_leniently
from applinks.wire import oauth1
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import Credentials, SharedSecret, SignatureMethod
from wire.any_request import any_request

METHOD = SignatureMethod.HMAC_SHA256
KEYS = Keys(METHOD, "front", None, secret="a secret")
CREDENTIALS = Credentials("front", SharedSecret("a secret"), METHOD, token="")
HINTS = (("x-http-method-override", "PURGE"), ("x-forwarded-host", "inner.example.test:8123"))


def read(request: Request, realm: str | None = None) -> tuple[Request, Surroundings]:
    """A request that was signed well, and what is known about it."""
    hinted = replace(request, headers=(*request.headers, *HINTS))
    signed = oauth1.sign(hinted, CREDENTIALS, timestamp=1, nonce="n", realm=realm).request
    return signed, Surroundings(signed, "https://jira.example.test/rest", "/rest")


def signature_of(text: str) -> str:
    key = CREDENTIALS.key
    return oauth1.spelled(key.sign(text.encode(errors="surrogateescape"), oauth1._HASHES[METHOD]))


@given(st.randoms(use_true_random=False))
def test_a_signature_that_holds_is_found_to_hold(random: Random):
    signed, around = read(any_request(random)[0])
    found, tried = search(Search(read_leniently(signed), around, proof_of(signed)["oauth_signature"], KEYS))
    assert (found.differences, tried) == ((), 1)


@pytest.mark.parametrize("difference", TEXTS, ids=lambda difference: difference.name)
@settings(max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_what_was_signed_otherwise_is_found_by_its_class_or_by_one_that_does_the_same(difference, random: Random):
    signed, around = read(any_request(random)[0], realm=random.choice([None, "wiki"]))
    text = read_leniently(signed)
    changed = [one for one in difference.texts(text, around) if one.text() != text.text()]
    if not changed:
        return
    wanted = random.choice(changed).text()
    for question in (
        Search(text, around, signature_of(wanted), KEYS),
        Search(text, around, "", KEYS, theirs=wanted),
    ):
        found, _ = search(question)
        assert found.text.text() == wanted
        (named,) = found.differences
        same = named is difference or wanted in {one.text() for one in named.texts(text, around)}
        assert same, named.name


@settings(max_examples=30)
@given(random=st.randoms(use_true_random=False))
def test_two_differences_at_once_are_found_as_well(random: Random):
    request = Request("GET", "https://jira.example.test/rest/a%20b?q=a%20b&label=b&label=a", ())
    signed, around = read(request)
    text = read_leniently(signed)
    first = BY_NAME[random.choice(["scheme", "port", "context path missing", "path decoded", "method"])]
    second = BY_NAME[random.choice(["repeated name, signed once", "query left out", "encoded twice", "oauth_version"])]
    once = random.choice(list(first.texts(text, around)))
    wanted = random.choice([one for one in second.texts(once, around) if one.text() != once.text()]).text()
    found, tried = search(Search(text, around, signature_of(wanted), KEYS))
    assert found.text.text() == wanted
    assert len(found.differences) <= 2
    assert tried <= MOST_TRIED


def test_the_work_is_bounded_t77():
    pairs = "&".join(f"p{number}=a%20b" for number in range(150))
    signed, around = read(Request("GET", f"https://jira.example.test/rest/x?{pairs}"))
    found, tried = search(Search(read_leniently(signed), around, signature_of("something else"), KEYS))
    assert found is None
    assert tried <= MOST_TRIED


def test_a_request_that_was_made_long_on_purpose_costs_neither_time_nor_memory_without_end():
    """T-73, T-77: whoever knows a consumer key, which is public, can have such a one kept; an administrator then asks why."""
    pairs = "&".join(f"p{number}={'%C3%A9+%2B' * 12}" for number in range(120))
    signed, around = read(Request("POST", "https://jira.example.test/rest/x", (("content-type", FORM),), pairs.encode()))
    text = read_leniently(signed)
    length = len(text.text())
    tracemalloc.start()
    try:
        found, tried = search(Search(text, around, signature_of("something else"), KEYS))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found is None
    assert 100 < tried < 3 * MOST_WRITTEN // length
    assert most < 64 * 1024 * 1024


def test_every_class_has_a_name_of_its_own_and_one_way_to_be_found():
    assert len(BY_NAME) == len(TABLE)
    assert {difference.part for difference in TABLE} == set(PARTS)
    for difference in TABLE:
        ways = [difference.texts, difference.spellings, difference.locks]
        assert sum(way is not None for way in ways) <= 1
        assert difference.cause.rstrip("}.:")
        assert difference.remedy
