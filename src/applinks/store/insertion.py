"""Insertion: `ON CONFLICT`, on which SQLite and PostgreSQL agree but SQLAlchemy has two, and room for one more row."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, delete
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """An insert that can say `on_conflict_…`. Look at what it returns: rowcount is not to be trusted then."""
    return _inserts(connection.dialect.name)(table)


def insert_first(connection: Connection, table: Table) -> ReturningInsert[Any]:
    """Insert a row unless its key is there; returns a row if it did. Made once, since making it costs a third of running it."""
    return _insert_first(connection.dialect.name, table)


def insert_or_replace(connection: Connection, table: Table) -> sqlite.Insert:
    """Insert a row, or replace all of the one with the same key. Made once, too."""
    return _insert_or_replace(connection.dialect.name, table)


def make_room(connection: Connection, key: Column[Any], theirs: Select[Any], most: int) -> None:
    """Delete the oldest of those rows, the newest of which come first, so that one more makes `most`."""
    connection.execute(delete(key.table).where(key.in_(theirs.offset(most - 1))))


@cache
def insert_rows(dialect: str, table: Table, rows: int) -> str:
    """The text to insert so many rows, all columns in the table's order, through `cursor`."""
    mark = "%s" if dialect == "postgresql" else "?"
    row = f"({', '.join([mark] * len(table.columns))})"
    columns = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([row] * rows)}"  # noqa: S608


@cache
def _insert_first(dialect: str, table: Table) -> ReturningInsert[Any]:
    made = _inserts(dialect)(table).on_conflict_do_nothing()
    return made.returning(*table.primary_key.columns)


@cache
def _insert_or_replace(dialect: str, table: Table) -> sqlite.Insert:
    made = _inserts(dialect)(table)
    return made.on_conflict_do_update(
        index_elements=table.primary_key.columns, set_={column.name: made.excluded[column.name] for column in table.c}
    )


def _inserts(dialect: str) -> Callable[[Table], sqlite.Insert]:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # not loaded where it is not used

        return postgresql.insert  # type: ignore[return-value]
    return sqlite.insert
