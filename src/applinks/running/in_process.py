"""The engine that needs nothing else: one thread of this process takes the runs that are due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from applinks import clock
from applinks.running.clockwork import Clockwork
from applinks.running.performer import Performer
from applinks.scripts import (
    HELD_FOR,
    DueRuns,
)

WORKERS = 4
LOOK_EVERY = 1.0
"""Seconds after which it looks for what others have queued, of whom nobody tells it."""
log = logging.getLogger("applinks.scripts")


class InProcess:
    """Takes what is due, at most so many at a time; several processes may do so with one database."""

    def __init__(
        self, performer: Performer, clockwork: Clockwork, answer: Callable[[Any], Any], *, workers: int = WORKERS
    ) -> None:
        self._performer = performer
        self._clockwork = clockwork
        self._answer = answer
        self._workers = workers
        self._wake = threading.Event()
        self._stopping = False
        self._held_at = 0.0
        self._thread = threading.Thread(target=self._work, name="applinks-scripts", daemon=True)
        performer.on_over = self._wake.set

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def say(self) -> None:
        """Something is to be done."""
        self._wake.set()

    def stop(self, seconds: float = HELD_FOR) -> None:
        """Take nothing more, and wait for what runs; what takes longer begins again elsewhere."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        self._performer.close(seconds)

    def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                self._turn()
            except Exception:
                log.exception("scripts could not be looked after, and are again in a moment")
            self._wake.wait(LOOK_EVERY)

    def _turn(self) -> None:
        self._clockwork.turn()
        self._take()
        now = clock.now()
        if not 0 <= now - self._held_at < HELD_FOR / 4:
            self._held_at = now
            self._performer.keep_holding()
            self._performer.reload_if_changed()

    def _take(self) -> None:
        while not self._stopping and self._performer.busy < self._workers:
            due = self._answer(DueRuns(1))
            if not due or self._performer.take() is None:
                return
