"""Engines: what says which run is next. The tables hold the truth; whatever an engine forgets or says twice does no harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from applinks.running.clockwork import Clockwork
from applinks.running.pace import Pace
from applinks.running.performer import Performer


@dataclass(frozen=True, slots=True)
class EngineContext:
    """What an engine works with: who performs runs, who turns events and times into runs, who answers, how often to look."""

    performer: Performer
    clockwork: Clockwork
    answer: Callable[[Any], Any]
    pace: Pace


class Engine(Protocol):
    """Has the runs of one process begun that are due, at most so many at a time."""

    def start(self) -> None:
        """Begin."""

    def say(self) -> None:
        """Something may have to be done."""

    @property
    def trouble(self) -> str | None:
        """What of it has ended though nobody has stopped it, in a few words; None if all of it works."""

    def stop(self, seconds: float) -> None:
        """Take nothing more, and wait for what runs; what takes longer begins again elsewhere."""


EngineFactory = Callable[[EngineContext], Engine]
"""How `Scripts` comes to its engine."""
