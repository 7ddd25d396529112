"""Answers about webhooks from which events are taken; their secrets are sealed."""

from __future__ import annotations

from sqlalchemy import Connection, Row, bindparam, select

from applinks.scripts import Source, SourceOf
from applinks.store.script_tables import sources as table
from applinks.store.sealing import Sealing

_ONE = select(table).where(table.c.id == bindparam("id"))


class SourcesKept:
    """Keeps and finds them."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def find(self, connection: Connection, question: SourceOf) -> Source | None:
        """The one of that id."""
        row = connection.execute(_ONE, {"id": question.id}).first()
        return None if row is None else self._read(row)

    def _read(self, row: Row) -> Source:  # type: ignore[type-arg]
        secret = None if row.secret is None else self._sealing.unseal(row.secret, _place(row.id)).decode()
        return Source(
            id=row.id,
            name=row.name,
            application=row.application,
            link_id=row.link_id,
            secret=secret,
            address_digest=row.address_digest,
            believes_user=row.believes_user,
            asks_as=row.asks_as,
            made_at=row.made_at,
            made_by=row.made_by,
        )


def _place(id: str) -> tuple[str, str, str]:  # noqa: A002
    return ("sources", "secret", id)
