"""Letting an event happen again: a new event with new runs, on the record (F-41)."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from applinks.announcements import Announce, EventKept
from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.questions import Flow, Moment, Now
from applinks.scripts.events.event import BY_HAND, Event, EventOf, EventState, KeepEvent, KeptEvent


def event_numbered(number: int) -> Flow[Event]:
    """The event of that number; `ConfigurationError` if there is none."""
    event: Event | None = yield EventOf(number)
    if event is None:
        raise ConfigurationError(f"There is no event {number}.", remedy="`applinks event list` shows what there is.")
    return event


def state_named(name: str | None) -> EventState | None:
    """The state of that name; `ConfigurationError` lists what there is."""
    if name is not None and name not in {*EventState}:
        raise ConfigurationError(f"No event is {name[:50]!r}.", remedy=f"An event is one of: {', '.join(EventState)}.")
    return EventState(name) if name is not None else None


def may_be_replayed(event: Event) -> bool:
    """Whether something has happened; what was asked, or begun by a person, starts its own runs and no others."""
    return event.state is not EventState.ASKED and event.source != BY_HAND


def replay_event(number: int, *, by: str) -> Flow[int]:
    """Keep an event once more, as its source told it; its new number. Whose event it is, is found out anew.

    Raises `ConfigurationError` for what was asked before a transition, or was begun by hand: nothing follows from these.
    """
    event = yield from event_numbered(number)
    if not may_be_replayed(event):
        raise ConfigurationError(
            f"Event {number} caused nothing but the runs that were asked for with it.", remedy="Ask for them again."
        )
    moment: Moment = yield Now()
    fresh = replace(event, number=0, state=EventState.RECEIVED, note=None, tries=0, received_at=moment.now)
    for again in count(1):
        kept: KeptEvent = yield KeepEvent(replace(fresh, delivery=f"replay {again} of {number}"))
        if kept.new:
            break
    yield WriteDown(Entry("event replayed", f"{number} as {kept.number}", subject=by, actor=by))
    yield Announce(EventKept(kept.number, event.kind))
    return kept.number
