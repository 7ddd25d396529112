"""What we hold on the calling side: a person's consent, the dance that leads to it, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from applinks.links import (
    AccessToken,
    ConsentsHeld,
    Dance,
    DanceOf,
    EndDance,
    FactsFor,
    ForgetToken,
    KeepDance,
    KeepToken,
    Level,
    TakeTurn,
)
from in_memory import NOW, InMemory, link_to

SECRETS = {"token": "t-0ken", "secret": "s-3cret", "session_handle": "h-4ndle"}


def token(link_id: str = "id", user: str = "alice", made_at: int = 1, **more: object) -> AccessToken:
    return AccessToken(link_id=link_id, user=user, made_at=made_at, **{**SECRETS, **more})


@pytest.mark.parametrize(
    "shown",
    [
        token(),
        KeepToken(token()),
        ForgetToken("id", "alice", SECRETS["token"]),
        Dance("s-tate", "id", "alice", "t-0ken", "s-3cret", "/", 1),
        KeepDance(Dance("s-tate", "id", "alice", "t-0ken", "s-3cret", "/", 1)),
        DanceOf("s-tate"),
        EndDance("s-tate"),
    ],
)
def test_neither_tokens_nor_what_names_a_dance_are_shown(shown):
    """T-66"""
    assert not any(secret in repr(shown) for secret in (*SECRETS.values(), "s-tate"))


# ---- how long it may be used


@pytest.mark.parametrize(
    ("expires_at", "now", "holds"), [(None, 10**12, True), (100, 99.9, True), (100, 100, False), (100, 101, False)]
)
def test_a_token_holds_until_its_end(expires_at, now, holds):
    assert token(expires_at=expires_at).holds(now) is holds


@pytest.mark.parametrize(
    ("handle", "ends_at", "renewable"),
    [("h", None, True), ("h", 101, True), ("h", 100, False), ("h", 99, False), (None, None, False), (None, 101, False)],
)
def test_it_is_renewable_with_a_handle_until_the_end_of_its_session(handle, ends_at, renewable):
    """protocol.md 1.7, 6"""
    assert token(session_handle=handle, ends_at=ends_at).renewable(100) is renewable


# ---- kept


@pytest.fixture
def us(application: Callable[[str], Any]) -> Any:
    here = application("Front")
    for name in ("Wiki", "Build"):
        here.save(link_to(InMemory(name), level=Level.OAUTH))
    return here


def test_a_person_has_one_token_for_a_link_the_newest(us):
    link = us.link("Wiki")
    us.answer(KeepToken(token(link.id, token="first")))
    us.answer(KeepToken(token(link.id, token="second")))
    assert us.answer(FactsFor(link.id, "alice")).token.token == "second"
    assert len(us.answer(ConsentsHeld())) == 1


def test_it_is_that_persons_and_that_links(us):
    """T-25"""
    us.answer(KeepToken(token(us.link("Wiki").id)))
    assert us.answer(FactsFor(us.link("Wiki").id, "bob")).token is None
    assert us.answer(FactsFor(us.link("Build").id, "alice")).token is None
    assert us.answer(FactsFor(us.link("Wiki").id)).token is None


def test_they_are_listed_for_a_person_for_a_link_or_all_the_newest_first(us):
    wiki, build = us.link("Wiki").id, us.link("Build").id
    for made_at, (link, user) in enumerate(((wiki, "alice"), (build, "alice"), (wiki, "bob"))):
        us.answer(KeepToken(token(link, user, made_at)))

    def held(**which: str) -> list[tuple[str, str]]:
        return [(one.link_id, one.user) for one in us.answer(ConsentsHeld(**which))]

    assert held() == [(wiki, "bob"), (build, "alice"), (wiki, "alice")]
    assert held(user="alice") == [(build, "alice"), (wiki, "alice")]
    assert held(link_id=wiki) == [(wiki, "bob"), (wiki, "alice")]
    assert held(user="bob", link_id=build) == []


@pytest.mark.parametrize(("meant", "gone"), [(None, True), ("t-0ken", True), ("an older one", False)])
def test_it_is_forgotten_if_it_is_the_one_that_is_meant(us, meant, gone):
    """R-41"""
    link = us.link("Wiki")
    us.answer(KeepToken(token(link.id)))
    assert us.answer(ForgetToken(link.id, "alice", meant)) is gone
    assert (us.answer(FactsFor(link.id, "alice")).token is None) is gone
    assert us.answer(ForgetToken(link.id, "bob")) is False


# ---- dances, turns


def test_a_dance_ends_for_one_caller_only(us):
    """T-16"""
    us.answer(KeepDance(Dance("state", us.link("Wiki").id, "alice", "t", "s", "/", int(NOW) + 600)))
    assert us.answer(DanceOf("state")).user == "alice"
    assert us.answer(DanceOf("other")) is None
    assert [us.answer(EndDance("state")) for _ in range(3)] == [True, False, False]
    assert us.answer(DanceOf("state")) is None


def test_a_turn_is_taken_by_one_until_it_may_be_forgotten(us):
    assert [us.answer(TakeTurn("renew", int(NOW) + 30)) for _ in range(3)] == [True, False, False]
    assert us.answer(TakeTurn("another", int(NOW) + 30))
    us.now += 31
    assert us.answer(TakeTurn("renew", int(us.now) + 30))


def test_what_a_person_gave_survives_a_power_cut_and_a_turn_need_not():
    assert KeepToken(token()).durable
    assert KeepDance(Dance("s", "id", "alice", "t", "s", "/", 1)).durable
    assert not TakeTurn("renew", 1).durable


def test_a_link_takes_its_tokens_and_dances_with_it(us):
    link = us.link("Wiki")
    us.answer(KeepToken(token(link.id)))
    us.answer(KeepDance(Dance("state", link.id, "alice", "t", "s", "/", int(NOW) + 600)))
    us.remove(link.id)
    us.save(link)
    assert us.answer(FactsFor(link.id, "alice")).token is None
    assert us.answer(DanceOf("state")) is None
