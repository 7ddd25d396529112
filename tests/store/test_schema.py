"""The tables and how they come about."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import applinks.store
from applinks.errors import ConfigurationError
from applinks.store import Store, migrate, schema
from applinks.store.database import Use
from applinks.store.tables import metadata, sealed_columns
from store.conftest import on_both


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


@on_both
def test_nothing_is_left_to_migrate(url: str, open_store: Callable[[], Store]) -> None:
    database = open_store()._database
    with database.transaction(Use.READ) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_these_columns_are_sealed() -> None:
    assert {f"{table.name}.{column.name}" for table, _, column in sealed_columns()} == {
        "keys.private_key",
        "link_secrets.secret",
        "access_tokens.credentials",
        "dances.credentials",
        "request_tokens.secret",
        "grants.secret",
        "refusals.request",
        "run_calls.answer",
        "run_calls.digest",
        "runs.parameters",
        "hook_settings.parameters",
        "sources.secret",
        "sources.previous_secret",
    }


@on_both
def test_a_database_of_a_newer_version_is_refused_untouched(url: str, open_store: Callable[[], Store]) -> None:
    with open_store()._database.transaction(Use.WRITE) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refused in (open_store, lambda: migrate(url)):
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
