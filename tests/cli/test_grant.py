"""`applinks grant`: what people have allowed here, and taking it back."""

from __future__ import annotations

import pytest

from applinks.links import Grant, KeepRequestToken, RequestToken, SpendRequestToken

CANARY = "canary-7d1f"
NEVER = 4_000_000_000


@pytest.fixture
def given(applinks):
    """alice has allowed something to two applications, bob to one."""
    for number, (user, link) in enumerate((("alice", "Wiki"), ("alice", "Tracker"), ("bob", "Wiki")), start=1):
        id = applinks.link(link).id  # noqa: A001
        grant = Grant(f"grant-{number}", id, user, f"{CANARY} {number}", CANARY, f"{CANARY} {number}", number, NEVER, NEVER)
        applinks.answer(KeepRequestToken(RequestToken(f"wish {number}", CANARY, id, None, NEVER)))
        assert applinks.answer(SpendRequestToken(f"wish {number}", grant))


def test_they_are_listed_in_columns_the_newest_first(run, given):
    """R-45"""
    assert run("grant", "list").out.splitlines() == [
        "id       user   link     given                ends",
        "grant-3  bob    Wiki     1970-01-01 00:00:03  2096-10-02 07:06:40",
        "grant-2  alice  Tracker  1970-01-01 00:00:02  2096-10-02 07:06:40",
        "grant-1  alice  Wiki     1970-01-01 00:00:01  2096-10-02 07:06:40",
    ]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--user", "alice"), ["grant-2", "grant-1"]),
        (("--link", "wiki"), ["grant-3", "grant-1"]),
        (("--user", "alice", "--link", "Wiki"), ["grant-1"]),
        (("--user", "eve"), []),
    ],
)
def test_those_of_one_person_or_link_can_be_picked(run, given, words, ids):
    assert [grant["id"] for grant in run("grant", "list", *words, "--json").data] == ids


def test_as_data_there_is_no_token_and_no_secret(run, given):
    """T-66"""
    ran = run("grant", "list", "--link", "Tracker", "--json")
    assert ran.data == [
        {"id": "grant-2", "link": "Tracker", "user": "alice", "made_at": 2, "expires_at": NEVER, "ends_at": NEVER}
    ]
    assert CANARY not in ran.out + run("grant", "list").out


def test_where_nobody_has_allowed_anything_it_says_so(run, files):
    assert run("grant", "list").out == "Nobody has allowed anything.\n"
    assert run("grant", "list", "--json").data == []


def test_a_link_that_does_not_exist_is_an_error(run, files):
    assert "There is no link named 'Wikipedia'" in run("grant", "list", "--link", "Wikipedia", status=1).err


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_what_is_revoked_is_gone_and_on_record(run, applinks, given, by, who):
    """R-45, R-47"""
    assert run("grant", "revoke", "grant-1", *by).out == "Revoked: Wiki may not act as alice here any more.\n"
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.subject, entry.actor) == ("grant revoked", "alice", who)
    assert run("grant", "revoke", "grant-3", "--json").data["user"] == "bob"
    assert [grant["id"] for grant in run("grant", "list", "--json").data] == ["grant-2"]


def test_what_is_not_there_cannot_be_revoked(run, given):
    ran = run("grant", "revoke", "grant-7", status=1)
    assert "There is no such grant" in ran.err
    assert ran.out == ""
