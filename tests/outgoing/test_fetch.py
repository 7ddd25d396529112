"""Requests of our own, outside of any call: bounded, whatever comes back."""

from __future__ import annotations

import asyncio
import gzip

import httpx2
import pytest

from applinks import clock
from applinks.errors import TransportFailed
from applinks.outgoing.fetch import LARGEST, fetch_async
from applinks.outgoing.fetch import fetch as fetch_now
from applinks.outgoing.send import client_options
from applinks.wire.messages import Request, Response
from outgoing.far_side import BASE, Face, FarSide

HEADERS = (("accept", "application/xml"), ("content-type", "application/json"))
POST = Request("POST", f"{BASE}/pair", HEADERS, b"{}")


def fetch(face: Face, far_side: FarSide, request: Request = POST) -> Response:
    transport = far_side.transport(face.asynchronous)
    if not face.asynchronous:
        with httpx2.Client(**client_options(""), transport=transport) as client:
            return fetch_now(client, request)

    async def go() -> Response:
        async with httpx2.AsyncClient(**client_options(""), transport=transport) as client:
            return await fetch_async(client, request)

    return asyncio.run(go())


def test_the_request_goes_out_as_it_is_and_the_answer_comes_back_whole(face: Face, far_side: FarSide):
    far_side.answer = lambda request: httpx2.Response(
        418, headers=[("X-A", "1"), ("x-a", "2")], stream=httpx2.ByteStream(b"tea")
    )
    answer = fetch(face, far_side)
    assert (answer.status, answer.body) == (418, b"tea")
    assert [value for name, value in answer.headers if name == "x-a"] == ["1", "2"]
    (request,), (body,) = far_side.requests, far_side.bodies
    assert (request.method, str(request.url), body) == ("POST", f"{BASE}/pair", b"{}")
    assert request.headers.get_list("accept") == ["application/xml"]
    assert "authorization" not in request.headers


def test_no_redirect_is_followed(face: Face, far_side: FarSide):
    """T-38"""
    far_side.answer = lambda request: httpx2.Response(
        302, headers={"location": "https://elsewhere.example.com/"}, stream=httpx2.ByteStream(b"")
    )
    assert fetch(face, far_side).status == 302
    assert len(far_side.sent) == 1


class Endless(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self) -> None:
        self.given = 0

    def __iter__(self):
        while True:
            self.given += 65_536
            yield b"x" * 65_536

    async def __aiter__(self):
        for piece in self:
            yield piece

    def close(self):
        pass

    async def aclose(self):
        pass


def test_an_answer_without_an_end_is_read_up_to_the_limit(face: Face, far_side: FarSide):
    """T-35"""
    endless = Endless()
    far_side.answer = lambda request: httpx2.Response(200, stream=endless)
    with pytest.raises(TransportFailed, match="more than 1048576 bytes"):
        fetch(face, far_side)
    assert endless.given <= LARGEST + 2 * 65_536


def test_the_limit_is_that_of_what_comes_out_of_compression(face: Face, far_side: FarSide):
    """T-35"""
    bomb = gzip.compress(b"\0" * (4 * LARGEST))
    assert len(bomb) < LARGEST
    far_side.answer = lambda request: httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=httpx2.ByteStream(bomb))
    with pytest.raises(TransportFailed, match="more than"):
        fetch(face, far_side)


def test_an_answer_just_within_the_limit_is_taken(face: Face, far_side: FarSide):
    far_side.answer = lambda request: httpx2.Response(200, stream=httpx2.ByteStream(b"x" * LARGEST))
    assert len(fetch(face, far_side).body) == LARGEST


def test_an_answer_that_drips_is_given_up_in_time(face: Face, far_side: FarSide, monkeypatch: pytest.MonkeyPatch):
    """T-35"""
    seconds = iter(range(0, 1000, 7))
    monkeypatch.setattr(clock, "now", lambda: float(next(seconds)))
    far_side.answer = lambda request: httpx2.Response(200, stream=Endless())
    with pytest.raises(TransportFailed, match="more than 20 seconds"):
        fetch(face, far_side)


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.InvalidURL, httpx2.DecodingError])
def test_no_answer_is_an_error_of_ours(face: Face, far_side: FarSide, kind):
    def answer(request):
        raise kind("broken")

    far_side.answer = answer
    with pytest.raises(TransportFailed, match="broken") as failed:
        fetch(face, far_side)
    assert isinstance(failed.value.__cause__, kind)


@pytest.mark.parametrize("url", ["https://[::1", "https://" + "x" * 70_000, "https://a\x7f", "nonsense"])
def test_so_is_an_address_that_cannot_be_used(face: Face, far_side: FarSide, url):
    if url == "nonsense":

        def answer(request):
            raise httpx2.UnsupportedProtocol("no scheme")

        far_side.answer = answer
    with pytest.raises(TransportFailed):
        fetch(face, far_side, Request("GET", url))
