"""Tokens for automation: made for administrators, worth no more than their person is at this moment, ended at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answering import run
from applinks.errors import AdministratorNeeded, BadProof, ConfigurationError, NoProof, PersonNotAdmitted, PersonUnknown
from applinks.incoming import NoteUse, TokenMade
from applinks.incoming.automation import (
    DAY,
    DAYS,
    MOST_DAYS,
    MOST_TOKENS,
    NOTED_EVERY,
    admitted_by_token,
    make_token,
    revoke_token,
    tokens_of,
)
from applinks.links import digest_of
from applinks.people import FindPerson, KnowsPeople, Person
from applinks.questions import FreshSecrets, Moment, Now
from in_memory import NOW, InMemory

CANARY = "canary-7d1f"


@pytest.fixture
def us() -> InMemory:
    return InMemory("Wiki")


def made(us: InMemory, user: str = "root", **more: Any) -> TokenMade:
    result: TokenMade = us.run(make_token("nightly", user, **{"by": "root", **more}))
    return result


def admitted(us: InMemory, secret: str, scheme: str = "Bearer") -> Any:
    return us.run(admitted_by_token(f"{scheme} {secret}"))


def test_a_token_says_what_it_is_for_and_whose_it_is_and_holds_for_a_while(us):
    token = made(us).token
    assert (token.label, token.user, token.may_change, token.used_at) == ("nightly", "root", True, None)
    assert token.expires_at == token.made_at + DAYS * DAY == NOW + DAYS * DAY
    assert made(us, days=1).token.expires_at == NOW + DAY
    assert made(us, may_change=False).token.may_change is False


def test_secret_scanners_know_one_when_they_see_it(us):
    secret = made(us).secret
    assert secret.startswith("applinks_")
    assert len(secret) == len("applinks_") + 43


def test_what_is_kept_is_a_digest(us):
    """T-66, T-72"""
    one = made(us)
    assert list(us.automation) == [digest_of(one.secret)]
    assert one.secret not in repr(us.asked) + repr(us.entries) + repr(one) + repr(us.automation)


def test_every_token_is_another_one(us):
    tokens = [made(us) for _ in range(50)]
    assert len({one.secret for one in tokens}) == len({one.token.id for one in tokens}) == 50


def test_it_opens_for_its_person(us):
    one = made(us)
    found = admitted(us, one.secret)
    assert (found.token, found.person) == (one.token, us.people["root"])
    assert admitted(us, one.secret, "bearer").person == us.people["root"]


@pytest.mark.parametrize("header", [None, "", "Basic cm9vdDpyb290", "Token applinks_x", "Bearer"])
def test_without_a_token_there_is_no_proof(us, header):
    if header == "Bearer":
        with pytest.raises(BadProof):
            us.run(admitted_by_token(header))
        return
    with pytest.raises(NoProof):
        us.run(admitted_by_token(header))


@pytest.mark.parametrize(
    "secret", ["", "x", f"applinks_{'x' * 42}", f"applinks_{'x' * 44}", f"applinks_{'é' * 43}", "x" * 10_000]
)
def test_what_cannot_be_a_token_is_not_even_looked_up(us, secret):
    """T-73, T-77"""
    with pytest.raises(BadProof, match="none of ours"):
        admitted(us, secret)
    assert us.asked == []


def test_an_unknown_one_costs_one_read(us):
    with pytest.raises(BadProof, match="unknown"):
        admitted(us, f"applinks_{'x' * 43}")
    assert us.kinds() == ["AutomationTokenOf"]


def test_it_ends_by_itself(us):
    one = made(us, days=1)
    us.now = NOW + DAY - 1
    admitted(us, one.secret)
    us.now = NOW + DAY
    with pytest.raises(BadProof, match="expired"):
        admitted(us, one.secret)


def test_a_revoked_one_is_refused_by_the_next_request(us):
    one, other = made(us), made(us)
    assert us.run(revoke_token(one.token.id, by="root")) == one.token
    with pytest.raises(BadProof, match="unknown"):
        admitted(us, one.secret)
    admitted(us, other.secret)
    with pytest.raises(ConfigurationError, match="no such token"):
        us.run(revoke_token(one.token.id, by="root"))


@pytest.mark.parametrize("now", [{"active": False}, {"administrator": False}, {"name": "mallory"}])
def test_it_is_worth_no_more_than_its_person_is_at_this_moment(us, now):
    """T-21, T-50"""
    one = made(us)
    us.people["root"] = replace(us.people["root"], **now)
    with pytest.raises(PersonNotAdmitted, match="no active administrator"):
        admitted(us, one.secret)


def test_a_token_of_somebody_who_is_gone_is_worth_nothing(us):
    one = made(us)
    del us.people["root"]
    with pytest.raises(PersonNotAdmitted):
        admitted(us, one.secret)


def test_its_last_use_is_noted_once_a_minute(us):
    one = made(us)
    for second in (0, 1, NOTED_EVERY - 1, NOTED_EVERY, NOTED_EVERY + 1):
        us.now = NOW + second
        admitted(us, one.secret)
    assert [question.at - int(NOW) for question in us.asked if isinstance(question, NoteUse)] == [0, NOTED_EVERY]


# ---- who may have one made


@pytest.mark.parametrize(("user", "error"), [("alice", AdministratorNeeded), ("dave", PersonUnknown), ("eve", PersonUnknown)])
def test_only_an_active_administrator_has_tokens(us, user, error):
    """T-52"""
    with pytest.raises(error):
        made(us, user)
    assert us.automation == {}
    assert us.entries == []


@pytest.mark.parametrize("user", ["", " root", "ro\not"])
def test_it_acts_for_somebody(us, user):
    with pytest.raises(ConfigurationError):
        made(us, user)


def test_its_person_is_written_as_the_directory_writes_them():
    answers = {KnowsPeople: True, FindPerson: Person("Root", administrator=True), Now: Moment(NOW, "n")}
    answers |= {FreshSecrets: ("a" * 43, "b"), **dict.fromkeys(_kept(), True)}
    assert run(make_token("x", "root", by="root"), answers).token.user == "Root"


def test_where_nobody_is_known_that_shows_when_it_is_used():
    answers = {KnowsPeople: False, Now: Moment(NOW, "n"), FreshSecrets: ("a" * 43, "b"), **dict.fromkeys(_kept(), True)}
    assert run(make_token("x", "ada", by="ops"), answers).token.user == "ada"


def _kept() -> tuple[type, ...]:
    from applinks.audit import WriteDown
    from applinks.incoming import KeepAutomationToken

    return (KeepAutomationToken, WriteDown)


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "x" * 101])
def test_its_label_is_plain_text(us, label):
    with pytest.raises(ConfigurationError, match="label"):
        us.run(make_token(label, "root", by="root"))


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1, 10**9])
def test_it_holds_for_a_year_at_most(us, days):
    with pytest.raises(ConfigurationError, match="days"):
        made(us, days=days)


def test_one_person_has_so_many_at_most(us):
    """T-77"""
    for _ in range(MOST_TOKENS):
        made(us)
    with pytest.raises(ConfigurationError, match=f"{MOST_TOKENS} tokens"):
        made(us)


def test_one_that_is_made_by_another_does_not_outlive_it(us):
    """T-52: what was made with a stolen token ends with it."""
    first = made(us, days=10).token
    us.now = NOW + 5 * DAY
    assert made(us, within=first).token.expires_at == first.expires_at
    assert made(us, within=first, days=2).token.expires_at == us.now + 2 * DAY
    with pytest.raises(ConfigurationError, match="outlive"):
        made(us, within=first, days=6)


def test_making_and_ending_one_is_on_record(us):
    """R-47"""
    one = made(us, by="grace")
    us.run(revoke_token(one.token.id, by="ada"))
    told = [(entry.kind, entry.subject, entry.actor, entry.outcome) for entry in us.entries]
    assert told == [
        ("token made", "root", "grace", "'nightly', may change"),
        ("token revoked", "root", "ada", "'nightly', may change"),
    ]


def test_they_are_listed_by_person(us):
    us.people["grace"] = Person("grace", administrator=True)
    one, other = made(us).token, made(us, "grace").token
    assert set(us.run(tokens_of())) == {one, other}
    assert us.run(tokens_of("grace")) == (other,)
