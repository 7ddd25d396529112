"""The tables and how they come about."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import applinks.store
from applinks.errors import ConfigurationError
from applinks.store import Store, migrate, schema
from applinks.store.tables import metadata, sealed_columns


def statements(path: Path) -> set[str]:
    """What made the tables and indexes of a file, without blanks."""
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' AND sql IS NOT NULL"
        ).fetchall()
    connection.close()
    return {" ".join(sql.split()) for (sql,) in found}


def test_the_migrations_make_exactly_the_tables_of_the_code(path: Path, tmp_path: Path) -> None:
    migrate(f"sqlite:///{path}")
    made = tmp_path / "made.db"
    engine = create_engine(f"sqlite:///{made}")
    metadata.create_all(engine)
    engine.dispose()
    assert statements(path) == statements(made)


def test_the_known_versions_are_the_migrations_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(applinks.store.__file__).parent / "migrations"))
    revisions = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(revision.revision for revision in revisions)[::-1] == schema.KNOWN


def test_postgresql_could_have_the_same_tables() -> None:
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))
    indexes = {str(CreateIndex(index).compile(dialect=postgresql.dialect())) for index in metadata.tables["links"].indexes}
    assert "CREATE UNIQUE INDEX one_primary_of_a_type ON links (type) WHERE is_primary" in indexes


def test_the_private_key_is_a_sealed_column() -> None:
    assert [(table.name, column.name) for table, _, column in sealed_columns()] == [("keys", "private_key")]


def test_a_database_of_a_newer_version_is_refused_untouched(path: Path, open_store: Callable[[], Store]) -> None:
    open_store().close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for refused in (open_store, lambda: migrate(f"sqlite:///{path}")):
        with pytest.raises(ConfigurationError, match=r"version 9999.*Upgrade applinks"):
            refused()


def test_migrating_again_changes_nothing(path: Path) -> None:
    migrate(f"sqlite:///{path}")
    before = statements(path)
    migrate(f"sqlite:///{path}")
    assert statements(path) == before


def test_a_database_that_is_up_to_date_opens_without_loading_alembic(path: Path, open_store: Callable[[], Store]) -> None:
    open_store().close()
    program = f"import sys; from applinks.store import Store; Store.open('sqlite:///{path}'); print('alembic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
