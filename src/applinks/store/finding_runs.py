"""The query for runs that somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select, union

from applinks.scripts import Runs
from applinks.store.script_tables import runs as table

_COLUMNS: Mapping[str, Any] = {
    "hook": table.c.hook,
    "state": table.c.state,
    "event": table.c.event,
    "item": table.c.item,
    "user": table.c.user_name,
}


def wanted(question: Runs) -> Select[Any]:
    """The query for runs, the newest first."""
    query = select(table).order_by(table.c.number.desc()).limit(question.limit)
    only = question.only
    for name, column in _COLUMNS.items():
        if name in only:
            query = query.where(column == only[name])  # type: ignore[literal-required]
    if "without" in only:
        query = query.where(table.c.state != only["without"])
    if "since" in only:
        query = query.where(table.c.made_at >= only["since"])
    if "until" in only:
        query = query.where(table.c.made_at < only["until"])
    if "before" in only:
        query = query.where(table.c.number < only["before"])
    return _of_person(query, only["person"], question.limit) if "person" in only else query


def _of_person(query: Select[Any], person: str, limit: int) -> Select[Any]:
    """Of those, the ones as a person and the ones caused by them, each by an index of its own, and not more than are wanted.

    Asked for by one "or", all that a person ever had would be read, and sorted.
    """
    halves = [query.with_only_columns(table.c.number).where(column == person) for column in (table.c.user_name, table.c.actor)]
    numbers = union(*(select(half.subquery().c.number) for half in halves))
    return select(table).where(table.c.number.in_(numbers)).order_by(table.c.number.desc()).limit(limit)
