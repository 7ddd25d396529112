"""The same signature read otherwise, and other keys that it may have been made with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.doctor.differing_proof import Keys
from applinks.doctor.searching import Search, search
from applinks.doctor.signed_text import Surroundings, read_leniently
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Request
from applinks.wire.oauth1 import SignatureMethod
from doctor.corrupting import KEY, OTHER_KEY, PREVIOUS_KEY, by_hmac, by_rsa, text_of

REQUEST = Request("GET", "https://wiki.example.test/x", (("authorization", 'OAuth oauth_token="t"'),))
TEXT = read_leniently(REQUEST)
AROUND = Surroundings(REQUEST, "https://wiki.example.test", "")
RSA = Keys(
    SignatureMethod.RSA_SHA1,
    "front",
    PublicKey.read(text_of(KEY)),
    previous=PublicKey.read(text_of(PREVIOUS_KEY)),
    others=(PublicKey.read(text_of(OTHER_KEY)),),
)
HMAC = Keys(SignatureMethod.HMAC_SHA1, "front", None, "s+s", "token/secret", token_secrets=("another",))


def named(signature: str, keys: Keys) -> list[str]:
    found, _ = search(Search(TEXT, AROUND, signature, keys))
    assert found is not None
    assert found.text.text() == TEXT.text()
    return [difference.name for difference in found.differences]


@pytest.mark.parametrize(
    ("sign", "keys", "names"),
    [
        (by_rsa(), RSA, []),
        (by_rsa(sha="2"), RSA, ["other hash"]),
        (by_rsa(PREVIOUS_KEY), RSA, ["previous key"]),
        (by_rsa(OTHER_KEY), RSA, ["key of another link"]),
        (by_rsa(), replace(RSA, method=SignatureMethod.HMAC_SHA1), ["other kind of key"]),
        (by_hmac("s%2Bs&token%2Fsecret"), HMAC, []),
        (by_hmac("s%2Bs&token%2Fsecret", "sha256"), HMAC, ["other hash"]),
        (by_hmac("s+s&token/secret"), HMAC, ["secret not encoded"]),
        (by_hmac("s%2Bstoken%2Fsecret"), HMAC, ["no & between secrets"]),
        (by_hmac("s%2Bs&"), HMAC, ["other token secret"]),
        (by_hmac("s%2Bs&another"), HMAC, ["other token secret"]),
        (by_hmac("&token%2Fsecret"), HMAC, ["other token secret"]),
        (by_hmac("s%2Bs%20&token%2Fsecret"), HMAC, ["blanks in the secret"]),
        (by_hmac("front&token%2Fsecret"), HMAC, ["consumer key for secret"]),
    ],
)
def test_the_key_that_a_signature_was_made_with_is_named(sign, keys, names):
    assert named(sign(TEXT.text()), keys) == names


@pytest.mark.parametrize(
    ("spell", "names"),
    [
        (lambda text: f" {text}\n", ["signature with blanks"]),
        (lambda text: text.replace("=", "%3D"), ["signature encoded twice"]),
        (lambda text: text.rstrip("="), ["signature in other base64"]),
        (lambda text: text.replace("+", "-").replace("/", "_"), ["signature in other base64"]),
    ],
)
def test_a_signature_that_is_spelled_otherwise_is_read_otherwise(spell, names):
    signature = by_rsa()(TEXT.text())
    assert "=" in signature
    assert named(spell(signature), RSA) == (names if spell(signature) != signature else [])


def test_another_key_and_another_text_are_found_together():
    wanted = replace(TEXT, scheme="http").text()
    found, _ = search(Search(TEXT, AROUND, by_rsa(PREVIOUS_KEY)(wanted), RSA))
    assert [difference.name for difference in found.differences] == ["scheme", "previous key"]


@pytest.mark.parametrize("signature", ["", "x", "äöü", "=" * 40, "A" * 10_000])
def test_what_is_no_signature_holds_for_nothing(signature):
    for keys in (RSA, HMAC, replace(HMAC, secret=None)):
        assert search(Search(TEXT, AROUND, signature, keys))[0] is None


def test_no_secret_is_shown():
    """T-66"""
    assert "token/secret" not in repr(HMAC)
    assert "s+s" not in repr(HMAC)
