"""Whether the tables are those this version knows; if they are older, Alembic makes them so.

Alembic is slow to import, so the one row it keeps is read without it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, select

from applinks.errors import ConfigurationError
from applinks.store.database import Database, Use

KNOWN = ("0001", "0002", "0003", "0004", "0005")
"""All versions of the tables, the newest last: the revisions in migrations/versions."""

_row = Table("alembic_version", MetaData(), Column("version_num", String))


def bring_up_to_date(database: Database) -> None:
    """Make or update the tables; when several processes start at once, one does it and the others wait.

    Raises `ConfigurationError` if they are newer than this program.
    """
    with database.transaction(Use.READ) as connection:
        if _is_current(connection):
            return
    import alembic.command  # noqa: F401 before the lock is taken; most starts need no Alembic at all

    with database.transaction(Use.WRITE_DURABLY) as connection:
        if not _is_current(connection):
            _upgrade(connection)


def _is_current(connection: Connection) -> bool:
    found = version_of(connection)
    if found is not None and found not in KNOWN:
        raise ConfigurationError(
            f"The database was last used by a newer version of applinks (its tables are of version {found}).",
            remedy="Upgrade applinks here too, or restore the database from before the upgrade.",
        )
    return found == KNOWN[-1]


def version_of(connection: Connection) -> str | None:
    """The version of the tables, None if there are none."""
    if not connection.dialect.has_table(connection, _row.name):
        return None
    return connection.execute(select(_row.c.version_num)).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, "head")
