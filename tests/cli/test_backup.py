"""`applinks backup`: writes a new file, says where the keys are and what to note."""

from __future__ import annotations

from pathlib import Path

from applinks import AppLinks
from applinks.links import (
    AccessToken,
    FactsFor,
    Grant,
    GrantOfToken,
    KeepRequestToken,
    KeepToken,
    RequestToken,
    SpendRequestToken,
)

CANARY = "canary-7d1f"
NEVER = 4_000_000_000


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


def test_links_grants_consents_and_secrets_of_a_restored_backup_hold(run, applinks, files, tmp_path):
    """Q-28: what people have allowed, here and over there, is not asked for again."""
    link = applinks.link("Wiki").link
    grant = Grant("grant", link.id, "alice", "digest", CANARY, "handle", 1, NEVER, NEVER)
    applinks.answer(KeepRequestToken(RequestToken("wish", CANARY, link.id, None, NEVER)))
    assert applinks.answer(SpendRequestToken("wish", grant))
    applinks.answer(KeepToken(AccessToken(link.id, "alice", CANARY, CANARY, 1)))
    applinks.set_secret("Wiki", "outgoing", CANARY, by="root")
    said = run("backup", "backup.db").out
    applinks.close()
    for file in files.iterdir():
        file.rename(tmp_path / f"lost-{file.name}")
    Path("backup.db").rename(files / "applinks.db")
    (tmp_path / "lost-applinks.db.key").rename(files / "applinks.db.key")
    with AppLinks() as restored:
        restored.identity_moved(by="ada")
        assert restored.link("Wiki").link == link
        assert [given.grant for given in restored.grants()] == [grant]
        assert restored.answer(GrantOfToken("digest")) is not None
        facts = restored.answer(FactsFor(link.id, "alice"))
        assert (facts.token.token, facts.secret) == (CANARY, CANARY)
        assert restored.verify_audit().problem is None
    assert CANARY not in said
    assert CANARY.encode() not in (files / "applinks.db").read_bytes()
