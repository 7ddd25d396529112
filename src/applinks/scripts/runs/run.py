"""What a run is: one execution of a hook, which may begin several times until it ends once.

Rules of this file:
- The table `STEPS` says which state may follow which; nobody writes any other.
- Whoever executes a run holds it for a while (`holder`, `held_until`). What is written in its name must come from its
  holder, so that a process which was given up cannot disturb the one that took over.
- An engine only says "run number 17 now". Saying it twice is harmless: one of them gets the run, the other nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypedDict

from applinks.questions import Question
from applinks.scripts.messages.message import NewMessage

HELD_FOR = 60.0
"""Seconds for which a process holds a run before it has to say again that it is alive (security.md F-40)."""
MOST_DEATHS = 3
"""A run whose process has died so many times is given up (security.md F-67)."""


class RunState(StrEnum):
    """What becomes of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    UNCLEAR = "unclear"
    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


STEPS: Mapping[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    RunState.RUNNING: frozenset(
        {
            RunState.DONE,
            RunState.SKIPPED,
            RunState.REFUSED,
            RunState.FAILED,
            RunState.PARKED,
            RunState.UNCLEAR,
            RunState.QUEUED,
            RunState.CANCELLED,
        }
    ),
    RunState.PARKED: frozenset({RunState.QUEUED, RunState.EXPIRED, RunState.CANCELLED}),
    RunState.UNCLEAR: frozenset({RunState.QUEUED, RunState.CANCELLED}),
    RunState.DONE: frozenset(),
    RunState.SKIPPED: frozenset(),
    RunState.REFUSED: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.EXPIRED: frozenset(),
    RunState.CANCELLED: frozenset(),
}
"""Which state may follow which. Skipped: its condition was not met. Refused: a validator said no. Unclear: a call was sent and
never answered, and somebody has to say whether it happened."""

IMMEDIATE = frozenset({"condition", "validator", "endpoint", "operation"})
"""The kinds of hooks whose runs somebody waits for: whoever began one executes it, and nobody takes it over."""

ENDED = frozenset(state for state, after in STEPS.items() if not after)


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be queued. `key` is the same where the same run is asked for twice: it is queued once.

    `user` is the person whose rights apply, `actor` the one who caused it; both None where the hook has to name somebody and
    nobody is known. `again` says how often it may be tried again after a failure.
    """

    key: str
    hook: str
    kind: str
    user: str | None
    actor: str | None
    reason: str | None = None
    event: int | None = None
    item: str | None = None
    depth: int = 0
    again: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    due_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass has come, as its script says: so many `done`, of so many, and with which words, in one line."""

    done: int
    of: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.done} of {self.of}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a hook, as the store knows it. Times in seconds since the epoch, lengths in seconds.

    `passes` counts how often it began, `deaths` how often its process ended without a word. `parked_link` and `parked_user`
    say whose consent it waits for, until `parked_until`, or has waited for last.
    `revision` is the digest of the script that ran last. `progress` is how far its last pass has come, if that has said so.
    """

    number: int
    key: str
    hook: str
    kind: str
    user: str | None
    actor: str | None
    reason: str | None
    event: int | None
    item: str | None
    depth: int
    again: int
    parameters: Mapping[str, Any] = field(repr=False)
    state: RunState
    made_at: float
    due_at: float
    started_at: float | None = None
    ended_at: float | None = None
    passes: int = 0
    deaths: int = 0
    elapsed: float = 0.0
    cpu: float = 0.0
    result: Any = None
    error: str | None = None
    parked_link: str | None = None
    parked_user: str | None = None
    parked_until: float | None = None
    revision: str | None = None
    progress: Progress | None = None
    holder: str | None = field(default=None, repr=False)
    held_until: float | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a pass through a script ended. `retry_at`: the run is queued again for then; `state` is QUEUED."""

    state: RunState
    result: Any = None
    error: str | None = None
    elapsed: float = 0.0
    cpu: float = 0.0
    revision: str | None = None
    retry_at: float | None = None


