"""The thread that tells linked applications what happens here: a far side that is slow holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from applinks import clock
from applinks.questions import Flow
from applinks.running.lookout import Lookout
from applinks.scripts import Telling, tell_next

LOOK_EVERY = 2.0
"""Seconds after which it looks for what is due again, or was left by others."""


class PassesOn(Lookout):
    """Tells what is to be told; several processes may do so with one database. `drive` runs flows of this application.

    Once it is stopped, what is not told yet is told by whoever comes next.
    """

    def __init__(self, drive: Callable[[Flow[Any]], Any]) -> None:
        super().__init__(self.turn, LOOK_EVERY, name="applinks-telling", failed="events could not be told, and are in a moment")
        self._drive = drive
        self._paused: dict[str, float] = {}

    def turn(self) -> None:
        """Tell all that is to be told now. A link over which nothing can be told is left alone for a while."""
        now = clock.now()
        self._paused = {link: until for link, until in self._paused.items() if until > now}
        while not self.stopping:
            told: Telling | None = self._drive(tell_next(frozenset(self._paused)))
            if told is None:
                return
            if told.away:
                self._paused[told.link_id] = told.until
