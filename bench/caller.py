"""The calling application of these measurements: its key, its records, and what it sends."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from applinks import Consumer, clock
from applinks.links import new_key
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request
from applinks.wire.oauth1 import Credentials, SignatureMethod, sign
from bench.load import Maker

NAME = "bench"
PATH = "/rest/api/2/issue/OPS-1"
AS_ALICE = f"{PATH}?user_id=alice"
ACCEPT = (("accept", "application/json"),)


@cache
def key() -> PrivateKey:
    """Made when it is first needed."""
    return new_key()


def pem() -> str:
    """Its public half, as people paste it."""
    return f"-----BEGIN PUBLIC KEY-----\n{key().public.text}\n-----END PUBLIC KEY-----\n"


def consumer() -> Consumer:
    """How an administrator registers it."""
    return Consumer(NAME, public_key=pem())


def plain(url: str) -> Maker:
    """Requests without a proof."""
    request = as_bytes(Request("GET", url + AS_ALICE, ACCEPT))
    return lambda times: [request] * times


def signed(url: str, token: str | None = "") -> Maker:
    """Requests that are signed for that address, as alice."""
    return lambda times: [proven(url + AS_ALICE, NAME, token) for _ in range(times)]


def proven(url: str, consumer_key: str, token: str | None) -> bytes:
    """One request, signed now."""
    credentials = Credentials(consumer_key, key(), SignatureMethod.RSA_SHA1, token)
    request = Request("GET", url, ACCEPT)
    return as_bytes(sign(request, credentials, timestamp=int(clock.now()), nonce=clock.fresh_nonce()).request)


def as_bytes(request: Request) -> bytes:
    """As it travels."""
    parts = urlsplit(request.url)
    lines = [f"{request.method} {request.url.partition(parts.netloc)[2]} HTTP/1.1", f"host: {parts.netloc}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in request.headers), "", ""]).encode("latin-1")
