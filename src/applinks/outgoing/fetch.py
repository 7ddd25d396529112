"""Requests of our own, outside of any call: a manifest, a consumer info, a proposal, a who-am-I.

Whatever the far side does, their answers are bounded in size and in time (security.md T-35), and no redirect is followed.
"""

from __future__ import annotations

import httpx2

from applinks import clock
from applinks.errors import TransportFailed
from applinks.outgoing.send import transport_failure
from applinks.wire.messages import Request, Response

LARGEST = 1024 * 1024
LONGEST = 20.0
"""Bytes, and seconds."""

_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)


def fetch(client: httpx2.Client, request: Request) -> Response:
    """The answer, with its body. Raises `TransportFailed`."""
    incoming = _Incoming(request.url)
    try:
        with client.stream(request.method, request.url, headers=list(request.headers), content=request.body) as response:
            for piece in response.iter_bytes():
                incoming.take(piece)
    except _FAILURES as error:
        raise transport_failure(error, request.url, None) from error
    return incoming.response(response)


async def fetch_async(client: httpx2.AsyncClient, request: Request) -> Response:
    """The same, awaited."""
    incoming = _Incoming(request.url)
    try:
        async with client.stream(request.method, request.url, headers=list(request.headers), content=request.body) as response:
            async for piece in response.aiter_bytes():
                incoming.take(piece)
    except _FAILURES as error:
        raise transport_failure(error, request.url, None) from error
    return incoming.response(response)


class _Incoming:
    def __init__(self, url: str) -> None:
        self._url = url
        self._until = clock.now() + LONGEST
        self._body = bytearray()

    def take(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > LARGEST or clock.now() > self._until:
            raise TransportFailed(
                f"{self._url} answered with more than {LARGEST} bytes, or for more than {LONGEST:g} seconds.",
                remedy="Is that the right address?",
            )

    def response(self, got: httpx2.Response) -> Response:
        headers = tuple((name.lower(), value) for name, value in got.headers.multi_items())
        return Response(got.status_code, headers, bytes(self._body))
