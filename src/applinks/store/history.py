"""Answers about how many runs there were: those that are kept are counted, and of the others it is kept how many they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, Integer, cast, func, select

from applinks.scripts import DAY, RunCounts, RunState
from applinks.store.insertion import insert
from applinks.store.script_tables import run_days
from applinks.store.script_tables import runs as table


def counted(connection: Connection, question: RunCounts) -> dict[tuple[float, RunState], int]:
    """Counted in the database: there may be very many."""
    span = cast(func.floor((table.c.made_at - question.since) / question.seconds), Integer)
    query = select(span, table.c.state, func.count()).where(table.c.made_at >= question.since)
    if question.hook is not None:
        query = query.where(table.c.hook == question.hook)
    found: Counter[tuple[int, str]] = Counter()
    for number, state, count in connection.execute(query.group_by(span, table.c.state)):
        found[number, state] += count
    if question.seconds % DAY == 0 and question.since % DAY == 0:
        found += _remembered(connection, question)
    return {(question.since + number * question.seconds, RunState(state)): count for (number, state), count in found.items()}


def remember(connection: Connection, numbers: Sequence[int]) -> None:
    """These runs are about to be forgotten: add them to the counts of their days."""
    day = cast(func.floor(table.c.made_at / DAY), Integer)
    query = select(day, table.c.hook, table.c.state, func.count()).where(table.c.number.in_(numbers))
    for made, hook, state, count in connection.execute(query.group_by(day, table.c.hook, table.c.state)).all():
        added = insert(connection, run_days).values(day=made, hook=hook, state=state, count=count)
        more = {"count": run_days.c.count + added.excluded["count"]}
        connection.execute(added.on_conflict_do_update(index_elements=["day", "hook", "state"], set_=more))


def _remembered(connection: Connection, question: RunCounts) -> Counter[tuple[int, str]]:
    first, days = int(question.since // DAY), question.seconds // DAY
    query = select(run_days.c.day, run_days.c.state, func.sum(run_days.c.count)).where(run_days.c.day >= first)
    if question.hook is not None:
        query = query.where(run_days.c.hook == question.hook)
    found: Counter[tuple[int, str]] = Counter()
    for day, state, count in connection.execute(query.group_by(run_days.c.day, run_days.c.state)):
        found[(day - first) // days, state] += int(count)
    return found
