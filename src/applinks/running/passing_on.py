"""The thread that tells linked applications what happens here: a far side that is slow holds up nobody else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from applinks import clock
from applinks.questions import Flow
from applinks.scripts import Telling, tell_next

LOOK_EVERY = 2.0
"""Seconds after which it looks for what is due again, or was left by others."""
log = logging.getLogger("applinks.scripts")


class PassesOn:
    """Tells what is to be told; several processes may do so with one database. `drive` runs flows of this application."""

    def __init__(self, drive: Callable[[Flow[Any]], Any]) -> None:
        self._drive = drive
        self._paused: dict[str, float] = {}
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="applinks-telling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def say(self) -> None:
        """Something is to be told."""
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """Tell nothing more; what is not told yet is told by whoever comes next."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def turn(self) -> None:
        """Tell all that is to be told now. A link over which nothing can be told is left alone for a while."""
        now = clock.now()
        self._paused = {link: until for link, until in self._paused.items() if until > now}
        while not self._stopping:
            told: Telling | None = self._drive(tell_next(frozenset(self._paused)))
            if told is None:
                return
            if told.away:
                self._paused[told.link_id] = told.until

    def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                self.turn()
            except Exception:
                log.exception("events could not be told, and are in a moment")
            self._wake.wait(LOOK_EVERY)
