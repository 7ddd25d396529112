"""The open connections of one application to all others: one client for synchronous code, one for each event loop.

None is ever shared with a forked process: two processes on one connection would read each other's answers.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

import httpx2

from applinks.outgoing import deadline
from applinks.outgoing.send import client_options


class Connections:
    """Made when they are first needed."""

    def __init__(self) -> None:
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._turn = threading.Lock()  # a client that two threads make at once would be lost with its connections
        self._client: httpx2.Client | None = None
        self._by_loop: dict[asyncio.AbstractEventLoop, httpx2.AsyncClient] = {}

    def _here(self) -> Connections:
        if self._process != os.getpid():
            _left_by_parent.append((self._client, self._by_loop))
            self._start_anew()
        return self

    def client(self) -> httpx2.Client:
        """The client of synchronous code."""
        with self._here()._turn:
            if self._client is None:
                self._client = deadline.watched(httpx2.Client(**client_options("")))
            return self._client

    def new_client(self, options: dict[str, Any]) -> httpx2.Client:
        """A client that its user closes."""
        return httpx2.Client(**options)

    def client_of_this_loop(self) -> httpx2.AsyncClient:
        """The client of the event loop that is running; those of loops that have ended are let go."""
        loop = asyncio.get_running_loop()
        with self._here()._turn:
            clients = self._by_loop
            if loop not in clients:
                for ended in [other for other in clients if other.is_closed()]:
                    del clients[ended]
                clients[loop] = httpx2.AsyncClient(**client_options(""))
            return clients[loop]

    def close(self) -> None:
        """Close the connections of synchronous code."""
        client, self._client = self._here()._client, None
        if client is not None:
            client.close()

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""
        client = self._here()._by_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


_left_by_parent: list[object] = []
"""Kept untouched for ever: closing them here would say goodbye on the parent's connections."""
