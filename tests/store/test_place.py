"""Where a database lies: what a restart, a move and a copy make of it."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import pytest
from sqlalchemy import make_url

from applinks.store import place
from applinks.store.opening import open_database
from applinks.store.place import is_same, of_file, of_server
from servers import asking


def a_file(path: Path) -> Path:
    path.write_text("database")
    return path


def test_a_file_stays_in_its_place_through_writes_and_another_way_of_naming_it(tmp_path, monkeypatch):
    path = a_file(tmp_path / "applinks.db")
    noted = of_file(path)
    path.write_text("more")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    assert of_file(Path("applinks.db")) == of_file(tmp_path / "link" / "applinks.db") == noted


def test_a_file_that_is_renamed_in_its_file_system_is_the_same(tmp_path):
    path = a_file(tmp_path / "applinks.db")
    noted = of_file(path)
    assert is_same(noted, of_file(path.rename(tmp_path / "with a blank.db")))


def test_a_copy_is_another_one_beside_the_original_and_in_its_place(tmp_path):
    path = a_file(tmp_path / "applinks.db")
    noted = of_file(path)
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    assert not is_same(noted, of_file(copy))
    assert not is_same(noted, of_file(copy.replace(path)))


def test_a_number_that_changes_with_the_order_of_devices_does_not_matter(tmp_path, monkeypatch):
    """What a reboot may do on XFS, where the number of the file system is that of the device."""
    path = a_file(tmp_path / "applinks.db")
    noted, numbered = of_file(path), os.statvfs
    monkeypatch.setattr(place.os, "statvfs", lambda path: _Numbered(numbered(path).f_fsid + 1))
    assert of_file(path) != noted
    assert is_same(noted, of_file(path))


class _Numbered:
    def __init__(self, f_fsid: int) -> None:
        self.f_fsid = f_fsid


def test_the_same_inode_in_another_file_system_under_another_path_is_another_file():
    assert not is_same("sqlite inode=12 filesystem=a path=/one/x.db", "sqlite inode=12 filesystem=b path=/two/x.db")


def test_a_database_on_a_server_may_be_renamed_and_its_cluster_may_move():
    noted = of_server(7_312, 16_384, "wiki")
    assert is_same(noted, of_server(7_312, 16_384, "wiki 2"))


@pytest.mark.parametrize("found", [of_server(7_312, 16_385, "wiki"), of_server(7_313, 16_384, "wiki")])
def test_another_database_and_another_cluster_are_other_places(found):
    assert not is_same(of_server(7_312, 16_384, "wiki"), found)


def test_where_a_server_does_not_tell_its_cluster_the_database_decides():
    untold = of_server(None, 16_384, "wiki")
    assert is_same(of_server(7_312, 16_384, "wiki"), untold)
    assert is_same(untold, of_server(7_312, 16_384, "wiki"))
    assert not is_same(untold, of_server(None, 16_385, "wiki"))


def test_what_was_never_noted_cannot_differ():
    assert is_same(None, of_server(1, 2, "wiki"))
    assert is_same(of_server(1, 2, "wiki"), None)


@pytest.mark.parametrize("noted", ["", "sqlite", "sqlite inode", "postgresql", "elsewhere a=b c=d e=f", "sqlite path=/x"])
def test_what_is_no_place_is_no_place(noted):
    """T-71: somebody may write into the row what they like."""
    assert not is_same(noted, "sqlite inode=1 filesystem=a path=/x")
    assert not is_same(noted, of_server(1, 2, "wiki"))


def test_a_server_that_does_not_tell_its_cluster_is_known_by_the_database_alone(new_postgresql):
    role = f"role_{uuid.uuid4().hex}"
    told = open_database(new_postgresql)
    with asking(new_postgresql) as ask:
        ask(f"CREATE ROLE {role} LOGIN")
        ask("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        try:
            url = make_url(new_postgresql).set(username=role).render_as_string(hide_password=False)
            untold = open_database(url)
            assert "cluster=?" in str(untold.place())
            assert "cluster=?" not in str(told.place())
            assert is_same(told.place(), untold.place())
            untold.close()
        finally:
            told.close()
            ask(f"DROP ROLE {role}")
