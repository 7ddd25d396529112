"""What the questions about tokens for automation promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

from applinks.incoming import (
    AutomationToken,
    AutomationTokenOf,
    AutomationTokens,
    KeepAutomationToken,
    NoteUse,
    RevokeAutomationToken,
)
from applinks.links import digest_of
from applinks.store import Store
from contracts.conftest import Clock
from contracts.test_store_tokens import race

NOW = 1_800_000_000
TOKEN = AutomationToken("t-1", "nightly", "ada", True, NOW, NOW + 100)


def keep(store: Store, token: AutomationToken = TOKEN, most: int = 10) -> bool:
    kept: bool = store.answer(KeepAutomationToken(token, digest_of(token.id), most))
    return kept


def test_a_token_is_found_by_its_digest(store: Store) -> None:
    assert store.answer(AutomationTokenOf(digest_of("t-1"))) is None
    assert keep(store) is True
    assert store.answer(AutomationTokenOf(digest_of("t-1"))) == TOKEN
    assert store.answer(AutomationTokenOf(digest_of("t-2"))) is None
    assert store.answer(AutomationTokenOf("t-1")) is None


def test_a_revoked_one_is_gone_for_the_very_next_question(store: Store) -> None:
    keep(store)
    answers = race([lambda: store.answer(RevokeAutomationToken("t-1"))] * 8)
    assert [answer for answer in answers if answer is not None] == [TOKEN]
    assert store.answer(AutomationTokenOf(digest_of("t-1"))) is None
    assert store.answer(AutomationTokens()) == ()


def test_one_person_has_so_many_at_most_however_many_ask_at_once_t77(store: Store) -> None:
    tries = [replace(TOKEN, id=f"t-{number}") for number in range(12)]
    assert sorted(race([lambda token=token: keep(store, token, 3) for token in tries])) == [False] * 9 + [True] * 3
    assert len(store.answer(AutomationTokens("ada"))) == 3
    assert keep(store, replace(TOKEN, id="g-1", user="grace"), 3) is True


def test_expired_ones_are_swept_by_the_next_one_t77(store: Store, clock: Clock) -> None:
    keep(store)
    clock.now = NOW + 99
    keep(store, replace(TOKEN, id="t-2", expires_at=NOW + 500))
    assert store.answer(AutomationTokenOf(digest_of("t-1"))) == TOKEN
    clock.now = NOW + 100
    assert keep(store, replace(TOKEN, id="t-3", expires_at=NOW + 500), 2) is True
    assert [token.id for token in store.answer(AutomationTokens())] == ["t-2", "t-3"]


def test_they_are_listed_by_person_the_newest_first(store: Store) -> None:
    for number, user in enumerate(("ada", "grace", "ada")):
        keep(store, replace(TOKEN, id=f"t-{number}", user=user, made_at=NOW + number))
    assert [token.id for token in store.answer(AutomationTokens())] == ["t-2", "t-1", "t-0"]
    assert [token.id for token in store.answer(AutomationTokens("ada"))] == ["t-2", "t-0"]


def test_the_last_use_never_goes_back(store: Store) -> None:
    keep(store)
    for at in (NOW + 5, NOW + 60, NOW + 30):
        store.answer(NoteUse("t-1", at))
    assert store.answer(AutomationTokenOf(digest_of("t-1"))).used_at == NOW + 60
    store.answer(NoteUse("nothing", NOW))


def test_nothing_shows_what_proves_a_token() -> None:
    """T-66"""
    assert digest_of("t-1") not in repr([KeepAutomationToken(TOKEN, digest_of("t-1")), AutomationTokenOf(digest_of("t-1"))])
