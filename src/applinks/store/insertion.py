"""The one word on which SQLite and PostgreSQL agree but SQLAlchemy has two: `INSERT … ON CONFLICT`."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """An insert that can say `on_conflict_do_nothing` and `on_conflict_do_update`; look at what it returns, never at rowcount."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # not loaded where it is not used

        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)
