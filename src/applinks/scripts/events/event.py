"""What has happened somewhere: events, kept before they are acknowledged, and the questions about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from applinks.questions import Question
from applinks.scripts.runs.run import NewRun

HERE = "here"
"""The source of what the embedding application tells by itself."""
BY_HAND = "by hand"


class EventState(StrEnum):
    """How far an event has come. Asked: it stands for what was asked before a transition, and causes nothing more."""

    RECEIVED = "received"
    SORTED = "sorted"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in an application.

    `source` says who told it: a webhook ("webhook ID"), a linked application ("link ID"), this application itself (`HERE`), or
    a person by hand. `application` is the type of the application where it happened, `kind` its own name for it. `item` is what
    it is about ("issue OPS-7"): for one item, order is kept. `user` caused it, as that application names them, or `user_key`
    where it gives no name; both None: nobody. `delivery` is the same where the same event is told again. Times in seconds since
    the epoch; `depth` counts the runs that led to it, `tries` how often it could not be sorted yet.
    """

    source: str
    application: str
    kind: str
    delivery: str
    payload: Mapping[str, Any] = field(repr=False)
    received_at: float
    item: str | None = None
    user: str | None = None
    user_key: str | None = None
    happened_at: float | None = None
    depth: int = 0
    number: int = 0
    state: EventState = EventState.RECEIVED
    note: str | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as it stands in the store; `new` is false where it had been told before."""

    number: int
    new: bool


@dataclass(frozen=True, slots=True)
class KeepEvent(Question):
    """Keep an event, unless its source has told this delivery before: a `KeptEvent`. Atomic and durable.

    A new one is to be told over these links, too: that is noted with it, or neither.
    """

    event: Event
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventsReceived(Question):
    """The numbers of at most so many events that nobody has sorted yet, the oldest first; those above the number `after`.

    One that was postponed waits for its time, and later ones of its source about the same item wait with it.
    """

    limit: int = 100
    after: int = 0


@dataclass(frozen=True, slots=True)
class PostponeEvent(Question):
    """An event cannot be sorted yet: look at it again then, and note why. The answer is None."""

    number: int
    until: float
    note: str


@dataclass(frozen=True, slots=True)
class SortEvent(Question):
    """An event was looked at: queue these runs for it, and note what came of it.

    Atomic: the runs are there, and the event is sorted, or neither. The answer is the numbers of the runs; none where somebody
    else has sorted it already.
    """

    number: int
    runs: tuple[NewRun, ...]
    note: str | None = None
    state: EventState = EventState.SORTED


@dataclass(frozen=True, slots=True)
class EventOf(Question):
    """The `Event` of that number, or None."""

    number: int


@dataclass(frozen=True, slots=True)
class Events(Question):
    """Events, the newest first, without their payloads; those below the number `before`, if it is given."""

    limit: int = 100
    before: int | None = None
    state: EventState | None = None
