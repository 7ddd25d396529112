"""`applinks keys`: which keys seal what, a new one, and sealing anew."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from applinks.links import OurKey


def ids(files: Path) -> list[str]:
    """The keys in the file beside the database, the one that seals first."""
    return [line.partition(":")[0] for line in (files / "applinks.db.key").read_text().splitlines()]


def test_each_key_is_listed_with_how_many_secrets_it_seals(run, files):
    (key,) = ids(files)
    assert run("keys", "list").out.splitlines() == ["key       secrets", f"{key}  1"]
    assert run("keys", "list", "--json").data == {key: 1}


def test_rotation_puts_a_new_key_in_front_and_seals_everything_with_it(run, files):
    (old,) = ids(files)
    assert run("keys", "rotate").out == "Sealed 1 secrets anew.\n"
    new, kept = ids(files)
    assert kept == old != new
    assert run("keys", "list", "--json").data == {new: 1}
    assert run("keys", "rotate", "--json").data == {"sealed_anew": 1}


def test_an_application_that_runs_goes_on_through_a_rotation_and_the_records_still_hold(run, applinks):
    key = applinks.answer(OurKey())
    run("keys", "rotate")
    assert applinks.answer(OurKey()).public.text == key.public.text
    assert applinks.primary("jira").name == "Tracker"
    assert run("audit", "verify").out.startswith("Intact up to 1:")


def test_what_was_sealed_with_another_key_is_sealed_anew_with_the_first_once_only(run, files):
    run("keys", "rotate")
    file = files / "applinks.db.key"
    new, old = file.read_text().splitlines()
    file.write_text(f"{old}\n{new}\n")
    assert run("keys", "reseal").out == "Sealed 1 secrets anew.\n"
    assert run("keys", "list", "--json").data == {ids(files)[0]: 1}
    assert run("keys", "reseal", "--json").data == {"sealed_anew": 0}


def test_keys_from_the_environment_cannot_be_changed_from_here(run, files, monkeypatch):
    monkeypatch.setenv("APPLINKS_SEALING_KEYS", (files / "applinks.db.key").read_text().strip())
    ran = run("keys", "rotate", status=1)
    assert len(ran.err.splitlines()) == 2
    assert "come from the variable APPLINKS_SEALING_KEYS" in ran.err


@pytest.mark.parametrize("command", ["list", "rotate", "reseal"])
def test_no_key_is_ever_shown(run, files, command):
    """T-66"""
    secrets = [line.partition(":")[2] for line in (files / "applinks.db.key").read_text().splitlines()]
    ran = run("keys", command)
    assert not [secret for secret in secrets if secret in ran.out + ran.err]


def test_the_wrong_key_is_an_error_that_shows_neither_key(run, files):
    """T-66"""
    (key,) = ids(files)
    canary = b64encode(b"canary".ljust(32)).decode()
    (files / "applinks.db.key").write_text(f"{key}:{canary}\n")
    ran = run("keys", "list", status=1)
    assert "does not unseal with the key" in ran.err
    assert len(ran.err.splitlines()) == 2
    assert canary not in ran.err
