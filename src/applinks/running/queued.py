"""What engines have in common to which a queue says which run is next.

Rules of this file:
- A message of a queue is a number and nothing else. Whoever gets it claims the run, or sees that there is nothing to claim.
- A queue may lose messages, and deliver them twice: what is due and not claimed is told again after a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from applinks.running.engines import EngineContext
from applinks.running.lookout import ENDED, Lookout
from applinks.scripts import HELD_FOR, DueRuns

AT_ONCE = 100
"""So many due runs are told of at the same time; the others wait here until these were claimed."""


class Queue(Protocol):
    """Carries numbers to whoever is free, in this process or another one. What it raises is logged, and it is tried again."""

    def start(self, perform: Callable[[int], None]) -> None:
        """Begin to call `perform` with the numbers that come, in several threads; it returns when the run is over."""

    def tell(self, number: int) -> None:
        """Send a number."""

    @property
    def is_running(self) -> bool:
        """Whether it listens, or tries to."""

    def stop(self) -> None:
        """Take no more numbers."""

    def join(self, seconds: float) -> None:
        """Wait at most so long until no `perform` runs any more."""


class Queued:
    """The engine of one process: looks what is due, tells the queue, and performs what the queue says."""

    def __init__(self, context: EngineContext, queue: Queue) -> None:
        self._context = context
        self._queue = queue
        self._told: dict[int, float] = {}
        self._lookout = Lookout(self._look, context.pace.look_every)
        context.performer.on_over = self._lookout.say

    def start(self) -> None:
        """Begin."""
        self._queue.start(self._perform)
        self._lookout.start()

    def say(self) -> None:
        """Something may have to be done."""
        self._lookout.say()

    @property
    def trouble(self) -> str | None:
        """Its own thread, and that of the queue."""
        if not self._lookout.is_running:
            return ENDED
        return None if self._queue.is_running else "the thread that listens to the queue has ended"

    def stop(self, seconds: float = HELD_FOR) -> None:
        """Take nothing more, and wait for what runs; what takes longer begins again elsewhere."""
        deadline = time.monotonic() + seconds
        self._lookout.stop(seconds)
        self._queue.stop()
        self._context.performer.close(max(0.0, deadline - time.monotonic()))
        self._queue.join(max(1.0, deadline - time.monotonic()))

    def _look(self) -> None:
        self._context.clockwork.turn()
        due: tuple[int, ...] = self._context.answer(DueRuns(AT_ONCE))
        now = time.monotonic()
        self._told = {number: at for number, at in self._told.items() if number in due}
        for number in due:
            if now - self._told.get(number, -self._context.pace.tell_again_after) >= self._context.pace.tell_again_after:
                self._queue.tell(number)
                self._told[number] = now

    def _perform(self, number: int) -> None:
        if self._context.performer.take(number) is not None:
            self._told.pop(number, None)
            self._context.performer.wait(number)