class RunFilters(TypedDict, total=False):
    """Which runs are wanted: of one hook, in one state, of one event or item, made in a time, below a number.

    `user` is the person whose rights applied; `person` is that one or the one who caused it. `without` leaves out a state.
    """

    hook: str
    state: str
    without: str
    event: int
    item: str
    user: str
    person: str
    since: float
    until: float
    before: int


@dataclass(frozen=True, slots=True)
class QueueRuns(Question):
    """Queue these runs; those whose key is there already are not queued again. The answer is the numbers, in their order.

    Atomic and durable.
    """

    runs: tuple[NewRun, ...]


@dataclass(frozen=True, slots=True)
class ClaimRun(Question):
    """Take a run that is due: the one of that number, or the oldest; the `Run`, now running and held, or None.

    A run waits while an earlier one of the same hook for the same item is queued or running. One that was held by somebody who
    is not heard of any more is taken over. It is held for so many seconds. Atomic.
    """

    durable = False
    holder: str
    number: int | None = None
    held_for: float = HELD_FOR


@dataclass(frozen=True, slots=True)
class BeginRun(Question):
    """Begin a run at once, held by this holder, since somebody waits for what comes of it: the `Run`. Atomic.

    Where there is a run of that key already, it is that one, held by whoever holds it.
    """

    run: NewRun
    holder: str
    held_for: float = HELD_FOR


@dataclass(frozen=True, slots=True)
class KeepHolding(Question):
    """Say that these holders are alive; those of them that really hold a run, as a frozenset, and for so many seconds more."""

    durable = False
    holders: tuple[str, ...]
    held_for: float = HELD_FOR


@dataclass(frozen=True, slots=True)
class EndRun(Question):
    """The pass of a run has ended like this, and these messages are told about it; True if the holder still held it.

    Atomic. Where the run is over, what it had asked people to do is done with.
    """

    number: int
    holder: str
    ending: Ending
    messages: tuple[NewMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveUpRun(Question):
    """The process of a run has ended without a word: queue it again, or end it as failed if that happened too often.

    `blameless`: it was ended for another reason, which does not count. The answer is its new `RunState`, or None if the holder
    did not hold it any more.
    """

    number: int
    holder: str
    why: str
    blameless: bool = False


@dataclass(frozen=True, slots=True)
class DueRuns(Question):
    """The numbers of at most so many runs that are due and that nobody holds, the oldest first."""

    limit: int = 100


@dataclass(frozen=True, slots=True)
class CancelRun(Question):
    """Let a run that has not begun, is parked or unclear end here, by this person; True if it did."""

    number: int
    by: str


@dataclass(frozen=True, slots=True)
class RetryRun(Question):
    """Queue a parked run now, whether its person has consented or not; True if it was parked. Atomic."""

    number: int


@dataclass(frozen=True, slots=True)
class RunOf(Question):
    """The `Run` of that number, or None."""

    number: int


@dataclass(frozen=True, slots=True)
class Runs(Question):
    """Runs, the newest first, as a tuple."""

    only: RunFilters = field(default_factory=RunFilters)
    limit: int = 100


@dataclass(frozen=True, slots=True)
class RecentRuns(Question):
    """How many runs of a hook for an item were made since a moment."""

    hook: str
    item: str
    since: float


@dataclass(frozen=True, slots=True)
class DropOldRuns(Question):
    """Forget the runs that ended before a moment, with their calls and lines, and events older than it whose runs are gone.

    The answer is how many runs that were; at most `limit` at a time.
    """

    before: float
    limit: int = 500


@dataclass(frozen=True, slots=True)
class AddLines(Question):
    """Add lines to the log of a run, in its pass; False if the holder does not hold it any more."""

    durable = False
    number: int
    holder: str
    lines: tuple[tuple[float, str, str], ...]
    """When, level, text."""


@dataclass(frozen=True, slots=True)
class NoteProgress(Question):
    """The pass of a run has come so far; False if the holder does not hold it any more."""

    durable = False
    number: int
    holder: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a run's log."""

    at: float
    number_of_pass: int
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class LinesOf(Question):
    """The log of a run, the oldest line first, as a tuple of `Line`."""

    number: int
