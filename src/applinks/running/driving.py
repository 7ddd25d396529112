"""Runs flows of the application from threads of ours, in whichever world it lives."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from applinks.front import AppLinks, AsyncAppLinks
from applinks.questions import Flow


class Driver:
    """Runs flows, from any thread but that of the application's own event loop.

    What an asynchronous application has may belong to its loop, like the connections of its directory: so flows run there.
    Where there is none, they run in a loop of our own.
    """

    def __init__(self, applinks: AppLinks | AsyncAppLinks) -> None:
        self._applinks = applinks
        self._theirs: asyncio.AbstractEventLoop | None = None
        self._ours: asyncio.AbstractEventLoop | None = None
        self._turn = threading.Lock()

    def notice_loop(self) -> None:
        """If this is called in an event loop, that one is the application's."""
        try:
            self._theirs = asyncio.get_running_loop()
        except RuntimeError:
            self._theirs = None

    def drive(self, flow: Flow[Any]) -> Any:
        """Run a flow to its end."""
        if isinstance(self._applinks, AppLinks):
            return self._applinks.run(flow)
        if self._theirs is not None and self._theirs.is_running():
            return asyncio.run_coroutine_threadsafe(self._applinks.run_async(flow), self._theirs).result()
        with self._turn:
            if self._ours is None:
                self._ours = asyncio.new_event_loop()
            return self._ours.run_until_complete(self._applinks.run_async(flow))

    def close(self) -> None:
        """Close our own loop, and the connections that belong to it."""
        with self._turn:
            if self._ours is not None and not isinstance(self._applinks, AppLinks):
                self._ours.run_until_complete(self._applinks.connections.close_of_this_loop())
                self._ours.close()
                self._ours = None
