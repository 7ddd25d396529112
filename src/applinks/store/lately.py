"""Answers about how hooks have done lately."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from applinks.scripts import HooksLately, Lately, RunState
from applinks.store.run_rows import RunRows
from applinks.store.script_tables import runs as table


def of_hooks(rows: RunRows, connection: Connection, question: HooksLately) -> dict[str, Lately]:
    """Two looks: the last run of each, and who has failed since."""
    failed = select(table.c.hook, func.count().label("failures")).where(
        table.c.made_at >= question.since, table.c.state == RunState.FAILED.value
    )
    failures = {row.hook: row.failures for row in connection.execute(failed.group_by(table.c.hook))}
    newest = select(func.max(table.c.number)).group_by(table.c.hook)
    found = connection.execute(select(table).where(table.c.number.in_(newest)))
    return {row.hook: Lately(rows.read(row), failures.get(row.hook, 0)) for row in found}
