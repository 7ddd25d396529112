"""A run that met somebody's missing consent is parked, and goes on exactly once when it was given.

Rules of this file:
- Parking the run and telling the person are one change to the store: none of them without the other.
- The announcement of a consent is only a hint. The tables are the truth: a parked run whose person has a consent now goes on,
  whoever looks, and only one looks at it successfully (security.md F-29 to F-32).
"""

from __future__ import annotations

from dataclasses import dataclass

from applinks.links import Link, LinkById
from applinks.questions import Flow, Question
from applinks.scripts.messages.message import NewMessage, Severity, Words
from applinks.scripts.runs.run import Run

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
class OverdueRuns(Question):
    """At most so many parked runs for which nobody has consented in time, as a tuple of `Run`."""

    limit: int = 100


@dataclass(frozen=True, slots=True)
class ExpireRun(Question):
    """End a parked run whose time is over, and tell these messages; True if it still was parked. Atomic."""

    number: int
    messages: tuple[NewMessage, ...] = ()


def expire_overdue() -> Flow[None]:
    """End the parked runs for which nobody has consented in time; whoever they waited for is told."""
    overdue: tuple[Run, ...] = yield OverdueRuns()
    for run in overdue:
        told = yield from about_run(run, Words.RUN_EXPIRED, Severity.WARNING, run.parked_user)
        yield ExpireRun(run.number, told)


def about_run(run: Run, words: Words, severity: Severity, reader: str | None, **told: str) -> Flow[tuple[NewMessage, ...]]:
    """A message about a run to one person, if there is one; it is the same however often it is made."""
    if reader is None:
        return ()
    link: Link | None = (yield LinkById(run.parked_link)) if run.parked_link else None
    filled = {"script": run.hook, "link": link.name if link else "another application", **told}
    key = f"run {run.number} {words} {run.passes}"
    return (NewMessage(key, reader, severity, words=words, told=filled, run=run.number, item=run.item),)
