"""Answers about events: kept once for each delivery, sorted once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select, update

from applinks.scripts import Event, EventOf, Events, EventsReceived, EventState, KeepEvent, KeptEvent, PostponeEvent, SortEvent
from applinks.store import outbox
from applinks.store.insertion import insert
from applinks.store.run_rows import RunRows
from applinks.store.script_tables import events as table

_ONE = select(table).where(table.c.number == bindparam("number"))
_TOLD = select(table.c.number).where(table.c.source == bindparam("source"), table.c.delivery == bindparam("delivery"))
_earlier = table.alias("earlier")
_HELD_UP = exists().where(
    _earlier.c.item == table.c.item,
    _earlier.c.source == table.c.source,
    _earlier.c.number < table.c.number,
    _earlier.c.state == EventState.RECEIVED.value,
    _earlier.c.due_at > bindparam("now"),
)
"""An earlier event about the same item has to wait, and this one with it."""
_UNSORTED = (
    select(table.c.number)
    .where(table.c.state == EventState.RECEIVED.value, table.c.due_at <= bindparam("now"), ~_HELD_UP)
    .order_by(table.c.number)
)
_LISTED = [column for column in table.columns if column is not table.c.payload]


def keep(connection: Connection, question: KeepEvent) -> KeptEvent:
    """Insert it; or find the one that was told before."""
    event = question.event
    inserted = insert(connection, table).values(_row(event)).on_conflict_do_nothing(index_elements=["source", "delivery"])
    number = connection.execute(inserted.returning(table.c.number)).scalar()
    if number is not None:
        outbox.note(connection, question.tell, number, event.item, event.received_at)
        return KeptEvent(number, new=True)
    found = connection.execute(_TOLD, {"source": event.source, "delivery": event.delivery}).scalar_one()
    return KeptEvent(found, new=False)


class Sorting:
    """Sorts events: their runs are queued in the same transaction."""

    def __init__(self, rows: RunRows, clock: Callable[[], float]) -> None:
        self._rows = rows
        self._clock = clock

    def received(self, connection: Connection, question: EventsReceived) -> tuple[int, ...]:
        """The oldest first."""
        later = _UNSORTED.where(table.c.number > question.after).limit(question.limit)
        return tuple(connection.scalars(later, {"now": self._clock()}))

    def postpone(self, connection: Connection, question: PostponeEvent) -> None:
        """It stays received."""
        mine = update(table).where(table.c.number == question.number, table.c.state == EventState.RECEIVED.value)
        connection.execute(mine.values(due_at=question.until, tries=table.c.tries + 1, note=question.note))

    def sort(self, connection: Connection, question: SortEvent) -> tuple[int, ...]:
        """Whoever moves the event on from `received` queues its runs."""
        mine = update(table).where(table.c.number == question.number, table.c.state == EventState.RECEIVED.value)
        moved = mine.values(state=question.state.value, note=question.note).returning(table.c.number)
        if connection.execute(moved).first() is None:
            return ()
        return self._rows.queue(connection, question.runs, self._clock())


def find(connection: Connection, question: EventOf) -> Event | None:
    """The one of that number."""
    row = connection.execute(_ONE, {"number": question.number}).first()
    return None if row is None else _read(row, json.loads(row.payload))


def listed(connection: Connection, question: Events) -> tuple[Event, ...]:
    """The newest first."""
    query = select(*_LISTED).order_by(table.c.number.desc()).limit(question.limit)
    if question.before is not None:
        query = query.where(table.c.number < question.before)
    if question.state is not None:
        query = query.where(table.c.state == question.state.value)
    return tuple(_read(row, {}) for row in connection.execute(query))


def _row(event: Event) -> dict[str, Any]:
    return {
        "source": event.source,
        "delivery": event.delivery,
        "application": event.application,
        "kind": event.kind,
        "item": event.item,
        "user_name": event.user,
        "user_key": event.user_key,
        "happened_at": event.happened_at,
        "received_at": event.received_at,
        "depth": event.depth,
        "state": event.state.value,
        "note": event.note,
        "payload": json.dumps(dict(event.payload)),
        "due_at": event.received_at,
    }


def _read(row: Row[Any], payload: dict[str, Any]) -> Event:
    return Event(
        source=row.source,
        application=row.application,
        kind=row.kind,
        delivery=row.delivery,
        payload=payload,
        received_at=row.received_at,
        item=row.item,
        user=row.user_name,
        user_key=row.user_key,
        happened_at=row.happened_at,
        depth=row.depth,
        number=row.number,
        state=EventState(row.state),
        note=row.note,
        tries=row.tries,
    )
