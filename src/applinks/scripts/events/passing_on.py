"""Telling linked applications what happens here: at least once, in order for each item, and not for ever.

Rules of this file:
- That an event is to be told is kept with the event, in one change (security.md F-37); it is forgotten when the other end has
  acknowledged it. The other end drops what it has been told before (F-41).
- What the other end cannot read is not told again. Whatever else stands against it may pass.
- An event about an item waits for the earlier ones about it; others do not (T-79).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus

from applinks.errors import AppLinksError, StoreUnavailable
from applinks.links import Link, LinkById
from applinks.outgoing import telling
from applinks.questions import Flow, Moment, Now, Question
from applinks.scripts.events.event import Event, EventOf
from applinks.wire.events import FIELD, LARGEST, PATH, ToldEvent

FIRST_WAIT, LONGEST_WAIT = 1.0, 3600.0
"""Seconds until an event is told again; the wait doubles each time."""
GIVEN_UP_AFTER = 7 * 86_400.0
"""Seconds after which it is not told any more."""
CLAIMED_FOR = 120.0
"""Seconds for which whoever tells it has it for itself."""
NOT_READ = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
ONLY_THIS = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR})
"""The status that may concern one event; any other failure concerns all that is to be told there."""

log = logging.getLogger("applinks.scripts")


@dataclass(frozen=True, slots=True)
class Untold:
    """An event of that number is to be told over a link; `number` is that of this note. `tries` counts what has failed."""

    number: int
    link_id: str
    event: int
    made_at: float
    tries: int


@dataclass(frozen=True, slots=True)
class ClaimUntold(Question):
    """Take the oldest note that is due, for a while: the `Untold`, or None. None over the links that are `paused`. Atomic."""

    paused: frozenset[str] = frozenset()
    seconds: float = CLAIMED_FOR


@dataclass(frozen=True, slots=True)
class ForgetUntold(Question):
    """It was told, or never will be, in which case `why` is noted at the event. The answer is None. Atomic and durable."""

    number: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class PostponeUntold(Question):
    """It could not be told: it is due again then. The answer is None."""

    number: int
    until: float
    why: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling one event; `away` if nothing else can be told over that link for the moment."""

    link_id: str
    away: bool = False
    until: float = 0.0


def tell_next(paused: frozenset[str] = frozenset()) -> Flow[Telling | None]:
    """Tell one event that is to be told now; None if there is none."""
    untold: Untold | None = yield ClaimUntold(paused)
    if untold is None:
        return None
    event: Event | None = yield EventOf(untold.event)
    link: Link | None = yield LinkById(untold.link_id)
    if event is None or link is None:
        yield ForgetUntold(untold.number)
        return Telling(untold.link_id)
    text = as_told(event, link).text()
    if len(text) > LARGEST:
        return (yield from _given_up(untold, event, link, f"it has more than {LARGEST} characters"))
    try:
        response = yield from telling.tell(link, PATH, ((FIELD, text),))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _later(untold, event, link, trouble.message, away=True))
    if response.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
        yield ForgetUntold(untold.number)
        return Telling(link.id)
    if response.status in NOT_READ:
        return (yield from _given_up(untold, event, link, f"it was answered with status {response.status}"))
    why = f"it was answered with status {response.status}"
    return (yield from _later(untold, event, link, why, away=response.status not in ONLY_THIS))


def as_told(event: Event, link: Link) -> ToldEvent:
    """An event of ours as it is told over a link: whoever caused it, by their name over there."""
    return ToldEvent(
        id=event.delivery,
        kind=event.kind,
        application=event.application,
        item=event.item,
        user=link.names.there(event.user) if event.user is not None else None,
        happened_at=event.happened_at or event.received_at,
        depth=event.depth,
        payload=event.payload,
    )


def _later(untold: Untold, event: Event, link: Link, why: str, *, away: bool) -> Flow[Telling]:
    moment: Moment = yield Now()
    if moment.now - untold.made_at > GIVEN_UP_AFTER:
        return (yield from _given_up(untold, event, link, why))
    until = moment.now + min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(untold.tries, 30))
    if not untold.tries:
        log.warning("event %d cannot be told to %r, and is told later: %s", event.number, link.name, why)
    yield PostponeUntold(untold.number, until, why)
    return Telling(link.id, away, until)


def _given_up(untold: Untold, event: Event, link: Link, why: str) -> Flow[Telling]:
    log.error("event %d was not told to %r: %s", event.number, link.name, why)
    yield ForgetUntold(untold.number, f"It was not told to {link.name!r}: {why}.")
    return Telling(link.id)
