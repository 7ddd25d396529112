"""`applinks plan`, `apply`, `export`: what differs, made so, and written from what stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks import AppLinks

FILE = """
[applications.tracker]
url = "https://tracker.example.com"
name = "Tracker"
type = "jira"
database = "sqlite:///tracker.db"

[applications.wiki]
url = "https://wiki.example.com"
name = "Wiki"
type = "confluence"
database = "env:WIKI"

[[links]]
between = ["tracker", "wiki"]
same_users = true

[links.tracker]
outgoing.secret = "env:SECRET"
"""
CANARY = "canary-7d1f"


@pytest.fixture
def file(tmp_path: Path, run, monkeypatch) -> str:
    monkeypatch.setenv("SECRET", CANARY)
    monkeypatch.setenv("WIKI", "sqlite:///wiki.db")
    (tmp_path / "links.toml").write_text(FILE)
    return "links.toml"


def test_a_plan_says_what_would_be_done_and_does_nothing(run, file, tmp_path):
    ran = run("plan", file, status=2)
    assert ran.out.splitlines()[:6] == [
        "Tracker is made",
        "  its address: https://tracker.example.com",
        "Wiki is made",
        "  its address: https://wiki.example.com",
        "Wiki: link 'Tracker' is made",
        "  its address: https://tracker.example.com",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["links.toml"]


def test_what_was_applied_leaves_nothing_to_be_done(run, file):
    ran = run("apply", file, "--by", "ada")
    assert "Tracker: link 'Wiki' is made" in ran.out.splitlines()
    assert run("plan", file).out == "Nothing to do.\n"
    assert run("apply", file).out == "Nothing to do.\n"
    assert run("link", "show", "Wiki", "-d", "sqlite:///tracker.db", "--json").data["same_users"]["said_by"] == "ada"


def test_drift_is_told_as_data_with_a_status_of_its_own(run, file):
    run("apply", file)
    run("link", "policy", "Tracker", "-d", "sqlite:///wiki.db", "--administrator", "erin")
    data = run("plan", file, "--json", status=2).data
    assert data["differs"] is True
    assert [step["differences"][0]["words"] for step in data["steps"]] == [
        "impersonation of administrators: 'erin' is taken away"
    ]
    done = run("apply", file, "--json").data
    assert (done["done"], done["notes"]) == (data["steps"], [])
    assert run("plan", file, "--json").data == {"differs": False, "steps": [], "notes": []}


def test_a_link_that_is_not_declared_is_told_and_deleted_only_if_asked(run, file):
    run("apply", file)
    register = ("link", "register", "Old", "https://old.example.com", "--call", "-d", "sqlite:///wiki.db")
    run(*register)
    told = "Wiki: link 'Old', to https://old.example.com is not declared; --prune would delete it\n"
    assert run("plan", file, status=2).out == told
    assert run("apply", file).out == f"Nothing to do.\n{told}"
    assert run("plan", file, "--prune", status=2).out == "Wiki: link 'Old' is deleted\n"
    assert run("apply", file, "--prune").out == "Wiki: link 'Old' is deleted\n"
    assert run("plan", file).out == "Nothing to do.\n"


def test_no_secret_is_printed_by_any_of_them(run, file):
    """T-66"""
    databases = ("sqlite:///tracker.db", "sqlite:///wiki.db")
    for words in (("plan", file, "--json"), ("plan", file)):
        assert CANARY not in run(*words, status=2).out
    assert CANARY not in run("apply", file, "--json").out
    assert CANARY not in run("export", *databases).out


def test_all_mistakes_are_printed_each_on_a_line(run, file, tmp_path):
    text = FILE.replace('"env:SECRET"', f'"{CANARY}"').replace("same_users = true", "")
    (tmp_path / "links.toml").write_text(text.replace('type = "jira"', "typ = 1"))
    for command in ("plan", "apply"):
        assert run(command, file, status=1).err.splitlines() == [
            "applinks: links.toml has 2 mistakes.",
            "  → applications.tracker.typ: there is no such key. Did you mean 'type'?",
            '  → links[1].tracker.outgoing.secret: a secret must not stand in this file. Write "env:NAME" or "file:PATH".',
        ]


def test_what_stands_is_exported_and_planned_without_a_difference(run, file, tmp_path):
    run("apply", file)
    written = run("export", "sqlite:///tracker.db", "sqlite:///wiki.db").out
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "again.toml").write_text(written)
    assert run("plan", "elsewhere/again.toml").out == "Nothing to do.\n"


def test_without_a_name_the_database_of_the_environment_is_exported(run, files):
    written = run("export").out
    assert written.startswith('[applications.forge]\nurl = "https://forge.example.com"\nname = "Forge"\n')
    assert written.count("[[links]]") == 3


def test_a_database_that_is_not_there_is_not_made_by_exporting_it(run, tmp_path):
    assert "There is no database" in run("export", "sqlite:///none.db", status=1).err
    assert list(tmp_path.iterdir()) == []


def test_the_application_itself_finds_its_links(run, file):
    run("apply", file)
    with AppLinks("sqlite:///tracker.db") as tracker:
        assert tracker.primary("confluence").name == "Wiki"


def test_a_name_with_an_escape_sequence_reaches_the_terminal_escaped(run, file, tmp_path):
    """T-67"""
    (tmp_path / "links.toml").write_text(FILE.replace("[[links]]", '["\\u001b[2J"]\n[[links]]'))
    ran = run("plan", file, status=1)
    assert "\x1b" not in ran.err


def test_a_legacy_level_is_planned_where_its_mechanism_is_named(run, tmp_path, monkeypatch):
    basic = '[links.tracker]\noutgoing = { level = "basic", account = "svc" }\n[links.wiki]\nincoming.execute_as = "svc"\n'
    text = FILE.partition("[links.tracker]")[0].replace("env:WIKI", "sqlite:///wiki.db") + basic
    (tmp_path / "links.toml").write_text(text)
    assert "not loaded" in run("plan", "links.toml", status=1).err
    monkeypatch.setenv("APPLINKS_MECHANISMS", "2LOi,3LO,2LO,Basic")
    assert "level of the calls to it: basic" in run("apply", "links.toml").out
    assert run("plan", "links.toml").out == "Nothing to do.\n"
