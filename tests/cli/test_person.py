"""`applinks person`: the people whom an application keeps itself."""

from __future__ import annotations

import pytest

from applinks import AppLinks
from applinks.people import SignIn, Staff

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def ada(run, files):
    run("person", "add", "ada", "--administrator", "--full-name", "Ada Adams", stdin=f"{PASSWORD}\n")


def signs_in(files, name: str, password: str = PASSWORD) -> bool:
    with AppLinks(f"sqlite:///{files}/applinks.db", people=Staff()) as applinks:
        return applinks.answer(SignIn(name, password)) is not None


def test_somebody_is_added_with_a_password_from_standard_input(run, files):
    ran = run(
        "person", "add", "ada", "--administrator", "--email", "ada@example.com", "--group", "a", "--group", "b", stdin=PASSWORD
    )
    assert ran.out.splitlines()[:3] == ["ada", "  is        active, administrator", "  mail      ada@example.com"]
    assert "  groups    a, b" in ran.out
    assert PASSWORD not in ran.out + ran.err
    assert signs_in(files, "ada")
    assert not signs_in(files, "ada", "wrong")


def test_as_data_it_is_the_member_without_a_digest(run, files):
    made = run("person", "add", "bob", "--password-stdin", "--language", "de", "--json", stdin=f"{PASSWORD}\n").data
    assert {**made, "made_at": 0} == {
        "name": "bob",
        "full_name": "",
        "email": "",
        "language": "de",
        "active": True,
        "administrator": False,
        "groups": [],
        "has_password": True,
        "made_at": 0,
        "runners": [],
    }


def test_whom_only_scripts_run_as_needs_none(run, files):
    assert "is        active, without a password" in run("person", "add", "deployment", "--no-password").out
    assert not signs_in(files, "deployment", "")


@pytest.mark.parametrize("typed", ["", "short\n", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n"])
def test_a_password_that_is_none_adds_nobody(run, files, typed):
    assert "password" in run("person", "add", "bob", stdin=typed, status=1).err
    assert run("person", "list").out == "There is nobody.\n"


def test_the_same_name_in_another_spelling_is_refused(run, ada):
    assert "is called 'ADA' already" in run("person", "add", "ADA", "--no-password", status=1).err


def test_they_are_listed_in_columns_by_their_names(run, ada):
    run("person", "add", "bob", "--no-password", "--group", "staff")
    head, *rows = run("person", "list").out.splitlines()
    assert head.split() == ["name", "full", "name", "mail", "groups", "is"]
    assert [" ".join(row.split()) for row in rows] == [
        "ada Ada Adams active, administrator",
        "bob staff active, without a password",
    ]
    assert [one["name"] for one in run("person", "list", "--json", "--after", "ada").data] == ["bob"]
    assert [one["name"] for one in run("person", "list", "--json", "--limit", "1").data] == ["ada"]


def test_what_is_said_of_somebody_changes_and_the_rest_stays(run, ada):
    changed = run("person", "change", "ADA", "--email", "a@example.com", "--group", "x", "--json").data
    assert (changed["full_name"], changed["email"], changed["groups"]) == ("Ada Adams", "a@example.com", ["x"])
    changed = run("person", "change", "ada", "--no-groups", "--full-name", "Ada A.", "--language", "de", "--json").data
    assert (changed["full_name"], changed["groups"], changed["language"]) == ("Ada A.", [], "de")


def test_an_administrator_is_made_and_unmade(run, ada):
    run("person", "add", "bob", stdin=PASSWORD)
    assert run("person", "change", "bob", "--administrator", "--json").data["administrator"] is True
    assert run("person", "change", "bob", "--no-administrator", "--json").data["administrator"] is False
    assert "only administrator who can sign in" in run("person", "change", "ada", "--no-administrator", status=1).err


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "root"), "root")])
def test_somebody_is_disabled_and_enabled_on_record(run, files, applinks, by, who):
    """R-47"""
    run("person", "add", "bob", stdin=PASSWORD)
    assert "is        disabled" in run("person", "disable", "bob", *by).out
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor) == ("person disabled", "bob", who)
    assert not signs_in(files, "bob")
    assert "is        active" in run("person", "enable", "bob", *by).out
    assert signs_in(files, "bob")


def test_a_password_is_set_and_taken_away(run, files, ada):
    run("person", "add", "bob", "--no-password")
    run("person", "password", "bob", stdin=f"{PASSWORD}\n")
    assert signs_in(files, "bob")
    assert "without a password" in run("person", "password", "bob", "--none").out
    assert not signs_in(files, "bob")
    run("person", "password", "bob", "--password-stdin", stdin=f"{PASSWORD}!\n")
    assert signs_in(files, "bob", f"{PASSWORD}!")


def test_who_may_run_as_whom_is_said_and_shown(run, ada):
    run("person", "add", "deployment", "--no-password")
    assert "  run as    by ada" in run("person", "may-run-as", "deployment", "ADA").out
    assert "  run as    by ada, group:releasers" in run("person", "may-run-as", "deployment", "group:releasers").out
    assert run("person", "show", "deployment", "--json").data["runners"] == ["ada", "group:releasers"]
    assert "  run as    by group:releasers" in run("person", "may-not-run-as", "deployment", "ada").out
    assert "nobody called 'nobody'" in run("person", "may-run-as", "deployment", "nobody", status=1).err


@pytest.mark.parametrize("words", [("show",), ("change", "--email", "x"), ("disable",), ("enable",), ("password", "--none")])
def test_whoever_is_nobody_is_said_to_be(run, files, words):
    ran = run("person", words[0], "nobody", *words[1:], status=1)
    assert ran.err.splitlines() == [
        "applinks: There is nobody called 'nobody' here.",
        "  → `applinks person list` shows whom this application keeps.",
    ]
