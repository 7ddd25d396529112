"""The engine that needs nothing else: one thread of this process takes the runs that are due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from applinks.running.engines import Engine, EngineContext
from applinks.running.lookout import ENDED, Lookout
from applinks.scripts import HELD_FOR, DueRuns

WORKERS = 4


class InProcess:
    """Takes what is due, at most so many at a time; several processes may do so with one database."""

    def __init__(self, context: EngineContext, *, workers: int = WORKERS) -> None:
        self._context = context
        self._workers = workers
        self._lookout = Lookout(self._look, context.pace.look_every)
        context.performer.on_over = self._lookout.say

    @classmethod
    def with_workers(cls, workers: int) -> Callable[[EngineContext], Engine]:
        """For `Scripts`."""
        return lambda context: cls(context, workers=workers)

    def start(self) -> None:
        """Begin."""
        self._lookout.start()

    def say(self) -> None:
        """Something is to be done."""
        self._lookout.say()

    @property
    def trouble(self) -> str | None:
        """Its thread is all that it has."""
        return None if self._lookout.is_running else ENDED

    def stop(self, seconds: float = HELD_FOR) -> None:
        """Take nothing more, and wait for what runs; what takes longer begins again elsewhere."""
        deadline = time.monotonic() + seconds
        if not self._context.performer.is_ready:
            self._context.performer.close(0)  # nothing runs, and nobody waits until it could
        self._lookout.stop(seconds)
        self._context.performer.close(max(0.0, deadline - time.monotonic()))

    def drain(self, asked_to_stop: threading.Event) -> None:
        """Do all that is due now, looking from this thread, until nothing is, or somebody asks to stop."""
        while not asked_to_stop.is_set():
            self._look()
            if not self._context.performer.busy and not self._context.answer(DueRuns(1)):
                return
            self._lookout.wait_a_moment()

    def _look(self) -> None:
        self._context.clockwork.turn()
        while not self._lookout.stopping and self._context.performer.busy < self._workers:
            if not self._context.answer(DueRuns(1)) or self._context.performer.take() is None:
                return
