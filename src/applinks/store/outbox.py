"""Answers about events that are to be told to linked applications."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, select, update

from applinks.scripts import ClaimUntold, ForgetUntold, PostponeUntold, Untold
from applinks.store.script_tables import events
from applinks.store.script_tables import outbox as table

_earlier = table.alias("earlier")
_BLOCKED = exists().where(
    _earlier.c.link_id == table.c.link_id, _earlier.c.item == table.c.item, _earlier.c.number < table.c.number
)
"""An earlier event about the same item is told first."""
_DUE = select(table).where(table.c.due_at <= bindparam("now"), ~_BLOCKED).order_by(table.c.number).limit(1)


def note(connection: Connection, links: Iterable[str], event: int, item: str | None, now: float) -> None:
    """Note that an event is to be told over these links, in the transaction that keeps it."""
    rows = [{"link_id": link, "event": event, "item": item, "made_at": now, "due_at": now, "tries": 0} for link in links]
    if rows:
        connection.execute(table.insert(), rows)


class Outbox:
    """Hands them out, and forgets them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def claim(self, connection: Connection, question: ClaimUntold) -> Untold | None:
        """The write transaction is what keeps two from taking the same one."""
        now = self._clock()
        query = _DUE.where(table.c.link_id.not_in(question.paused)) if question.paused else _DUE
        row = connection.execute(query, {"now": now}).first()
        if row is None:
            return None
        connection.execute(update(table).where(table.c.number == row.number).values(due_at=now + question.seconds))
        return _read(row)


def forget(connection: Connection, question: ForgetUntold) -> None:
    """Delete it, and say at the event why it was not told."""
    event = connection.execute(delete(table).where(table.c.number == question.number).returning(table.c.event)).scalar()
    if event is not None and question.why is not None:
        noted = func.coalesce(events.c.note + " ", "") + question.why
        connection.execute(update(events).where(and_(events.c.number == event)).values(note=noted))


def postpone(connection: Connection, question: PostponeUntold) -> None:
    """It stays."""
    again = update(table).where(table.c.number == question.number)
    connection.execute(again.values(due_at=question.until, tries=table.c.tries + 1, note=question.why))


def _read(row: Row) -> Untold:  # type: ignore[type-arg]
    return Untold(row.number, row.link_id, row.event, row.made_at, row.tries)
