"""Requests of our own, outside of any call: a manifest, a consumer info, a proposal, a who-am-I.

Whatever the far side does, their answers are bounded in size and in time (security.md T-35), and no redirect is followed.
"""

from __future__ import annotations

import httpx2

from applinks import clock
from applinks.errors import TransportFailed
from applinks.outgoing import deadline
from applinks.outgoing.send import pairs_of, transport_failure
from applinks.wire.messages import Request, Response

LARGEST = 1024 * 1024
LONGEST = 20.0
"""Bytes, and seconds."""

_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)


def fetch(client: httpx2.Client, request: Request) -> Response:
    """The answer, with its body. Raises `TransportFailed`."""
    incoming = _Incoming(request.url)
    try:
        sent = client.stream(request.method, request.url, headers=list(request.headers), content=request.body)
        with deadline.within(LONGEST), sent as response:
            for piece in response.iter_raw():
                incoming.take(piece)
        return incoming.response(response)
    except _FAILURES as error:
        raise transport_failure(error, request.url, None) from error


async def fetch_async(client: httpx2.AsyncClient, request: Request) -> Response:
    """The same, awaited."""
    incoming = _Incoming(request.url)
    try:
        sent = client.stream(request.method, request.url, headers=list(request.headers), content=request.body)
        async with deadline.within_async(LONGEST), sent as response:
            async for piece in response.aiter_raw():
                incoming.take(piece)
        return incoming.response(response)
    except _FAILURES as error:
        raise transport_failure(error, request.url, None) from error


class _Incoming:
    """A body as it comes: measured before it is unpacked, since packed nothing is endless, and again while it is."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._until = clock.now() + LONGEST
        self._packed = bytearray()

    def take(self, piece: bytes) -> None:
        self._packed += piece
        self._check(len(self._packed))

    def response(self, got: httpx2.Response) -> Response:
        body = bytearray()
        for piece in httpx2.Response(200, headers=got.headers, stream=httpx2.ByteStream(bytes(self._packed))).iter_bytes():
            body += piece
            self._check(len(body))
        return Response(got.status_code, pairs_of(got.headers), bytes(body))

    def _check(self, size: int) -> None:
        if size > LARGEST or clock.now() > self._until:
            raise TransportFailed(
                f"{self._url} answered with more than {LARGEST} bytes, or for more than {LONGEST:g} seconds.",
                remedy="Is that the right address?",
                reason="too-large",
            )
