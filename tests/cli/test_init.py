"""`applinks init`: makes the database once, and says anew who the application is."""

from __future__ import annotations

import json

import pytest

from applinks import AppLinks


def test_it_makes_database_and_keys_and_says_how_others_will_know_this_application(run, tmp_path):
    ran = run("init", "--url", "https://wiki.example.com/base/", "--name", "Wiki", "--type", "confluence")
    with AppLinks("sqlite:///applinks.db") as applinks:
        us = applinks.identity
    assert ran.out == f"Wiki (confluence) at https://wiki.example.com/base\nconsumer key {us.consumer_key}\n"
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "applinks.db": 0o600,
        "applinks.db.key": 0o600,
    }


def test_as_data_it_says_id_name_type_address_and_consumer_key(run):
    data = run("init", "--url", "https://wiki.example.com", "--json").data
    assert list(data) == ["id", "name", "type", "url", "consumer_key"]
    assert (data["name"], data["type"], data["url"]) == ("wiki.example.com", "generic", "https://wiki.example.com")


def test_saying_it_again_renames_and_moves_the_same_application(run):
    first = run("init", "--url", "https://wiki.example.com", "--name", "Wiki", "--type", "confluence", "--json").data
    moved = run("init", "--url", "https://wiki.example.org", "--json").data
    assert moved == first | {"url": "https://wiki.example.org"}
    renamed = run("init", "--url", "https://wiki.example.org", "--name", "Knowledge", "--type", "generic", "--json").data
    assert renamed == moved | {"name": "Knowledge", "type": "generic"}


def test_the_database_may_be_named(run, tmp_path):
    run("init", "--url", "https://wiki.example.com", "--database", f"sqlite:///{tmp_path}/named.db")
    assert (tmp_path / "named.db").exists()
    assert not (tmp_path / "applinks.db").exists()


@pytest.mark.parametrize("url", ["wiki.example.com", "ftp://wiki.example.com", "https://ada:secret@wiki.example.com", ""])
def test_an_address_that_others_cannot_use_is_refused_and_nothing_is_made(run, tmp_path, url):
    ran = run("init", "--url", url, status=1)
    assert ran.err.splitlines() == [
        f"applinks: The public address {url!r} is not a plain http(s) address.",
        "  → Set url=… or APPLINKS_URL, like https://tracker.example.com.",
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_address_must_be_said(run, tmp_path):
    ran = run("init", status=2)
    assert "--url" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_an_escape_sequence_reaches_the_terminal_escaped(run):
    """T-67"""
    words = ("init", "--url", "https://wiki.example.com", "--name", "W\x1b[2Ji\nki")
    assert run(*words).out.startswith(r"W\x1b[2Ji\nki (generic)")
    ran = run(*words, "--json")
    assert "\x1b" not in ran.out
    assert json.loads(ran.out)["name"] == "W\x1b[2Ji\nki"
