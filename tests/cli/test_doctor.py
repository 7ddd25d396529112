"""`applinks doctor`: in words and as data, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks import AppLinks
from doctor.imitation import Imitation
from doctor.rigs import OneWithImitation
from putting import put

FINDING = ["cause", "certain", "title", "evidence", "remedy"]


@pytest.fixture
def far(applinks: AppLinks):
    """One link, to an imitation that runs."""
    made = Imitation()
    made.start()
    for linked in applinks.links():
        applinks.delete_link(linked.name, by="ops")
    put(applinks, OneWithImitation.link_to(made.url))
    yield made
    made.stop()


def test_a_link_that_works_is_told_in_a_few_lines(run, far):
    said = run("doctor", "--as", "alice").out.splitlines()
    assert said[0] == f"Wiki (jira) at {far.url}: connected"
    assert [line[:4].strip() for line in said[1:]] == ["ok", "ok", "ok", "--", "ok", "ok", "--"]
    assert said[6].split() == ["ok", "who-am-i", "it", "answered", "as", "alice,", "by", "2LOi"]


def test_one_link_is_examined_by_its_name(run, far):
    assert run("doctor", "wiki").out == run("doctor").out
    assert "There is no link named 'Other'" in run("doctor", "Other", status=1).err


def test_a_broken_one_is_told_with_its_cause_and_what_to_do_and_ends_with_1(run, far):
    far.manifest = replace(far.manifest, url="https://wiki.example.com")
    said = run("doctor", status=1).out
    assert f"at {far.url}: config-error" in said
    assert "  BASE_URL_MISMATCH: The other application believes to have another address" in said
    assert f"     seen: it says https://wiki.example.com, and the link says {far.url}" in said
    assert "     do:   Correct the public address" in said


def test_what_is_only_possible_is_said_to_be(run, far):
    far.answers["/rest/auth/1/session"] = (401, {"www-authenticate": 'OAuth realm="x", oauth_problem="signature_invalid"'}, b"")
    assert "NO_REVERSE_LINK (possibly): " in run("doctor", "--as", "alice", status=1).out


def test_as_data_it_is_a_list(run, far):
    (data,) = run("doctor", "--as", "alice", "--json").data
    assert list(data) == [
        "link",
        "link_id",
        "status",
        "working",
        "findings",
        "defaults",
        "checks",
        "theirs",
        "manifest",
    ]
    assert (data["link"], data["status"], data["working"], data["findings"]) == ("Wiki", "connected", True, [])
    assert {tuple(check) for check in data["checks"]} == {("name", "outcome", "good")}


def test_departures_end_with_1_where_they_are_looked_for(run, far, applinks):
    run("link", "policy", "Wiki", "--administrator", "root")
    assert run("doctor").status == 0
    (data,) = run("doctor", "--strict", "--json", status=1).data
    assert [list(finding) for finding in data["defaults"]] == [FINDING]
    assert data["defaults"][0]["cause"] == "ADMINISTRATOR_ADMITTED"


def test_without_links_there_is_nothing_to_examine(run, far, applinks):
    applinks.delete_link("Wiki", by="ops")
    assert run("doctor").out == "There are no links yet.\n"
    assert run("doctor", "--json").data == []


def test_the_call_is_on_the_record_of_whoever_examines(run, far, applinks):
    run("doctor", "--as", "alice", "--by", "grace")
    (entry,) = [written.entry for written in applinks.audit() if written.entry.kind == "call"]
    assert (entry.subject, entry.actor, entry.reason) == ("alice", "grace", "applinks doctor")
