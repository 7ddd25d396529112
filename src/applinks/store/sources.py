"""Answers about webhooks from which events are taken; their secrets are sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from applinks.scripts import ChangeSource, KeepSource, RemoveSource, Source, SourceOf, Sources
from applinks.store.insertion import insert
from applinks.store.script_tables import sources as table
from applinks.store.sealing import Sealing

_ONE = select(table).where(table.c.id == bindparam("id"))
_SECRETS = ("secret", "previous_secret")


class SourcesKept:
    """Keeps and finds them."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def find(self, connection: Connection, question: SourceOf) -> Source | None:
        """The one of that id."""
        row = connection.execute(_ONE, {"id": question.id}).first()
        return None if row is None else self._read(row)

    def all(self, connection: Connection, _question: Sources) -> tuple[Source, ...]:
        """By their names."""
        return tuple(sorted(map(self._read, connection.execute(select(table))), key=lambda source: source.name))

    def keep(self, connection: Connection, question: KeepSource) -> bool:
        """Insert it, unless its name is taken."""
        inserted = insert(connection, table).values(self._row(question.source)).on_conflict_do_nothing()
        return connection.execute(inserted.returning(table.c.id)).first() is not None

    def change(self, connection: Connection, question: ChangeSource) -> bool:
        """Whoever writes first wins; whoever read before that is told."""
        if self.find(connection, SourceOf(question.before.id)) != question.before:
            return False
        taken = select(table.c.id).where(table.c.name == question.after.name, table.c.id != question.after.id)
        if connection.execute(taken).first() is not None:
            return False
        connection.execute(update(table).where(table.c.id == question.before.id).values(self._row(question.after)))
        return True

    def remove(self, connection: Connection, question: RemoveSource) -> Source | None:
        """Delete its row."""
        found = self.find(connection, SourceOf(question.id))
        connection.execute(delete(table).where(table.c.id == question.id))
        return found

    def _row(self, source: Source) -> dict[str, Any]:
        row = {column.name: getattr(source, column.name) for column in table.columns}
        for name in _SECRETS:
            if row[name] is not None:
                row[name] = self._sealing.seal(row[name].encode(), (table.name, name, source.id))
        return row

    def _read(self, row: Row[Any]) -> Source:
        values = row._asdict()
        for name in _SECRETS:
            if values[name] is not None:
                values[name] = self._sealing.unseal(values[name], (table.name, name, row.id)).decode()
        return Source(**values)
