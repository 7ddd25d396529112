"""Runs as rows of their table; their parameters are sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select, update

from applinks.scripts import NewRun, Progress, Run, RunState
from applinks.store.insertion import insert
from applinks.store.parameters import Parameters
from applinks.store.script_tables import runs as table
from applinks.store.sealing import Sealing


class RunRows:
    """Inserts and reads them."""

    def __init__(self, sealing: Sealing) -> None:
        self._parameters = Parameters(sealing, table)

    def queue(self, connection: Connection, runs: Iterable[NewRun], now: float) -> tuple[int, ...]:
        """Insert them, each once."""
        return tuple(self.insert(connection, run, now) for run in runs)

    def insert(self, connection: Connection, run: NewRun, now: float, **held: Any) -> int:
        """Insert it, unless it is there; its number. What is sealed for a number follows once that is known."""
        inserted = insert(connection, table).values({**_row(run, now), **held}).on_conflict_do_nothing(index_elements=["key"])
        number: int | None = connection.execute(inserted.returning(table.c.number)).scalar()
        if number is None:
            there: int = connection.execute(select(table.c.number).where(table.c.key == run.key)).scalar_one()
            return there
        if run.parameters:
            sealed = self._parameters.sealed(number, run.parameters)
            connection.execute(update(table).where(table.c.number == number).values(parameters=sealed))
        return number

    def read(self, row: Row[Any]) -> Run:
        """The run of that row."""
        return Run(
            number=row.number,
            key=row.key,
            hook=row.hook,
            kind=row.kind,
            user=row.user_name,
            actor=row.actor,
            reason=row.reason,
            event=row.event,
            item=row.item,
            depth=row.depth,
            again=row.again,
            parameters=self._parameters.unsealed(row.number, row.parameters),
            state=RunState(row.state),
            made_at=row.made_at,
            due_at=row.due_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            passes=row.passes,
            deaths=row.deaths,
            elapsed=row.elapsed,
            cpu=row.cpu,
            result=None if row.result is None else json.loads(row.result),
            error=row.error,
            parked_link=row.parked_link,
            parked_user=row.parked_user,
            parked_until=row.parked_until,
            revision=row.revision,
            progress=_progress(row),
            holder=row.holder,
            held_until=row.held_until,
        )


def _progress(row: Row[Any]) -> Progress | None:
    return None if row.progress_done is None else Progress(row.progress_done, row.progress_of, row.progress_text)


def _row(run: NewRun, now: float) -> dict[str, Any]:
    return {
        "key": run.key,
        "hook": run.hook,
        "kind": run.kind,
        "user_name": run.user,
        "actor": run.actor,
        "reason": run.reason,
        "event": run.event,
        "item": run.item,
        "depth": run.depth,
        "again": run.again,
        "state": RunState.QUEUED.value,
        "made_at": now,
        "due_at": run.due_at or now,
    }
