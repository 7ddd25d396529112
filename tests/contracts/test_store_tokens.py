"""What the questions about people's tokens and about dances promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from applinks.links import (
    AccessToken,
    Consent,
    ConsentsHeld,
    Dance,
    DanceOf,
    EndDance,
    Facts,
    FactsFor,
    ForgetToken,
    KeepDance,
    KeepToken,
    Link,
    RemoveLink,
    TakeTurn,
)
from applinks.store import Store
from contracts.conftest import Clock
from putting import put

NOW = 1_800_000_000
LINK = Link("far", "Wiki", "confluence", "https://wiki.example.test", "https://wiki.example.test")
TOKEN = AccessToken("far", "alice", "token-1", "secret-1", NOW, "handle-1", NOW + 100, NOW + 200)
DANCE = Dance("state-1", "far", "alice", "request-token", "request-secret", "/browse/OPS-1?x=ä", NOW + 600)


@pytest.fixture(autouse=True)
def link(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.example.test")
    put(store, LINK)


def facts(store: Store, user: str) -> Facts:
    found: Facts = store.answer(FactsFor("far", user))
    return found


def race(work: list) -> list:
    """The answers of calls that are made at the same moment."""
    answers, start = [], Barrier(len(work))

    def one(call):
        start.wait()
        answers.append(call())

    threads = [Thread(target=one, args=(call,)) for call in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_token_is_among_the_facts_of_its_person_and_of_nobody_else(store: Store) -> None:
    store.answer(KeepToken(TOKEN))
    assert facts(store, "alice").token == TOKEN
    assert facts(store, "bob").token is None
    assert store.answer(FactsFor("far")).token is None


@pytest.mark.parametrize("name", ["Alice", "alice ", "ALICE", "а\u200blice"])
def test_a_name_that_looks_alike_is_another_person_t22(store: Store, name: str) -> None:
    store.answer(KeepToken(TOKEN))
    assert facts(store, name).token is None


def test_a_token_without_dates_and_handle_comes_back_as_it_was(store: Store) -> None:
    plain = AccessToken("far", "alice", "t", "", NOW)
    store.answer(KeepToken(plain))
    assert facts(store, "alice").token == plain


def test_a_new_token_takes_the_place_of_the_old_one(store: Store) -> None:
    store.answer(KeepToken(TOKEN))
    store.answer(KeepToken(replace(TOKEN, token="token-2")))
    assert facts(store, "alice").token.token == "token-2"
    assert store.answer(ConsentsHeld("alice")) == (Consent("far", "alice", NOW, NOW + 100, NOW + 200),)


def test_a_token_is_forgotten_only_if_it_is_the_one_that_is_meant(store: Store) -> None:
    store.answer(KeepToken(TOKEN))
    assert store.answer(ForgetToken("far", "alice", "token-0")) is False
    assert store.answer(ForgetToken("far", "alice", "token-1")) is True
    assert store.answer(ForgetToken("far", "alice")) is False
    assert facts(store, "alice").token is None


def test_all_tokens_can_be_listed_by_person_and_by_link_the_newest_first(store: Store) -> None:
    put(store, replace(LINK, id="other", name="Other"))
    for token in (TOKEN, replace(TOKEN, link_id="other", made_at=NOW + 1), replace(TOKEN, user="bob", made_at=NOW + 2)):
        store.answer(KeepToken(token))
    assert [held.user for held in store.answer(ConsentsHeld())] == ["bob", "alice", "alice"]
    assert [held.link_id for held in store.answer(ConsentsHeld("alice"))] == ["other", "far"]
    assert [held.user for held in store.answer(ConsentsHeld(link_id="far"))] == ["bob", "alice"]


def test_tokens_go_with_their_link(store: Store) -> None:
    store.answer(KeepToken(TOKEN))
    store.answer(KeepDance(DANCE))
    store.answer(RemoveLink("far"))
    put(store, LINK)
    assert store.answer(ConsentsHeld()) == ()
    assert store.answer(DanceOf("state-1")) is None


def test_a_dance_is_found_by_its_state_and_ends_once(store: Store) -> None:
    store.answer(KeepDance(DANCE))
    assert store.answer(DanceOf("state-1")) == DANCE
    assert store.answer(DanceOf("state-2")) is None
    assert sorted(race([lambda: store.answer(EndDance("state-1"))] * 8)) == [False] * 7 + [True]
    assert store.answer(DanceOf("state-1")) is None


def test_dances_that_took_too_long_are_swept_by_the_next_one_t77(store: Store, clock: Clock) -> None:
    store.answer(KeepDance(DANCE))
    clock.now = NOW + 601
    store.answer(KeepDance(replace(DANCE, state="state-2", until=NOW + 1200)))
    assert store.answer(DanceOf("state-1")) is None
    assert store.answer(DanceOf("state-2")) is not None


def test_a_person_has_so_many_dances_at_once_at_most_and_the_oldest_make_room_t77(store: Store) -> None:
    store.answer(KeepDance(replace(DANCE, state="bob's", user="bob")))
    for number in range(12):
        store.answer(KeepDance(replace(DANCE, state=f"s{number}", until=DANCE.until + number)))
    assert [number for number in range(12) if store.answer(DanceOf(f"s{number}"))] == list(range(2, 12))
    assert store.answer(DanceOf("bob's")) is not None


def test_a_turn_is_taken_by_one_only(store: Store) -> None:
    answers = race([lambda: store.answer(TakeTurn("renew far alice", NOW + 30))] * 8)
    assert sorted(answers) == [False] * 7 + [True]
    assert store.answer(TakeTurn("renew far bob", NOW + 30)) is True


def test_nothing_shows_a_token(store: Store) -> None:
    """T-66"""
    store.answer(KeepToken(TOKEN))
    shown = repr(
        [TOKEN, DANCE, facts(store, "alice"), KeepToken(TOKEN), KeepDance(DANCE), ForgetToken("far", "alice", "token-1")]
    )
    for secret in ("token-1", "secret-1", "handle-1", "request-token", "request-secret", "state-1"):
        assert secret not in shown
