"""Reads the body of an answer, as httpx2 does, but not without end (security.md T-35).

What is unpacked is what is counted: packed nothing can be endless. Who expects more reads it as a stream, from `link.client()`.
"""

from __future__ import annotations

import httpx2

from applinks import clock
from applinks.errors import AnswerTooLarge

LARGEST = 64 * 1024 * 1024
LONGEST = 300.0
"""Bytes, and seconds."""


def read(response: httpx2.Response) -> None:
    """Read the body; from then on `response.content` has it. Raises `AnswerTooLarge`, and what httpx2 raises."""
    body = _Body(response)
    try:
        for piece in response.iter_bytes():
            body.add(piece)
    except BaseException:
        response.close()
        raise
    body.put_back()


async def read_async(response: httpx2.Response) -> None:
    """The same, awaited."""
    body = _Body(response)
    try:
        async for piece in response.aiter_bytes():
            body.add(piece)
    except BaseException:
        await response.aclose()
        raise
    body.put_back()


class _Body:
    """The pieces so far."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._until = clock.now() + LONGEST
        self._size = 0
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > LARGEST or clock.now() > self._until:
            url = str(self._response.request.url).partition("?")[0]
            raise AnswerTooLarge(
                f"{url} answered with more than {LARGEST} bytes, or for more than {LONGEST:g} seconds.",
                remedy="Read it as a stream: `with link.client() as client, client.stream(…) as answer`.",
                direction="outgoing",
            )
        self._pieces.append(piece)

    def put_back(self) -> None:
        self._response._content = b"".join(self._pieces)  # what its own `read` does, without a limit
