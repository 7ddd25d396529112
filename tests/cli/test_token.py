"""`applinks token`: made, listed and ended."""

from __future__ import annotations

import pytest


def test_one_is_made_and_shown_once(run, applinks):
    ran = run("token", "make", "nightly", "--as", "ada")
    words, secret = ran.out.splitlines()
    assert words.startswith("This is shown only now. It acts for ada until 20")
    assert secret.startswith("applinks_")
    assert secret not in run("token", "list").out + run("token", "list", "--json").out
    assert [token.label for token in applinks.tokens()] == ["nightly"]


def test_as_data_the_secret_is_there_once(run, files):
    made = run("token", "make", "nightly", "--as", "ada", "--read-only", "--days", "7", "--json").data
    assert (made["user"], made["may_change"], made["expires_at"] - made["made_at"]) == ("ada", False, 7 * 24 * 3600)
    (listed,) = run("token", "list", "--json").data
    assert listed == {name: value for name, value in made.items() if name != "secret"}


def test_they_are_listed_in_columns_the_newest_first(run, files):
    assert run("token", "list").out == "There are no tokens.\n"
    run("token", "make", "nightly", "--as", "ada")
    run("token", "make", "looks", "--as", "grace", "--read-only")
    head, *rows = run("token", "list").out.splitlines()
    assert head.split() == ["id", "label", "as", "rights", "made", "ends", "used"]
    assert {tuple(row.split()[1:3]) for row in rows} == {("nightly", "ada"), ("looks", "grace")}
    assert [token["label"] for token in run("token", "list", "--user", "grace", "--json").data] == ["looks"]


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_what_is_revoked_is_gone_and_on_record(run, applinks, by, who):
    """R-47"""
    token = run("token", "make", "nightly", "--as", "grace", "--json").data
    assert run("token", "revoke", token["id"], *by).out == "Revoked: nightly of grace.\n"
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor) == ("token revoked", "grace", who)
    assert run("token", "list", "--json").data == []
    assert "There is no such token" in run("token", "revoke", token["id"], status=1).err


@pytest.mark.parametrize("words", [("--days", "0"), ("--days", "400")])
def test_it_cannot_hold_for_ever(run, files, words):
    assert "cannot hold for" in run("token", "make", "x", "--as", "ada", *words, status=1).err
