"""Answers about messages to people: each kept once, and put on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from applinks.scripts import (
    ASKING,
    DeliveryState,
    DropOldMessages,
    KeepMessages,
    MarkRead,
    Message,
    MessagesOf,
    NewMessage,
    SettleMessages,
    Severity,
    UnreadCount,
)
from applinks.store.insertion import insert
from applinks.store.script_tables import deliveries
from applinks.store.script_tables import messages as table

_OPEN = and_(table.c.read_at.is_(None), table.c.settled_at.is_(None))


def keep_all(connection: Connection, new: Iterable[NewMessage], now: float) -> tuple[int, ...]:
    """Insert those whose key is not there yet, each with its first delivery; their numbers."""
    numbers = []
    for message in new:
        inserted = insert(connection, table).values(_row(message, now)).on_conflict_do_nothing(index_elements=["key"])
        number = connection.execute(inserted.returning(table.c.number)).scalar()
        if number is not None:
            numbers.append(number)
            send_by(connection, number, None, now)
    return tuple(numbers)


def send_by(connection: Connection, message: int, channel: str | None, now: float) -> int:
    """Put a message on its way by this channel, or by one that is still to be chosen; the number of the delivery."""
    row = {"message": message, "state": DeliveryState.DUE.value, "channel": channel, "tries": 0, "due_at": now}
    number: int = connection.execute(deliveries.insert().values(row).returning(deliveries.c.number)).scalar_one()
    return number


def settle_asking(connection: Connection, run: int, now: float, words: Sequence[str] = ASKING) -> int:
    """What a run has asked people to do is done with: settle it, and stop what is on its way; how many messages that were."""
    about = update(table).where(table.c.run == run, table.c.words.in_(words), table.c.settled_at.is_(None))
    numbers = connection.scalars(about.values(settled_at=now).returning(table.c.number)).all()
    under_way = update(deliveries).where(deliveries.c.message.in_(numbers), deliveries.c.state == DeliveryState.DUE.value)
    connection.execute(under_way.values(state=DeliveryState.OFF.value))
    return len(numbers)


class MessagesKept:
    """Keeps them, and notes what became of them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def keep(self, connection: Connection, question: KeepMessages) -> tuple[int, ...]:
        """Insert them, each once."""
        return keep_all(connection, question.messages, self._clock())

    def mark_read(self, connection: Connection, question: MarkRead) -> int:
        """Only their own, and only once."""
        theirs = update(table).where(table.c.user_name == question.user, table.c.read_at.is_(None))
        if question.numbers is not None:
            theirs = theirs.where(table.c.number.in_(question.numbers))
        return _count(connection.execute(theirs.values(read_at=self._clock()).returning(table.c.number)))

    def settle(self, connection: Connection, question: SettleMessages) -> int:
        """Settle them, and stop what is on its way."""
        return settle_asking(connection, question.run, self._clock(), question.words)

    def drop_old(self, connection: Connection, question: DropOldMessages) -> int:
        """Their deliveries go with them."""
        old = select(table.c.number).where(table.c.made_at < question.before).order_by(table.c.made_at).limit(question.limit)
        numbers = connection.scalars(old).all()
        connection.execute(delete(table).where(table.c.number.in_(numbers)))
        return len(numbers)


def listed(connection: Connection, question: MessagesOf) -> tuple[Message, ...]:
    """The newest first."""
    query = select(table).where(table.c.user_name == question.user, *_wanted(question))
    rows = connection.execute(query.order_by(table.c.number.desc()).limit(question.limit))
    return tuple(read(row) for row in rows)


def unread_count(connection: Connection, question: UnreadCount) -> int:
    """Counted in the database."""
    theirs = select(func.count()).where(table.c.user_name == question.user, _OPEN)
    return connection.execute(theirs).scalar_one()


def find(connection: Connection, number: int) -> Message:
    """The one of that number, which must be there."""
    return read(connection.execute(select(table).where(table.c.number == number)).one())


def read(row: Row[Any]) -> Message:
    """From a row of the table."""
    return Message(
        number=row.number,
        user=row.user_name,
        severity=Severity(row.severity),
        text=row.text,
        words=row.words,
        told=row.told,
        address=row.address,
        run=row.run,
        item=row.item,
        made_at=row.made_at,
        read_at=row.read_at,
        settled_at=row.settled_at,
    )


def _wanted(question: MessagesOf) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_OPEN] if question.unread else []
    if question.before is not None:
        wanted.append(table.c.number < question.before)
    return wanted


def _count(rows: Iterable[Any]) -> int:
    return sum(1 for _ in rows)


def _row(message: NewMessage, now: float) -> dict[str, Any]:
    return {
        "key": message.key,
        "user_name": message.user,
        "severity": message.severity.value,
        "text": message.text,
        "words": message.words,
        "told": dict(message.told),
        "address": message.address,
        "run": message.run,
        "item": message.item,
        "made_at": now,
    }
