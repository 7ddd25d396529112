"""Requests signed by hand and sent as raw bytes: for shapes that none of the clients here has, but others do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from peers.client import Task

FORM = "application/x-www-form-urlencoded"
Pair = tuple[str, str]


def encoded(text: str) -> str:
    return quote(text, safe="-._~")


def query_of(pairs: Iterable[Pair]) -> str:
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)


def header_of(pairs: Iterable[Pair], *, scheme: str = "OAuth ", joint: str = ", ", realm: str | None = None) -> str:
    start = [] if realm is None else [f'realm="{realm}"']
    return scheme + joint.join(start + [f'{encoded(name)}="{encoded(value)}"' for name, value in pairs])


def proof(task: Task, **changed: str | None) -> list[Pair]:
    """The parameters of a proof, without a signature. None leaves one out."""
    plain: dict[str, str | None] = {
        "oauth_consumer_key": task.consumer_key,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": secrets.token_hex(8),
        "oauth_version": "1.0",
        **changed,
    }
    return [(name, value) for name, value in plain.items() if value is not None]


def signature(task: Task, method: str, url: str, signed: Sequence[Pair], token_secret: str = "") -> Pair:
    """HMAC-SHA1 over these parameters, which must be all there are."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in signed)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(map(encoded, (method.upper(), url, joined)))
    key = f"{encoded(task.secret)}&{encoded(token_secret)}".encode()
    return "oauth_signature", base64.b64encode(hmac.new(key, base.encode(), hashlib.sha1).digest()).decode()


@dataclass(frozen=True)
class Raw:
    """What came back."""

    status: int
    headers: str
    body: str

    @property
    def said(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True))


def send(url: str, method: str = "GET", headers: Sequence[str] = (), body: bytes = b"", *, version: str = "1.1") -> Raw:
    """The request as it stands here, and the connection is over."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/{version}", f"Host: {parts.netloc}", "Connection: close", *headers]
    if body and not any(line.lower().startswith("transfer-encoding") for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        came = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, rest = came.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head.lower():
        rest = _unchunked(rest)
    return Raw(status, head.decode("latin-1"), rest.decode())


def _unchunked(rest: bytes) -> bytes:
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


Shape = Callable[[Task, str, list[Pair]], Raw]
"""How a proof with its signature travels to an address, by POST."""
