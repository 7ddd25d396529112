"""Sends requests that were made ready before, over connections that stay open, and looks at each answer."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import perf_counter
from typing import Any

Maker = Callable[[int], list[bytes]]
"""Makes so many requests, as bytes."""

CONNECTIONS = 16
PATIENCE = 30.0
"""Seconds."""


class Sender:
    """So many connections to one server, each with one request under way.

    Every answer must be 200 and end with `expected`: what is measured is known to have worked.
    """

    def __init__(self, address: Any, make: Maker, expected: bytes, connections: int) -> None:
        self._make = make
        self._expected = expected
        self._selector = selectors.DefaultSelector()
        self._sockets = [socket.create_connection(address) for _ in range(connections)]
        for connection in self._sockets:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(connection, selectors.EVENT_READ)
        self.fewest = 4 * connections if connections > 1 else 20

    def seconds(self, times: int) -> float:
        """How long one request takes, of so many; making them is not counted."""
        requests = self._make(times)
        start = perf_counter()
        answered = self._send_all(iter(requests))
        taken = perf_counter() - start
        assert answered == times
        return taken / times

    def _send_all(self, requests: Iterator[bytes]) -> int:
        pending: dict[Any, bytes] = {}
        for connection in self._sockets:
            _next(connection, requests, pending)
        answered = 0
        while pending:
            ready = self._selector.select(PATIENCE)
            if not ready:
                raise RuntimeError(f"no more answers, or others than expected: {pending}")
            for key, _ in ready:
                connection = key.fileobj
                pending[connection] += _some(connection)
                if self._complete(pending[connection]):
                    answered += 1
                    del pending[connection]
                    _next(connection, requests, pending)
        return answered

    def _complete(self, answer: bytes) -> bool:
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"the server answered {answer!r}")
        return answer.endswith(self._expected)

    def close(self) -> None:
        """Close the connections."""
        with ExitStack() as stack:
            stack.callback(self._selector.close)
            for connection in self._sockets:
                stack.callback(connection.close)


def _next(connection: Any, requests: Iterator[bytes], pending: dict[Any, bytes]) -> None:
    request = next(requests, None)
    if request is not None:
        connection.sendall(request)
        pending[connection] = b""


def _some(connection: Any) -> bytes:
    received: bytes = connection.recv(65536)
    if not received:
        raise RuntimeError("the server closed the connection")
    return received
