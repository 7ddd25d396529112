"""`applinks consent`: what people have allowed over there, and forgetting it."""

from __future__ import annotations

import pytest

from applinks.links import AccessToken, KeepToken

CANARY = "canary-7d1f"


@pytest.fixture
def held(applinks):
    """alice has allowed us something in two applications, bob in one."""
    for number, (user, link, ends) in enumerate(
        (("alice", "Wiki", 9), ("alice", "Tracker", None), ("bob", "Wiki", 9)), start=1
    ):
        token = AccessToken(applinks.link(link).id, user, CANARY, CANARY, number, CANARY, expires_at=ends, ends_at=ends)
        applinks.answer(KeepToken(token))


def test_they_are_listed_in_columns_the_newest_first(run, held):
    assert run("consent", "list").out.splitlines() == [
        "user   link     given                ends",
        "bob    Wiki     1970-01-01 00:00:03  1970-01-01 00:00:09",
        "alice  Tracker  1970-01-01 00:00:02  -",
        "alice  Wiki     1970-01-01 00:00:01  1970-01-01 00:00:09",
    ]


@pytest.mark.parametrize(
    ("words", "made"),
    [(("--user", "alice"), [2, 1]), (("--link", "wiki"), [3, 1]), (("--user", "bob", "--link", "Tracker"), [])],
)
def test_those_of_one_person_or_link_can_be_picked(run, held, words, made):
    assert [consent["made_at"] for consent in run("consent", "list", *words, "--json").data] == made


def test_as_data_there_is_no_token_and_no_secret(run, held):
    """T-66"""
    ran = run("consent", "list", "--user", "bob", "--json")
    assert ran.data == [{"link": "Wiki", "user": "bob", "made_at": 3, "expires_at": 9, "ends_at": 9}]
    assert CANARY not in ran.out + run("consent", "list").out


def test_where_nobody_has_consented_it_says_so(run, files):
    assert run("consent", "list").out == "Nobody has consented to anything.\n"
    assert run("consent", "list", "--json").data == []


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_what_is_forgotten_is_gone_and_on_record_under_both_names(run, applinks, held, by, who):
    """R-45, R-47"""
    out = run("consent", "forget", "Wiki", "alice", *by).out
    assert out == "Forgotten. Wiki still lists it among what alice has allowed.\n"
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor, entry.link) == ("consent forgotten", "alice", who, "Wiki")
    assert [consent["made_at"] for consent in run("consent", "list", "--json").data] == [3, 2]


def test_what_was_not_there_ends_with_1(run, held):
    assert run("consent", "forget", "Archive", "alice", status=1).out == "alice had not consented.\n"
    data = run("consent", "forget", "Archive", "alice", "--json", status=1).data
    assert data == {"link": "Archive", "user": "alice", "forgotten": False}
    assert run("consent", "forget", "Tracker", "alice", "--json").data["forgotten"] is True
