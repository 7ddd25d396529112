"""Requests that are right, made from a seed, and everything that somebody may do to them on the way.

Signing is done here by hand, so that a proof can stand in any place and be wrong in any way.
"""

from __future__ import annotations

import re
import time
from base64 import b64encode
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from applinks.links import Level
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from generated.raw import Raw

FORM = "application/x-www-form-urlencoded"
HASHES = {"RSA-SHA1": hashes.SHA1(), "RSA-SHA256": hashes.SHA256(), "RSA-SHA512": hashes.SHA512()}
PLACES = ("header", "query", "form")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Consumer:
    """An application that the callee has a link with, and its private key."""

    key: str
    method: SignatureMethod
    level: Level = Level.OAUTH_IMPERSONATION
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def public(self) -> str:
        info = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey.read(info.decode()).text


CONSUMERS = {
    consumer.key: consumer
    for consumer in (
        Consumer("front", SignatureMethod.RSA_SHA256),
        Consumer("other", SignatureMethod.RSA_SHA1),
        Consumer("disabled", SignatureMethod.RSA_SHA256, Level.DISABLED),
        Consumer("weak", SignatureMethod.RSA_SHA256, Level.OAUTH),
    )
}
STRANGER = Consumer("stranger", SignatureMethod.RSA_SHA256)


@dataclass(frozen=True)
class Draft:
    """A request in parts. `proof` are its OAuth parameters, `place` where they travel."""

    url: str
    method: str
    path: str
    query: Pairs
    form: Pairs | None
    body: bytes
    content_type: str | None
    place: str
    proof: Pairs = field(default_factory=list)
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def signed(self, consumer: Consumer, random: Random, **other: str) -> Draft:
        """With a proof by that consumer; `other` are OAuth parameters that differ from the right ones, "-" leaves one out."""
        proof = {
            "oauth_consumer_key": consumer.key,
            "oauth_token": "",
            "oauth_signature_method": str(consumer.method),
            "oauth_timestamp": str(int(time.time())),
            "oauth_nonce": f"{random.getrandbits(128):032x}",
            "oauth_version": "1.0",
            **other,
        }
        pairs = [(name, value) for name, value in proof.items() if value != "-"]
        base = self.base_string(pairs)
        signature = sign(consumer, proof["oauth_signature_method"], base)
        return replace(self, proof=[*pairs, ("oauth_signature", signature)])

    def base_string(self, proof: Pairs) -> str:
        """RFC 5849, 3.4.1, in the plainest way."""
        encoded = sorted((escape(name), escape(value)) for name, value in (*proof, *self.query, *(self.form or ())))
        joined = "&".join(f"{name}={value}" for name, value in encoded)
        return "&".join(escape(part) for part in (self.method.upper(), f"{self.url}{self.path}", joined))

    def resigned(self, **other: Any) -> Draft:
        """Another draft with the proof that was made for this one."""
        return replace(self, **other)

    def raw(self) -> Raw:
        """As it travels."""
        query = [*self.query, *(self.proof if self.place == "query" else ())]
        form = None if self.form is None else [*self.form, *(self.proof if self.place == "form" else ())]
        headers = list(self.headers)
        if self.place == "header":
            headers.append((b"authorization", authorization(self.proof)))
        if self.content_type is not None:
            headers.append((b"content-type", self.content_type.encode("latin-1")))
        prefix = self.url.partition("://")[2].partition("/")[2]
        target = (f"/{prefix}" if prefix else "") + self.path + (f"?{encoded(query)}" if query else "")
        return Raw(self.method, target.encode(), tuple(headers), self.body if form is None else encoded(form).encode())


def escape(text: str) -> str:
    return quote(text, safe="-._~")


def encoded(pairs: Pairs) -> str:
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in pairs)


def authorization(proof: Pairs) -> bytes:
    return b"OAuth " + ", ".join(f'{escape(name)}="{escape(value)}"' for name, value in proof).encode()


def sign(consumer: Consumer, method: str, base: str) -> str:
    """By RSA, if that is what the method says; otherwise by what a forger might think of: an HMAC keyed with what is public."""
    if method in HASHES:
        return b64encode(consumer.private.sign(base.encode(), padding.PKCS1v15(), HASHES[method])).decode()
    work = hmac.HMAC(f"{escape(consumer.public)}&".encode(), hashes.SHA256() if "256" in method else hashes.SHA1())
    work.update(base.encode())
    return b64encode(work.finalize()).decode()


def meaning(raw: Raw) -> tuple[Any, ...]:
    """What a request says, however it is written: two requests that mean the same are the same."""
    path, _, query = raw.target.partition(b"?")
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for name, value in raw.headers:
        if name == b"authorization":
            found = re.findall(r'([^\s=,"]+)="([^"]*)"', value.decode("latin-1").partition(" ")[2])
            pairs += [(unquote(key), unquote(text)) for key, text in found if key.lower() != "realm"]
        elif name == b"content-type" and value.decode("latin-1").partition(";")[0].strip().lower() == FORM:
            pairs += parse_qsl(raw.body.decode("latin-1"), keep_blank_values=True)
    return raw.method.upper(), path, sorted(pairs)


# ---- what is right

LETTERS = "abcXYZ019-._~ &=+%;,/?#'\"äЖ漢😀\t"


def text(random: Random, longest: int = 8) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.randint(0, longest)))


def pairs(random: Random) -> Pairs:
    return [(f"p{random.randint(0, 3)}{text(random, 3)}", text(random)) for _ in range(random.randint(0, 4))]


def draft(random: Random, url: str, user: str = "alice") -> Draft:
    """Any request that a caller might make as that user, not signed yet."""
    place = random.choice(PLACES)
    method = random.choice(["POST", "PUT", "PATCH"] if place == "form" else ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
    path = "".join(f"/{random.choice('abcxyz')}{random.randint(0, 99)}" for _ in range(random.randint(1, 3)))
    user_pair = (random.choice(["user_id", "xoauth_requestor_id"]), user)
    query, form, body, content_type = pairs(random), None, b"", None
    if place == "form" or (method in {"POST", "PUT", "PATCH"} and random.random() < 0.4):
        form, content_type = pairs(random), random.choice([FORM, f"{FORM};charset=UTF-8", "Application/X-WWW-Form-URLencoded"])
    elif method in {"POST", "PUT", "PATCH"}:
        body, content_type = random.randbytes(random.randint(0, 40)), random.choice(["application/json", "text/plain", None])
    target = form if form is not None and random.random() < 0.5 else query
    target.insert(random.randint(0, len(target)), user_pair)
    return Draft(url, method, path, query, form, body, content_type, place)


def valid(random: Random, url: str) -> Draft:
    """A request that is to be admitted as alice."""
    return draft(random, url).signed(random.choice([CONSUMERS["front"], CONSUMERS["other"]]), random)
