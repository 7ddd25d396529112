"""Answers about when jobs were due last."""

from __future__ import annotations

from sqlalchemy import Connection, case, select

from applinks.scripts import JobTimes, NoteJobTime
from applinks.store.insertion import insert
from applinks.store.script_tables import job_times as table


def times(connection: Connection, _question: JobTimes) -> dict[str, tuple[str, float]]:
    """By the id of the hook: its cron text, and when it was due last."""
    return {row.hook: (row.cron, row.last_due) for row in connection.execute(select(table))}


def note(connection: Connection, question: NoteJobTime) -> None:
    """A time never goes back, unless the job has another schedule now."""
    row = {"hook": question.hook, "cron": question.cron, "last_due": question.due}
    kept = insert(connection, table).values(row)
    earlier = (table.c.cron == question.cron) & (table.c.last_due > question.due)
    newest = case((earlier, table.c.last_due), else_=question.due)
    connection.execute(kept.on_conflict_do_update(index_elements=["hook"], set_={"cron": question.cron, "last_due": newest}))
