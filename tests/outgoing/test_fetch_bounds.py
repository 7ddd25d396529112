"""Requests of our own, against far sides that do not want to end, to be forgotten, or to be found."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import httpx2
import pytest

from applinks import clock
from applinks.errors import TransportFailed
from applinks.outgoing.connections import Connections
from applinks.outgoing.fetch import LARGEST, LONGEST, fetch, fetch_async
from applinks.outgoing.send import client_options
from applinks.wire.messages import Request, Response
from outgoing.far_side import BASE, Face, FarSide

GET = Request("GET", f"{BASE}/manifest")


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that comes piece by piece; `given` counts them, `closed` tells whether it was given back."""

    def __init__(self, pieces) -> None:
        self._pieces = pieces
        self.given = 0
        self.closed = False

    def __iter__(self):
        for piece in self._pieces:
            self.given += 1
            yield piece

    async def __aiter__(self):
        for piece in self:
            yield piece

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


def endless(piece: bytes, *, first: bytes = b"", most: int = 200_000):
    """Without an end, as far as a test can wait for one."""
    if first:
        yield first
    for _ in range(most):
        yield piece
    pytest.fail("it was read to the end")


def ask(face: Face, far_side: FarSide, *requests: Request) -> list[Response]:
    """The answers, over one client."""
    transport = far_side.transport(face.asynchronous)
    if not face.asynchronous:
        with httpx2.Client(**client_options(""), transport=transport) as client:
            return [fetch(client, request) for request in requests]

    async def story() -> list[Response]:
        async with httpx2.AsyncClient(**client_options(""), transport=transport) as client:
            return [await fetch_async(client, request) for request in requests]

    return asyncio.run(story())


def answering(far_side: FarSide, body, **headers: str) -> None:
    fixed = {name.replace("_", "-"): value for name, value in headers.items()}
    far_side.answer = lambda _: httpx2.Response(200, headers=fixed, stream=body)


# ---- size


def test_a_small_body_that_unpacks_to_a_large_one_is_given_up_at_the_limit(face, far_side):
    """T-35"""
    packed = gzip.compress(bytes(20 * LARGEST))
    assert len(packed) < LARGEST
    answering(far_side, Pieces([packed]), content_encoding="gzip")
    with pytest.raises(TransportFailed, match="more than 1048576 bytes"):
        ask(face, far_side, GET)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_endless_body_that_unpacks_to_nothing_is_given_up_too(face, far_side, encoding):
    """T-35: empty blocks are packed nothing; whoever counts only what comes out waits for ever."""
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    body = Pieces(endless(b"\x00\x00\x00\xff\xff" * 200, first=packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)))
    answering(far_side, body, content_encoding=encoding)
    with pytest.raises(TransportFailed, match="more than 1048576 bytes"):
        ask(face, far_side, GET)
    assert body.given < 2 + LARGEST // 1000 + 1
    assert body.closed


def test_a_packed_body_within_the_limit_is_unpacked(face, far_side):
    whole = b"<manifest/>" * 1000
    answering(far_side, Pieces([gzip.compress(whole)]), content_encoding="gzip", x_a="1")
    (answer,) = ask(face, far_side, GET)
    assert (answer.status, answer.body, answer.header("x-a")) == (200, whole, "1")


def test_a_body_that_is_not_packed_as_it_says_is_an_error_of_ours(face, far_side):
    answering(far_side, Pieces([b"this is no gzip"]), content_encoding="gzip")
    with pytest.raises(TransportFailed, match="broke off"):
        ask(face, far_side, GET)


# ---- time


def test_a_body_that_drips_is_given_up_when_its_time_is_over_and_given_back(face, far_side, monkeypatch):
    """T-35"""
    seconds = iter(range(1000))
    monkeypatch.setattr(clock, "now", lambda: float(next(seconds)))
    body = Pieces(endless(b"x"))
    answering(far_side, body)
    with pytest.raises(TransportFailed, match="for more than 20 seconds"):
        ask(face, far_side, GET)
    assert body.given in {LONGEST, LONGEST + 1}  # a thread looks at the clock once more
    assert body.closed


# ---- nothing is followed, nothing is kept


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_like_any_other(face, far_side, status):
    """T-38"""
    far_side.answer = lambda _: httpx2.Response(status, headers={"location": "/elsewhere"}, stream=Pieces([b""]))
    (answer,) = ask(face, far_side, GET)
    assert (answer.status, answer.header("location"), len(far_side.sent)) == (status, "/elsewhere", 1)


def test_no_cookie_is_kept(face, far_side):
    """A kept session would make the next request somebody's."""
    answering(far_side, Pieces([b""]), set_cookie="JSESSIONID=1; Path=/")
    ask(face, far_side, GET, GET)
    assert [request.headers.get("cookie") for request in far_side.requests] == [None, None]


# ---- addresses that no client can use


UNUSABLE = ["http://a..b", "http://[::1]x", "http://", "http://a\x00b", "ftp://wiki.example.com", ""]


@pytest.mark.parametrize("url", UNUSABLE)
def test_an_address_that_cannot_be_used_is_one_of_our_errors_with_its_cause(face, url):
    connections, request = Connections(), Request("GET", url)

    async def story() -> None:
        try:
            await fetch_async(connections.client_of_this_loop(), request)
        finally:
            await connections.close_of_this_loop()

    with pytest.raises(TransportFailed) as failed:
        asyncio.run(story()) if face.asynchronous else fetch(connections.client(), request)
    connections.close()
    assert failed.value.__cause__ is not None
    assert failed.value.remedy
    assert failed.value.direction == "outgoing"
