"""What was given on the called side: digests, decided once, spent once, ended at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.links import (
    CountWrongVerifier,
    Decide,
    Decision,
    Grant,
    GrantOfToken,
    GrantsGiven,
    KeepRequestToken,
    Level,
    RenewGrant,
    RequestToken,
    RequestTokenOf,
    RevokeGrant,
    SpendRequestToken,
    digest_of,
)
from in_memory import NOW, InMemory, link_to

SECRETS = ("d-1gest", "s-3cret", "h-4ndle", "v-3rifier", "t-0ken")


def wish(us: Any, digest: str = "d-1gest") -> RequestToken:
    return RequestToken(digest, "s-3cret", us.link("Front").id, None, int(NOW) + 600, verifier=None)


def grant(us: Any, id: str = "1", token: str = "t-0ken", user: str = "alice", made_at: int = 1) -> Grant:  # noqa: A002
    return Grant(id, us.link("Front").id, user, token, "s-3cret", "h-4ndle", made_at, int(NOW) + 10, int(NOW) + 20)


@pytest.fixture
def us(application: Callable[[str], Any]) -> Any:
    here = application("Wiki")
    here.save(link_to(InMemory("Front"), level=Level.OAUTH))
    return here


# ---- digests


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_digest_is_always_the_same_and_another_one_for_another_text(one, other):
    """T-18"""
    assert digest_of(one) == digest_of(one)
    assert (digest_of(one) == digest_of(other)) is (one == other)


@pytest.mark.parametrize("text", ["", "token", "\ud800", "名", "x" * 100_000])
def test_any_text_has_one_that_does_not_hold_it(text):
    digest = digest_of(text)
    assert len(digest) == 64
    assert int(digest, 16)
    assert text == "" or text not in digest


def test_nothing_of_it_is_shown(us):
    """T-66"""
    shown = [
        replace(wish(us), verifier="v-3rifier"),
        grant(us),
        KeepRequestToken(wish(us)),
        RequestTokenOf("d-1gest"),
        Decide("d-1gest", Decision.ALLOWED, "alice", "v-3rifier"),
        CountWrongVerifier("d-1gest"),
        SpendRequestToken("d-1gest", grant(us)),
        GrantOfToken("t-0ken"),
        RenewGrant(grant(us), instead_of="t-0ken"),
    ]
    assert not [one for one in shown if any(secret in repr(one) for secret in SECRETS)]


def test_all_of_it_survives_a_power_cut(us):
    questions = (
        KeepRequestToken(wish(us)),
        Decide("d", Decision.ALLOWED, "alice", "v"),
        CountWrongVerifier("d"),
        SpendRequestToken("d"),
        RenewGrant(grant(us), "t"),
        RevokeGrant("1"),
    )
    assert all(question.durable for question in questions)


# ---- request tokens


def test_it_is_decided_once_by_whoever_was_first(us):
    """T-16"""
    us.answer(KeepRequestToken(wish(us)))
    assert us.answer(Decide("d-1gest", Decision.DENIED, "alice", "v"))
    assert not us.answer(Decide("d-1gest", Decision.ALLOWED, "bob", "w"))
    kept = us.answer(RequestTokenOf("d-1gest"))
    assert (kept.decision, kept.user, kept.verifier) == (Decision.DENIED, "alice", "v")
    assert not us.answer(Decide("unknown", Decision.ALLOWED, "alice", "v"))


def test_it_is_spent_once_and_the_grant_comes_with_it(us):
    """T-16"""
    us.answer(KeepRequestToken(wish(us)))
    assert us.answer(SpendRequestToken("d-1gest", grant(us)))
    assert us.answer(GrantOfToken("t-0ken")).user == "alice"
    assert not us.answer(SpendRequestToken("d-1gest", grant(us, "2", "t2")))
    assert us.answer(GrantOfToken("t2")) is None


def test_it_may_be_spent_for_nothing(us):
    us.answer(KeepRequestToken(wish(us)))
    assert us.answer(SpendRequestToken("d-1gest"))
    assert us.answer(RequestTokenOf("d-1gest")) is None
    assert us.answer(GrantsGiven()) == ()


def test_the_fifth_wrong_verifier_burns_it_and_no_other(us):
    """T-18"""
    us.answer(KeepRequestToken(wish(us)))
    us.answer(KeepRequestToken(wish(us, "other")))
    for number in range(5):
        assert us.answer(RequestTokenOf("d-1gest")) is not None, number
        us.answer(CountWrongVerifier("d-1gest"))
    assert us.answer(RequestTokenOf("d-1gest")) is None
    assert us.answer(RequestTokenOf("other")) is not None


# ---- grants


def give(us: Any, one: Grant) -> Grant:
    us.answer(KeepRequestToken(wish(us, f"for {one.id}")))
    us.answer(SpendRequestToken(f"for {one.id}", one))
    return one


def test_a_grant_is_renewed_by_whoever_still_has_its_token(us):
    first = give(us, grant(us))
    second = replace(first, token="second")
    assert us.answer(RenewGrant(second, instead_of="t-0ken"))
    assert not us.answer(RenewGrant(replace(first, token="third"), instead_of="t-0ken"))
    assert us.answer(GrantOfToken("t-0ken")) is None
    assert us.answer(GrantOfToken("second")) == second


def test_those_that_have_not_ended_are_listed_the_newest_first(us):
    for number, user in enumerate(("alice", "bob", "alice")):
        give(us, grant(us, str(number), f"t{number}", user, number))
    assert [one.id for one in us.answer(GrantsGiven())] == ["2", "1", "0"]
    assert [one.id for one in us.answer(GrantsGiven(user="alice"))] == ["2", "0"]
    assert us.answer(GrantsGiven(link_id="other")) == ()
    us.now = NOW + 20
    assert us.answer(GrantsGiven()) == ()


@pytest.mark.parametrize(("user", "ended"), [(None, True), ("alice", True), ("bob", False), ("", False)])
def test_it_is_ended_by_its_person_or_by_whoever_may_end_all(us, user, ended):
    give(us, grant(us))
    assert (us.answer(RevokeGrant("1", user)) is not None) is ended
    assert (us.answer(GrantOfToken("t-0ken")) is None) is ended


def test_what_has_ended_cannot_be_ended_or_renewed_again(us):
    one = give(us, grant(us))
    us.answer(RevokeGrant("1"))
    assert us.answer(RevokeGrant("1")) is None
    assert not us.answer(RenewGrant(one, instead_of="t-0ken"))


def test_a_link_takes_what_was_given_with_it(us):
    link = us.link("Front")
    give(us, grant(us))
    us.answer(KeepRequestToken(wish(us)))
    us.remove(link.id)
    us.save(link)
    assert us.answer(GrantOfToken("t-0ken")) is None
    assert us.answer(RequestTokenOf("d-1gest")) is None
