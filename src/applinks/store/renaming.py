"""The id of a link changes with all that refers to it (R-10)."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, insert, select, update

from applinks.errors import LinkExists
from applinks.links import ChangeLinkId, Link, LinkById
from applinks.scripts import LINKED
from applinks.store.links import link_by_id, move_version
from applinks.store.script_tables import events, run_calls, runs
from applinks.store.secrets import Secrets
from applinks.store.tables import links, metadata
from applinks.store.tokens import Tokens

STANDING = {"folded_name": "", "incoming_consumer_key": None, "is_primary": False}
"""What only one link can have, and the new row does not while the old one stands."""


class Renaming:
    """Moves a link to another id."""

    def __init__(self, secrets: Secrets, tokens: Tokens) -> None:
        self._secrets = secrets
        self._tokens = tokens

    def change_id(self, connection: Connection, question: ChangeLinkId) -> Link | None:
        """A copy under the new id, to which everything goes over; then the old row goes, and the copy becomes whole.

        No foreign key has to look away for a moment, which only one of the two kinds of database could do.
        """
        move_version(connection)
        row = connection.execute(select(links).where(links.c.id == question.old)).first()
        if row is None:
            return None
        if connection.execute(select(links.c.id).where(links.c.id == question.new)).first() is not None:
            raise LinkExists(
                "Another link goes by that id already.", remedy="Delete the one that is not wanted.", link=row.name
            )
        whole = row._asdict()
        connection.execute(insert(links).values({**whole, **STANDING, "id": question.new}))
        for table in _referring():
            of_old = update(table).where(table.c.link_id == question.old)
            connection.execute(of_old.values(link_id=question.new))
        _name_anew(connection, question.old, question.new)
        self._secrets.follow(connection, question.old, question.new)
        self._tokens.follow(connection, question.new)
        connection.execute(delete(links).where(links.c.id == question.old))
        kept = {name: whole[name] for name in STANDING}
        connection.execute(update(links).where(links.c.id == question.new).values(kept))
        return link_by_id(connection, LinkById(question.new))


def _name_anew(connection: Connection, old: str, new: str) -> None:
    """What outlives its link names it without a foreign key: what waits for a consent, and where an event came from."""
    connection.execute(update(runs).where(runs.c.parked_link == old).values(parked_link=new))
    connection.execute(update(run_calls).where(run_calls.c.link_id == old).values(link_id=new))
    connection.execute(update(events).where(events.c.source == f"{LINKED}{old}").values(source=f"{LINKED}{new}"))


def _referring() -> list[Table]:
    """Every table whose rows belong to a link."""
    return [
        table
        for table in metadata.sorted_tables
        if any(key.column.table is links for column in table.columns for key in column.foreign_keys)
    ]
