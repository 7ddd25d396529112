"""`applinks backup`: writes a new file, says where the keys are and what to note."""

from __future__ import annotations

from pathlib import Path

from applinks import AppLinks


def test_it_says_where_the_keys_are_and_what_to_note(run, applinks, files, tmp_path):
    head = applinks.verify_audit().head
    written, keys, noted = run("backup", str(tmp_path / "backup.db")).out.splitlines()
    assert written == f"Written to {tmp_path}/backup.db."
    assert f"{files}/applinks.db.key" in keys
    assert f"`applinks audit verify --noted {head.sequence}:{head.digest}`" in noted
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600


def test_as_data_it_is_the_file_the_head_and_the_keys(run, applinks, files, tmp_path):
    head = applinks.verify_audit().head
    assert run("backup", "backup.db", "--json").data == {
        "path": "backup.db",
        "head": f"{head.sequence}:{head.digest}",
        "sealing_keys": f"{files}/applinks.db.key",
    }
    assert (tmp_path / "backup.db").exists()


def test_a_file_that_is_there_is_left_alone(run, files):
    Path("backup.db").write_text("precious")
    ran = run("backup", "backup.db", status=1)
    assert ran.err.splitlines() == [
        "applinks: There is a file backup.db already.",
        "  → Name a new one: nothing is overwritten.",
    ]
    assert Path("backup.db").read_text() == "precious"


def test_before_anything_was_done_there_is_nothing_to_note(run):
    run("init", "--url", "https://forge.example.com")
    assert run("backup", "backup.db").out.endswith("It holds no records yet.\n")


def test_what_is_restored_says_that_it_may_be_a_copy_and_can_be_confirmed(run, files, tmp_path):
    """Q-28"""
    run("backup", "backup.db")
    (tmp_path / "backup.db.key").write_bytes((files / "applinks.db.key").read_bytes())
    (tmp_path / "backup.db.key").chmod(0o600)
    with AppLinks("sqlite:///backup.db") as restored:
        assert restored.identity.suspension is not None
        assert restored.identity_moved(by="ada").suspension is None
        assert restored.verify_audit().problem is None
