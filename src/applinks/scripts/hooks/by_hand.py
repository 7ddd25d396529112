"""A run that somebody begins by hand, with an event as it could be told or without one, on the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.links import Identity, WhoWeAre
from applinks.questions import Flow, Moment, Now
from applinks.scripts.events.event import BY_HAND, Event, EventOf, EventState, KeepEvent, KeptEvent
from applinks.scripts.hooks.adjusting import values_by_hand
from applinks.scripts.hooks.decorators import Hook, HookKind
from applinks.scripts.runs.run import NewRun, QueueRuns


@dataclass(frozen=True, slots=True)
class Told:
    """What a hook is told by hand: the payload of an event, its kind, and what it is about."""

    payload: Mapping[str, Any] = field(repr=False)
    kind: str = "by hand"
    item: str | None = None


def told_by(number: int) -> Flow[Told]:
    """The same as an event of that number told."""
    event: Event | None = yield EventOf(number)
    if event is None:
        raise ConfigurationError(f"There is no event {number}.", remedy="It may have been forgotten since.")
    return Told(event.payload, event.kind, event.item)


def run_by_hand(hook: Hook, by: str, *, parameters: Mapping[str, Any] | None = None, told: Told | None = None) -> Flow[int]:
    """Queue a run of a hook as `by`; its number.

    Parameters that are not given are as they are set. A hook that names a user runs as that one. Raises `ParametersWrong`, and
    `ConfigurationError` for what only a request can begin.
    """
    if hook.kind in {HookKind.ENDPOINT, HookKind.OPERATION}:
        raise ConfigurationError(f"{hook.id} answers requests.", remedy="Send it one.")
    values = yield from values_by_hand(hook, parameters or {})
    moment: Moment = yield Now()
    event = None if told is None else (yield from _kept(hook, told, by, moment))
    run = NewRun(
        key=f"by hand {moment.nonce}",
        hook=hook.id,
        kind=hook.kind.value,
        user=hook.run_as or hook.user or by,
        actor=by,
        reason=hook.reason or (f"by hand, by {by}" if hook.user else None),
        event=event,
        item=told.item if told is not None else None,
        again=hook.retries.times,
        parameters=values,
    )
    (queued,) = yield QueueRuns((run,))
    yield WriteDown(Entry("run begun by hand", f"run {queued} of {hook.id}", subject=run.user, actor=by))
    return int(queued)


def _kept(hook: Hook, told: Told, user: str, moment: Moment) -> Flow[int]:
    """An event that starts this one run, and no other."""
    us: Identity = yield WhoWeAre()
    event = Event(
        source=BY_HAND,
        application=hook.application or us.type,
        kind=told.kind,
        delivery=moment.nonce,
        payload=told.payload,
        received_at=moment.now,
        item=told.item,
        user=user,
        state=EventState.SORTED,
    )
    kept: KeptEvent = yield KeepEvent(event)
    return kept.number
