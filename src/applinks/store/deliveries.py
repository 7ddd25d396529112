"""Answers about the ways by which messages leave: held by one at a time, given up for the next, over once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from applinks.scripts import DeliveriesOf, Delivery, DeliveryState, DueDeliveries, NoteDelivery, Sent, TakeDelivery
from applinks.store.messages import find, send_by
from applinks.store.script_tables import deliveries as table

_FREE = and_(
    table.c.state == DeliveryState.DUE.value,
    table.c.due_at <= bindparam("now"),
    or_(table.c.held_until.is_(None), table.c.held_until < bindparam("now")),
)


class DeliveriesKept:
    """Hands them out, and notes what became of them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def due(self, connection: Connection, question: DueDeliveries) -> tuple[int, ...]:
        """Those that are due longest come first."""
        query = select(table.c.number).where(_FREE).order_by(table.c.due_at, table.c.number).limit(question.limit)
        return tuple(connection.scalars(query, {"now": self._clock()}))

    def take(self, connection: Connection, question: TakeDelivery) -> Delivery | None:
        """The write transaction is what keeps two from taking the same one."""
        taken = update(table).where(table.c.number == question.number, _FREE)
        held = taken.values(held_until=question.until, tries=table.c.tries + 1).returning(table)
        row = connection.execute(held, {"now": self._clock()}).first()
        return None if row is None else _read(connection, row)

    def note(self, connection: Connection, question: NoteDelivery) -> int | None:
        """Only by whoever took it last, and only while it is on its way."""
        ours = and_(table.c.number == question.number, table.c.tries == question.tries)
        noted = update(table).where(ours, table.c.state == DeliveryState.DUE.value).values(_noted(question))
        message = connection.execute(noted.returning(table.c.message)).scalar()
        if message is None or question.then is None:
            return None
        return send_by(connection, message, question.then, self._clock())


def of_message(connection: Connection, question: DeliveriesOf) -> tuple[Delivery, ...]:
    """In the order of the channels."""
    rows = connection.execute(select(table).where(table.c.message == question.message).order_by(table.c.number))
    return tuple(_read(connection, row) for row in rows)


def _noted(question: NoteDelivery) -> dict[str, Any]:
    common = {"channel": question.channel, "note": question.outcome.note, "held_until": None}
    if question.retry_at is not None:
        return {**common, "due_at": question.retry_at}
    ended = DeliveryState.SENT if question.outcome.sent is Sent.YES else DeliveryState.GIVEN_UP
    return {**common, "state": ended.value}


def _read(connection: Connection, row: Row[Any]) -> Delivery:
    return Delivery(
        number=row.number,
        message=find(connection, row.message),
        state=DeliveryState(row.state),
        channel=row.channel,
        tries=row.tries,
        due_at=row.due_at,
        note=row.note,
    )
