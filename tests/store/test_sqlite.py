"""How SQLite is opened and used (security.md S-27)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from applinks.errors import ConfigurationError
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.opening import open_database
from applinks.store.sqlite import InMemory, SQLite, driver
from applinks.store.tables import nonces

NONCE = {"digest": b"digest", "keep_until": 1}


@pytest.fixture
def database(path: Path, open_store: Callable[[], Store]) -> SQLite:
    found = open_store()._database
    assert isinstance(found, SQLite)
    return found


def count(database: SQLite) -> int:
    with database.transaction(Use.READ) as connection:
        return len(connection.execute(nonces.select()).all())


@pytest.mark.parametrize("use", Use)
def test_every_connection_is_set_up_as_it_must_be_s27(database: SQLite, use: Use) -> None:
    with database.transaction(use) as connection:
        pragmas = {
            name: driver(connection).execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "trusted_schema", "synchronous")
        }
    expected = {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1, "trusted_schema": 0}
    assert pragmas == expected | {"synchronous": 2 if use is Use.WRITE_DURABLY else 1}


def test_only_its_owner_may_open_the_files_s27(path: Path, database: SQLite) -> None:
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["applinks.db", "applinks.db-shm", "applinks.db-wal", "applinks.db.key"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_file_that_others_may_open_is_refused_s27(path: Path, open_store: Callable[[], Store]) -> None:
    open_store().close()
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}"):
        open_store()


def test_a_write_takes_the_lock_at_once_and_a_read_takes_none(path: Path, database: SQLite) -> None:
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    for use, busy in ((Use.WRITE, True), (Use.WRITE_DURABLY, True), (Use.READ, False)):
        with database.transaction(use):
            if busy:
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute("BEGIN IMMEDIATE")
            else:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
    other.close()


def test_a_write_that_finds_the_database_busy_fails_and_the_next_one_succeeds(path: Path, database: SQLite) -> None:
    with database.transaction(Use.WRITE) as connection:
        driver(connection).execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"), database.transaction(Use.WRITE):
        pass
    other.execute("ROLLBACK")
    other.close()
    with database.transaction(Use.WRITE) as connection:
        connection.execute(nonces.insert(), NONCE)
    assert count(database) == 1


def test_connections_are_used_again_by_other_threads(database: SQLite) -> None:
    def use() -> None:
        with database.transaction(Use.WRITE):
            pass

    for _ in range(20):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert len(database._idle[Use.WRITE]) == 1


def test_in_memory_all_threads_share_one_database() -> None:
    database = open_database("sqlite://")
    assert isinstance(database, InMemory)
    with database.transaction(Use.WRITE) as connection:
        nonces.create(connection)

    def insert() -> None:
        with database.transaction(Use.WRITE) as connection:
            connection.execute(nonces.insert(), {"digest": threading.current_thread().name.encode(), "keep_until": 1})

    threads = [threading.Thread(target=insert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(Use.READ) as connection:
        assert len(connection.execute(nonces.select()).all()) == 8
    database.close()


def test_a_folder_that_does_not_exist_and_a_file_that_is_no_database_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be made"):
        open_database(f"sqlite:///{tmp_path}/nowhere/applinks.db")
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be looked at " * 10)
    text.chmod(0o600)
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        open_database(f"sqlite:///{text}")
