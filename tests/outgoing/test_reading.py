"""Bodies are read to their end, or not beyond what we are ready to keep."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from applinks import clock
from applinks.errors import AnswerTooLarge
from applinks.outgoing import reading

WORLDS = ["sync", "async"]


class Stream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Pieces that come one by one; notes when it is closed."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            self.given += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def answer(stream: Stream, **headers: str) -> httpx2.Response:
    request = httpx2.Request("GET", "https://wiki.example.com/rest/page?secret=1")
    return httpx2.Response(200, headers=headers, stream=stream, request=request)


def read(world: str, response: Any) -> None:
    if world == "sync":
        reading.read(response)
    else:
        asyncio.run(reading.read_async(response))


@pytest.mark.parametrize("world", WORLDS)
def test_a_body_is_there_once_it_was_read(world):
    response = answer(Stream(b"one ", b"two"))
    read(world, response)
    assert (response.content, response.text) == (b"one two", "one two")


@pytest.mark.parametrize("world", WORLDS)
def test_a_packed_body_is_unpacked(world):
    response = answer(Stream(gzip.compress(b"packed")), **{"content-encoding": "gzip"})
    read(world, response)
    assert response.text == "packed"


@pytest.mark.parametrize("world", WORLDS)
def test_reading_twice_gives_the_same(world):
    response = answer(Stream(b"once"))
    read(world, response)
    read(world, response)
    assert response.content == b"once"


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_too_large_is_not_read_to_its_end_t35(world, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 10)
    stream = Stream(b"x" * 8, b"x" * 8, b"never asked for")
    with pytest.raises(AnswerTooLarge, match="more than 10 bytes") as too_large:
        read(world, answer(stream))
    assert (stream.given, stream.closed) == (2, True)
    assert "secret" not in str(too_large.value)
    assert "stream" in too_large.value.remedy


@pytest.mark.parametrize("world", WORLDS)
def test_it_is_the_unpacked_size_that_counts_t35(world, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 1000)
    bomb = gzip.compress(bytes(100_000))
    assert len(bomb) < 1000
    with pytest.raises(AnswerTooLarge):
        read(world, answer(Stream(bomb), **{"content-encoding": "gzip"}))


@pytest.mark.parametrize("world", WORLDS)
def test_what_drips_without_end_is_left_t35(world, monkeypatch):
    times = iter(range(0, 10_000, 100))
    monkeypatch.setattr(clock, "now", lambda: float(next(times)))
    stream = Stream(*[b"."] * 50)
    with pytest.raises(AnswerTooLarge, match="more than 300 seconds"):
        read(world, answer(stream))
    assert stream.closed
    assert stream.given < 10


@pytest.mark.parametrize("world", WORLDS)
def test_a_connection_that_breaks_is_closed_and_the_error_is_not_changed(world):
    stream = Stream(b"half", httpx2.ReadError("gone"))
    with pytest.raises(httpx2.ReadError, match="gone"):
        read(world, answer(stream))
    assert stream.closed
