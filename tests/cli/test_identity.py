"""`applinks identity`: who this application is, and the two ways out for what may be a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from applinks import AppLinks
from applinks.links import OurKey


@pytest.fixture
def copy(files: Path, applinks: AppLinks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files, beside an original that is open; `APPLINKS_DATABASE` names it."""
    folder = Path(shutil.copytree(files, tmp_path / "copy"))
    monkeypatch.setenv("APPLINKS_DATABASE", f"sqlite:///{folder}/applinks.db")
    return folder


def test_it_is_shown_with_its_key_and_its_place(run, applinks):
    us = applinks.identity
    data = run("identity", "show", "--json").data
    assert data == {
        "id": us.id,
        "name": "Forge",
        "type": "bitbucket",
        "url": "https://forge.example.com",
        "consumer_key": us.consumer_key,
        "fingerprint": applinks.answer(OurKey()).public.fingerprint,
        "place": us.place,
        "suspended": None,
    }
    lines = run("identity", "show").out.splitlines()
    assert lines[0] == "Forge (bitbucket) at https://forge.example.com"
    assert lines[-1].split(None, 1) == ["trust", "not suspended"]
    assert str(us.place) in lines[-2]


def test_a_copy_shows_why_its_trust_is_suspended(run, copy):
    """G-06"""
    ran = run("identity", "show")
    assert "suspended since" in ran.out
    assert f"path={copy}/applinks.db" in ran.out
    data = run("identity", "show", "--json").data
    assert list(data["suspended"]) == ["since", "why"]


def test_a_call_of_a_copy_is_two_lines_with_both_ways_out(run, copy):
    """G-06"""
    happened, remedy = run("link", "test", "Wiki", "--as", "alice", status=1).err.splitlines()
    assert happened.startswith("applinks: Nothing is sent to other applications: ")
    assert "`applinks identity moved`" in remedy
    assert "`applinks identity copied`" in remedy
    assert "suspended" in run("link", "explain", "Wiki", "--as", "alice", status=1).out


def test_the_original_that_was_moved_is_on_record_under_the_name_of_who_said_so(run, copy):
    before = run("identity", "show", "--json").data
    after = run("identity", "moved", "--by", "ada", "--json").data
    assert after == before | {"suspended": None, "place": after["place"]}
    assert str(copy) in after["place"]
    newest = run("audit", "list", "-n", "1", "--json").data[0]["entry"]
    assert (newest["kind"], newest["actor"]) == ("identity moved", "ada")
    assert newest["changes"] == [["place", before["place"], after["place"]]]


def test_a_copy_becomes_another_application_and_keeps_its_links_disabled(run, copy, applinks):
    before = run("identity", "show", "--json").data
    after = run("identity", "copied", "--yes", "--json").data
    assert after["suspended"] is None
    for name in ("id", "consumer_key", "fingerprint"):
        assert after[name] != before[name]
    shown = run("link", "list", "--json").data
    assert {(link["outgoing"]["level"], link["incoming"]["level"]) for link in shown} == {("disabled", "disabled")}
    assert [linked.link.outgoing.level for linked in applinks.links()] == ["oauth_impersonation"] * 3
    records = run("audit", "list", "--json").data
    assert [record["entry"]["kind"] for record in records[:4]] == ["identity copied", *["link changed"] * 3]
    assert {record["entry"]["actor"] for record in records[:4]} == {"ops"}


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_nothing_is_given_up_unless_it_is_confirmed(run, copy, answer):
    before = run("identity", "show", "--json").data
    run("identity", "copied", stdin=answer, status=1)
    assert run("identity", "show", "--json").data == before
    assert run("identity", "copied", stdin="y\n").out.startswith("Give this application another id")


def test_nobody_can_be_asked_before_there_is_an_application(run):
    assert "There is no database" in run("identity", "show", status=1).err
