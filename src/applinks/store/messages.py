"""Answers about messages to people: each kept once, with the ways by which it is to reach them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from applinks.scripts import NewMessage
from applinks.store.insertion import insert
from applinks.store.script_tables import deliveries
from applinks.store.script_tables import messages as table


def keep_all(connection: Connection, new: Iterable[NewMessage], now: float) -> tuple[int, ...]:
    """Insert those whose key is not there yet, each with its first delivery; their numbers."""
    numbers = []
    for message in new:
        inserted = insert(connection, table).values(_row(message, now)).on_conflict_do_nothing(index_elements=["key"])
        number = connection.execute(inserted.returning(table.c.number)).scalar()
        if number is not None:
            numbers.append(number)
            first = {"message": number, "state": "due", "channel": 0, "tries": 0, "due_at": now}
            connection.execute(deliveries.insert(), first)
    return tuple(numbers)


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
