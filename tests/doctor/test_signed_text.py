"""The text in parts says what the real reading says."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.doctor.signed_text import proof_of, read_leniently, realm_of
from applinks.wire import oauth1
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import Credentials, SharedSecret, SignatureMethod
from wire.any_request import any_request

CREDENTIALS = Credentials("front", SharedSecret("secret"), SignatureMethod.HMAC_SHA256, token="")


@given(st.randoms(use_true_random=False))
def test_left_as_it_was_read_it_writes_what_the_real_reading_writes(random: Random):
    request, _ = any_request(random)
    signed = oauth1.sign(request, CREDENTIALS, timestamp=1, nonce="n", realm=random.choice([None, "wiki"]))
    claim = oauth1.read(signed.request)
    assert read_leniently(signed.request).text() == claim.base_string == signed.base_string


@given(st.text(), st.text(), st.text(), st.binary())
def test_nothing_that_strangers_send_is_too_odd_to_be_read(header, query, path, body):
    headers = (("authorization", f"OAuth {header}"), ("content-type", FORM))
    request = Request("GET", f"https://wiki.example.test/{path}?{query}", headers, body)
    read_leniently(request).text()
    proof_of(request)


def test_where_there_are_two_of_a_parameter_the_first_is_taken_for_the_proof():
    request = Request("GET", "https://w.test/?oauth_nonce=2", (("authorization", 'OAuth oauth_nonce="1", a="b"'),))
    assert proof_of(request) == {"oauth_nonce": "1"}


@pytest.mark.parametrize(("header", "realm"), [('OAuth realm="a b", x="y"', "a b"), ('OAuth x="y"', None), ("Basic x", None)])
def test_the_realm_is_known_and_not_signed(header, realm):
    request = Request("GET", "https://w.test/", (("authorization", header),))
    assert realm_of(request.headers) == realm
    assert "realm" not in read_leniently(request).text()


def test_values_are_not_shown():
    """T-66"""
    shown = repr(read_leniently(Request("GET", "https://w.test/?q=canary")))
    assert "canary" not in shown
