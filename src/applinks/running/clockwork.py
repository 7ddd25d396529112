"""What has to be done again and again so that nothing is forgotten; any number of processes may do it at once.

Rules of this file:
- The tables are the truth. Each turn looks for what is to be done, whoever has been told of it or not.
- Each act is one question that is atomic in the store, so that two who turn at the same moment do it once.
- One act that fails does not keep the others from being done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from applinks import clock
from applinks.questions import Flow
from applinks.scripts import (
    DropOldRuns,
    EventsReceived,
    ExpireRuns,
    Hook,
    WakeRuns,
    queue_due_jobs,
    sort_event,
)

SWEEP_EVERY = 5.0
"""Seconds between two looks at what is parked and what is due by a schedule; a consent that is announced needs none."""
FORGET_EVERY = 3600.0
KEPT_FOR = 30 * 86_400.0
"""Seconds for which runs that have ended, and their events, are kept."""

log = logging.getLogger("applinks.scripts")


class Clockwork:
    """Sorts events, queues jobs, wakes and expires parked runs, forgets old ones. `hooks` tells those that are loaded."""

    def __init__(
        self, drive: Callable[[Flow[Any]], Any], hooks: Callable[[], Sequence[Hook]], kept_for: float = KEPT_FOR
    ) -> None:
        self._drive = drive
        self._hooks = hooks
        self._kept_for = kept_for
        self._swept_at = 0.0
        self._forgot_at = 0.0

    def turn(self) -> None:
        """Do all that is to be done now."""
        self._try(self.sort)
        now = clock.now()
        if not 0 <= now - self._swept_at < SWEEP_EVERY:
            self._swept_at = now
            self._try(self.sweep)
        if not 0 <= now - self._forgot_at < FORGET_EVERY:
            self._forgot_at = now
            self._try(self.forget)

    def sort(self) -> None:
        """Queue the runs of all events that nobody has sorted yet."""
        while numbers := self._drive(_asked(EventsReceived())):
            hooks = self._hooks()
            for number in numbers:
                self._drive(sort_event(number, hooks))

    def sweep(self) -> None:
        """Queue the jobs that are due, and the parked runs whose person has consented; end those that waited too long."""
        self._drive(queue_due_jobs(self._hooks()))
        self._drive(_asked(WakeRuns()))
        self._drive(_asked(ExpireRuns()))

    def sweep_soon(self) -> None:
        """The next turn sweeps."""
        self._swept_at = 0.0

    def forget(self) -> None:
        """Forget what is too old."""
        while self._drive(_asked(DropOldRuns(clock.now() - self._kept_for))):
            pass

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            log.exception("%s failed, and is tried again", act.__name__)


def _asked(question: Any) -> Flow[Any]:
    return (yield question)
