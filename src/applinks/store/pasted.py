"""Answers about scripts that were pasted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from applinks.scripts import HookKind, KeepPasted, PastedRevisions, PastedScript, PastedScripts, RemovePasted
from applinks.store.insertion import insert_or_replace
from applinks.store.script_tables import pasted_scripts as table


class PastedKept:
    """Keeps and finds them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def all(self, connection: Connection, _question: PastedScripts) -> tuple[PastedScript, ...]:
        """By their names."""
        return tuple(sorted(map(_read, connection.execute(select(table))), key=lambda script: script.name))

    def revisions(self, connection: Connection, _question: PastedRevisions) -> dict[str, str]:
        """By the name; the texts are not read."""
        return {row.name: row.revision for row in connection.execute(select(table.c.name, table.c.revision))}

    def keep(self, connection: Connection, question: KeepPasted) -> PastedScript | None:
        """Insert or replace."""
        before = _find(connection, question.script.name)
        connection.execute(insert_or_replace(connection, table), _row(question.script, self._clock()))
        return before

    def remove(self, connection: Connection, question: RemovePasted) -> PastedScript | None:
        """Delete its row."""
        found = _find(connection, question.name)
        connection.execute(delete(table).where(table.c.name == question.name))
        return found


def _find(connection: Connection, name: str) -> PastedScript | None:
    row = connection.execute(select(table).where(table.c.name == name)).first()
    return None if row is None else _read(row)


def _row(script: PastedScript, now: float) -> dict[str, Any]:
    return {**asdict(script), "kind": script.kind.value, "changed_at": now}


def _read(row: Row[Any]) -> PastedScript:
    told = row._asdict()
    lists = {"events": tuple(row.events), "parameters": tuple(row.parameters)}
    return PastedScript(**{**told, **lists, "kind": HookKind(row.kind)})
