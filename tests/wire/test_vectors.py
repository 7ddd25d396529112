"""Every vector under vectors/ that speaks of OAuth 1.0a, whoever published it, holds for us."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from applinks.wire.encoding import encode, encoded_pairs
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Request
from applinks.wire.oauth1 import Claim, Credentials, SharedSecret, SignatureMethod, read, sign, verify

FOLDER = Path(__file__).parents[2] / "vectors"
VECTORS = [vector for name in ("rfc5849", "community", "links") for vector in json.loads((FOLDER / f"{name}.json").read_text())]
KEY = next(vector for vector in VECTORS if vector["kind"] == "key")


def those(kind, *needed):
    found = [
        vector
        for vector in VECTORS
        if vector["kind"] == kind and all(name in vector["inputs"].get("oauth", {}) for name in needed)
    ]
    assert found
    return pytest.mark.parametrize("vector", found, ids=lambda vector: vector["id"])


def private_key():
    return PrivateKey.read(KEY["inputs"]["private_key"])


def request_of(vector) -> Request:
    inputs = vector["inputs"]
    headers = (("content-type", inputs["content_type"]),) if "content_type" in inputs else ()
    return Request(inputs["method"], inputs["url"], headers, inputs.get("body", "").encode())


def claim_of(vector, signature) -> Claim:
    """What we read when the request arrives with its published parameters and this signature."""
    oauth = vector["inputs"]["oauth"] | {"oauth_signature": signature}
    header = "OAuth " + ", ".join(f'{name}="{encode(value)}"' for name, value in oauth.items())
    claim = read(request_of(vector).with_header("authorization", header), token_needed=False)
    assert claim is not None
    return claim


def secret_of(vector) -> SharedSecret:
    return SharedSecret(vector["inputs"]["consumer_secret"], vector["inputs"]["token_secret"])


@those("request")
def test_the_published_signature_verifies(vector):
    is_rsa = vector["inputs"]["oauth"]["oauth_signature_method"].startswith("RSA")
    key = PublicKey.read(KEY["expected"]["public_key"]) if is_rsa else secret_of(vector)
    expected = vector["expected"]
    claim = claim_of(vector, expected["signature"])
    assert verify(claim, key)
    assert claim.base_string == expected.get("base_string", claim.base_string)
    if "base_string_sha1" in expected:
        assert hashlib.sha1(claim.base_string.encode()).hexdigest() == expected["base_string_sha1"]
    if "not_signature" in expected:
        assert not verify(claim_of(vector, expected["not_signature"]), key)


@those("request", "oauth_version")
def test_signing_gives_the_published_signature(vector):
    oauth = dict(vector["inputs"]["oauth"])
    method = SignatureMethod(oauth.pop("oauth_signature_method"))
    key = private_key() if method.startswith("RSA") else secret_of(vector)
    credentials = Credentials(oauth.pop("oauth_consumer_key"), key, method, oauth.pop("oauth_token", None))
    timestamp, nonce, _ = int(oauth.pop("oauth_timestamp")), oauth.pop("oauth_nonce"), oauth.pop("oauth_version")
    signed = sign(request_of(vector), credentials, timestamp=timestamp, nonce=nonce, extra=tuple(oauth.items()))
    claim = read(signed.request, token_needed=False)
    assert claim is not None
    assert claim.signature == vector["expected"]["signature"]
    assert claim.base_string == signed.base_string


@those("hmac")
def test_the_bare_hmac_is_the_published_one(vector):
    raw = secret_of(vector).sign(vector["inputs"]["base_string"].encode(), hashes.SHA1())
    assert b64encode(raw).decode() == vector["expected"]["signature"]


@those("encoding")
def test_encoding_is_the_published_one(vector):
    assert encode(vector["inputs"]["text"]) == vector["expected"]["encoded"]


@those("normalise")
def test_normalised_parameters_are_the_published_ones(vector):
    normalised = "&".join(sorted(encoded_pairs(vector["inputs"]["query"]))).replace(" ", "=")
    assert normalised == vector["expected"]["normalised"]


def test_the_published_key_its_certificate_and_its_public_half_are_one_key():
    public = PublicKey.read(KEY["expected"]["public_key"])
    certificate = KEY["inputs"]["certificate"]
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    assert private_key().public == public == PublicKey.read(pem)
