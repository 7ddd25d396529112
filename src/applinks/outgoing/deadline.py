"""A time after which nothing more is read, whatever the other side does (security.md T-35, R-25).

The time limit of each read is not enough: whoever sends one letter of a header every few seconds never meets it, and holds a
thread and a connection for days. In asynchronous code `asyncio.timeout` ends the wait; a thread has to look at the clock
itself, each time it reads from its socket.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2

from applinks import clock

_until: ContextVar[float | None] = ContextVar("applinks_until", default=None)
_LATE = "the answer took too long"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is read in here is read within so many seconds, or `httpx2.ReadTimeout` is raised."""
    token = _until.set(clock.now() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


@asynccontextmanager
async def within_async(seconds: float) -> AsyncIterator[None]:
    """The same, awaited."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise httpx2.ReadTimeout(_LATE) from late


def watched(client: httpx2.Client) -> httpx2.Client:
    """The client, whose connections look at the clock from now on.

    Whoever hands over to httpx2 what opens its sockets gives up the proxies of the environment, hence the private names.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            pool._network_backend = _Sockets()
    return client


class _Sockets(httpcore2.SyncBackend):
    def connect_tcp(self, *args: Any, **named: Any) -> httpcore2.NetworkStream:
        return _Watched(super().connect_tcp(*args, **named))


class _Watched(httpcore2.NetworkStream):
    """A stream that waits no longer than is left."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _at_most(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _at_most(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Watched(self._stream.start_tls(ssl_context, server_hostname, _at_most(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _at_most(timeout: float | None) -> float | None:
    until = _until.get()
    if until is None:
        return timeout
    left = until - clock.now()
    if left <= 0:
        raise httpcore2.ReadTimeout(_LATE)
    return left if timeout is None else min(left, timeout)
