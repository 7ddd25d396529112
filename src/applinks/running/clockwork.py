"""What has to be done again and again so that nothing is forgotten; any number of processes may do it at once.

Rules of this file:
- The tables are the truth. Each turn looks for what is to be done, whoever has been told of it or not.
- Each act is one question that is atomic in the store, so that two who turn at the same moment do it once.
- One act that fails does not keep the others from being done, and one event that cannot be sorted no other; only those about
  the same item wait for it, since their order is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from applinks import clock
from applinks.questions import Flow
from applinks.running.lookout import Closed
from applinks.running.pace import USUAL, Pace
from applinks.scripts import (
    DEEPEST,
    DropOldMessages,
    DropOldRuns,
    EventsReceived,
    Hook,
    NamesOfKeys,
    WakeRuns,
    deliver_some,
    expire_overdue,
    queue_due_jobs,
    sort_event,
)

FORGET_EVERY = 3600.0
KEPT_FOR = 30 * 86_400.0
"""Seconds for which runs that have ended, and their events, are kept."""
LEAST_KEPT_FOR = 2 * 3600.0
"""An event that is told again is known by the one that is kept, and one of an hour ago is still taken (T-78)."""

log = logging.getLogger("applinks.scripts")


class Clockwork:
    """Sorts events, queues jobs, wakes and expires parked runs, forgets old ones. `hooks` tells those that are loaded."""

    def __init__(
        self,
        drive: Callable[[Flow[Any]], Any],
        hooks: Callable[[], Sequence[Hook]],
        kept_for: float = KEPT_FOR,
        deepest: int = DEEPEST,
        names: NamesOfKeys | None = None,
        pace: Pace = USUAL,
    ) -> None:
        self._drive = drive
        self._hooks = hooks
        self._kept_for = kept_for
        self._sweep_every = pace.sweep_every
        self._deepest = deepest
        self._names = names or NamesOfKeys()
        self._swept_at = 0.0
        self._forgot_at = 0.0

    def turn(self) -> None:
        """Do all that is to be done now."""
        self._try(self.sort)
        now = clock.now()
        if not 0 <= now - self._swept_at < self._sweep_every:
            self._swept_at = now
            self._try(self.queue_jobs)
            self._try(self.wake)
            self._try(self.expire)
            self._try(self.deliver)
        if not 0 <= now - self._forgot_at < FORGET_EVERY:
            self._forgot_at = now
            self._try(self.forget)

    def sort(self) -> None:
        """Look once at all events that nobody has sorted yet; what cannot be sorted now is postponed there."""
        after = 0
        while numbers := self._drive(_asked(EventsReceived(after=after))):
            hooks = self._hooks()
            for number in numbers:
                self._drive(sort_event(number, hooks, deepest=self._deepest, names=self._names))
            after = numbers[-1]

    def queue_jobs(self) -> None:
        """Queue the jobs that are due."""
        self._drive(queue_due_jobs(self._hooks()))

    def wake(self) -> None:
        """Queue the parked runs whose person has consented."""
        self._drive(_asked(WakeRuns()))

    def expire(self) -> None:
        """End the parked runs that waited too long."""
        self._drive(expire_overdue())

    def deliver(self) -> None:
        """Send what people are told by the channels that are set up."""
        while self._drive(deliver_some()):
            pass

    def sweep_soon(self) -> None:
        """The next turn looks for what is parked, too."""
        self._swept_at = 0.0

    def forget(self) -> None:
        """Forget what is too old."""
        before = clock.now() - self._kept_for
        for question in (DropOldRuns(before), DropOldMessages(before)):
            while self._drive(_asked(question)):
                pass

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Closed:
            raise
        except Exception:
            log.exception("%s failed, and is tried again", act.__name__)


def _asked(question: Any) -> Flow[Any]:
    return (yield question)
