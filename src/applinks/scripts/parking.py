"""A run that met somebody's missing consent is parked, and goes on exactly once when it was given.

Rules of this file:
- Parking the run and telling the person are one change to the store: none of them without the other.
- The announcement of a consent is only a hint. The tables are the truth: a parked run whose person has a consent now goes on,
  whoever looks, and only one looks at it successfully (security.md F-29 to F-32).
"""

from __future__ import annotations

from dataclasses import dataclass

from applinks.questions import Question
from applinks.scripts.messages import NewMessage

PARKED_FOR = 14 * 86_400
"""Seconds for which a run waits for a consent."""


@dataclass(frozen=True, slots=True)
class ParkRun(Question):
    """Let a run wait until this person has allowed it over that link; tell these messages. True if the holder held it.

    Atomic and durable: the run is parked and the messages are kept, or neither.
    """

    number: int
    holder: str
    link_id: str
    user: str
    until: float
    elapsed: float
    cpu: float
    revision: str | None = None
    messages: tuple[NewMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class WakeRuns(Question):
    """Queue all parked runs whose person has consented meanwhile; their numbers. Each is woken once, however often asked."""


@dataclass(frozen=True, slots=True)
class ExpireRuns(Question):
    """End the parked runs for which nobody consented in time; as a tuple of `Run`."""
