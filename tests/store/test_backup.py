"""A backup of a database that is in use: whole, for its owner only, over nothing else, and without what was deleted."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from applinks.audit import Entry, VerifyAudit, WriteDown
from applinks.errors import ConfigurationError
from applinks.links import OurKey, WhoWeAre
from applinks.store import Sealing, Store, backup

Open = Callable[[], Store]


def written(store: Store, count: int) -> None:
    for number in range(count):
        store.answer(WriteDown(Entry(kind="call", outcome=str(number))))


@pytest.fixture
def store(open_store: Open) -> Store:
    opened = open_store()
    opened.identify(name="Ours", type="generic", url="https://ours.test")
    written(opened, 3)
    return opened


def test_it_is_the_whole_database_and_tells_its_head_and_where_the_keys_are(
    store: Store, key_file: Path, tmp_path: Path
) -> None:
    made = store.back_up(tmp_path / "backup.db")
    assert made.head == store.answer(VerifyAudit()).head
    assert (made.path, made.sealing_keys) == (tmp_path / "backup.db", str(key_file))
    with closing(Store.open(f"sqlite:///{made.path}", sealing=Sealing.from_file(key_file))) as restored:
        assert restored.answer(WhoWeAre()) == store.answer(WhoWeAre())
        assert restored.answer(OurKey()).public == store.answer(OurKey()).public
        assert restored.answer(VerifyAudit(made.head)).problem is None


def test_only_its_owner_may_read_it_whatever_the_umask_says(store: Store, tmp_path: Path) -> None:
    """S-27"""
    before = os.umask(0)
    try:
        path = store.back_up(tmp_path / "backup.db").path
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir() if "backup" in found.name] == ["backup.db"]


@pytest.mark.parametrize("there", ["a file", "an empty one", "the database", "a link to nothing"])
def test_nothing_is_overwritten(store: Store, path: Path, tmp_path: Path, there: str) -> None:
    to = path if there == "the database" else tmp_path / "backup.db"
    if there == "a link to nothing":
        to.symlink_to(tmp_path / "nothing")
    elif there != "the database":
        to.write_text("precious" if there == "a file" else "")
    before = to.read_bytes() if to.exists() else None
    with pytest.raises(ConfigurationError, match="already"):
        store.back_up(to)
    assert (to.read_bytes() if to.exists() else None) == before
    assert store.answer(VerifyAudit()).problem is None


def test_a_folder_that_is_not_there_is_an_error_that_names_the_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="backup"):
        store.back_up(tmp_path / "nowhere" / "backup.db")


def test_a_backup_that_breaks_off_leaves_nothing_that_looks_like_one(tmp_path: Path) -> None:
    def copy(path: Path) -> None:
        path.write_text("half of it")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        backup.write_backup(tmp_path / "backup.db", copy)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_was_killed_does_not_stand_in_the_way_of_the_next(store: Store, tmp_path: Path) -> None:
    (tmp_path / ".backup.db.partial").write_text("half of it")
    assert store.back_up(tmp_path / "backup.db").head


def test_it_is_one_moment_while_others_write(store: Store, open_store: Open, key_file: Path, tmp_path: Path) -> None:
    over = threading.Event()
    other = open_store()

    def write() -> None:
        while not over.is_set():
            written(other, 1)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        made = [store.back_up(tmp_path / f"backup {number}.db") for number in range(5)]
    finally:
        over.set()
        writing.join()
    for each in made:
        with closing(Store.open(f"sqlite:///{each.path}", sealing=Sealing.from_file(key_file))) as restored:
            verdict = restored.answer(VerifyAudit(each.head))
            assert (verdict.problem, verdict.head) == (None, each.head)


def test_what_was_deleted_is_not_in_it(store: Store, path: Path, tmp_path: Path) -> None:
    """T-71, B9: the file of a database keeps deleted rows until their room is used."""
    canary = "canary-7d1f" * 500
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE other (value TEXT)")
        connection.execute("INSERT INTO other VALUES (?)", (canary,))
        connection.execute("DELETE FROM other")
    assert canary[:11].encode() not in store.back_up(tmp_path / "backup.db").path.read_bytes()


def test_a_database_in_memory_has_none(tmp_path: Path) -> None:
    with closing(Store.open("sqlite://")) as store, pytest.raises(ConfigurationError, match="in memory"):
        store.back_up(tmp_path / "backup.db")
    assert list(tmp_path.iterdir()) == []


def test_a_server_has_tools_of_its_own_and_the_error_names_them(postgresql_url: str, tmp_path: Path) -> None:
    with closing(Store.open(postgresql_url, sealing=Sealing.fresh())) as store, pytest.raises(ConfigurationError) as error:
        store.back_up(tmp_path / "backup.db")
    assert "pg_dump" in (error.value.remedy or "")
    assert list(tmp_path.iterdir()) == []
