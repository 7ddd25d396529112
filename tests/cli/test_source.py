"""`applinks source`: added, listed, shown, changed and removed."""

from __future__ import annotations

import pytest


def add(run, *words, **more):
    return run("source", "add", "Jira", "--application", "jira", *words, **more)


def test_one_is_added_and_what_to_enter_is_shown_once(run, applinks):
    out = add(run).out
    (source,) = applinks.sources()
    assert source.secret in out
    assert f"/plugins/servlet/applinks/events/{source.id}\n" in out
    assert "Jira: Administration → System → Webhooks" in out
    assert (
        source.secret not in run("source", "list").out + run("source", "list", "--json").out + run("source", "show", "Jira").out
    )


def test_a_secret_that_exists_is_read_from_standard_input_and_not_shown(run, applinks):
    out = add(run, "--secret-stdin", stdin="it is long enough\n").out
    assert applinks.sources()[0].secret == "it is long enough"
    assert "long enough" not in out
    assert "long enough" not in add(run, "--secret-stdin", "--json", stdin="it is long enough\n", status=1).err


def test_one_that_cannot_sign_has_a_secret_part_in_its_address(run, applinks):
    made = add(run, "--unsigned", "--json").data
    assert made["secret"] is None
    assert (made["is_signed"], made["believes_user"]) == (False, False)
    assert made["address"].startswith(f"{applinks.identity.url}/plugins/servlet/applinks/events/{made['id']}/")
    assert run("source", "show", "Jira").out.splitlines()[-1].endswith("/…")


def test_they_are_listed_in_columns(run, files):
    assert run("source", "list").out == "There are no webhooks.\n"
    add(run, "--believes-nobody")
    head, row = run("source", "list").out.splitlines()
    assert head.split()[:6] == ["id", "name", "application", "link", "proof", "believes"]
    assert row.split()[1:6] == ["Jira", "jira", "–", "signature", "nobody"]


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_what_is_changed_and_removed_is_on_record(run, applinks, by, who):
    add(run)
    assert run("source", "change", "Jira", "--name", "Tracker", "--believes-nobody", *by).out == "Changed: Tracker.\n"
    assert not applinks.source("Tracker").believes_user
    assert applinks.audit(1)[0].entry.actor == who
    assert run("source", "remove", "Tracker", *by).out.startswith("Removed: Tracker.")
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.actor) == ("webhook removed", who)
    assert "There is no webhook 'Tracker'" in run("source", "remove", "Tracker", status=1).err


def test_another_proof_is_made_or_read(run, applinks):
    add(run)
    before = applinks.source("Jira").secret
    out = run("source", "change", "Jira", "--new-proof", "--overlap", "60").out
    after = applinks.source("Jira")
    assert after.secret in out
    assert (after.previous_secret, after.secret != before) == (before, True)
    assert "former proof until" in run("source", "show", "Jira").out
    run("source", "change", "Jira", "--secret-stdin", "--overlap", "0", stdin="it is long enough\n")
    assert applinks.source("Jira").secrets_at(0) == ("it is long enough",)


def test_nothing_is_changed_without_words(run, applinks):
    add(run)
    count = len(applinks.audit(100))
    run("source", "change", "Jira")
    assert len(applinks.audit(100)) == count
