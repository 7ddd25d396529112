"""What the questions about request tokens and grants promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import (
    CountWrongVerifier,
    Decide,
    Decision,
    Grant,
    GrantOfToken,
    GrantsGiven,
    KeepRequestToken,
    Link,
    RemoveLink,
    RenewGrant,
    RequestToken,
    RequestTokenOf,
    RevokeGrant,
    SpendRequestToken,
    digest_of,
)
from applinks.store import Store
from contracts.conftest import Clock
from contracts.test_store_tokens import race
from putting import put

NOW = 1_800_000_000
LINK = Link("far", "Tracker", "jira", "https://jira.example.test", "https://jira.example.test")
WISH = RequestToken(digest_of("wish"), "wish-secret", "far", "https://jira.example.test/cb?x=1", NOW + 600)
GRANT = Grant("g-1", "far", "alice", digest_of("token"), "token-secret", digest_of("handle"), NOW, NOW + 100, NOW + 200)


@pytest.fixture(autouse=True)
def link(store: Store) -> None:
    put(store, LINK)
    store.answer(KeepRequestToken(WISH))


def given(store: Store, grant: Grant = GRANT, wish: str = "wish") -> bool:
    done: bool = store.answer(SpendRequestToken(digest_of(wish), grant))
    return done


def test_a_request_token_is_found_by_its_digest(store: Store) -> None:
    assert store.answer(RequestTokenOf(digest_of("wish"))) == WISH
    assert store.answer(RequestTokenOf(digest_of("other"))) is None


def test_it_is_decided_once_t16(store: Store) -> None:
    one = Decide(WISH.digest, Decision.ALLOWED, "alice", digest_of("v"))
    two = Decide(WISH.digest, Decision.DENIED, "bob", digest_of("denied"))
    answers = race([lambda: store.answer(one), lambda: store.answer(two)] * 8)
    assert answers.count(True) == 1
    found = store.answer(RequestTokenOf(WISH.digest))
    assert (found.decision, found.user) in {(Decision.ALLOWED, "alice"), (Decision.DENIED, "bob")}
    assert store.answer(Decide(digest_of("unknown"), Decision.ALLOWED, "alice", "")) is False


def test_it_is_exchanged_once_and_the_grant_comes_with_it_t16(store: Store) -> None:
    tries = [replace(GRANT, id=f"g-{n}", token=digest_of(f"t-{n}")) for n in range(16)]
    assert sorted(race([lambda grant=grant: given(store, grant) for grant in tries])) == [False] * 15 + [True]
    assert len(store.answer(GrantsGiven())) == 1
    assert store.answer(RequestTokenOf(WISH.digest)) is None


def test_it_can_be_given_up_without_a_grant(store: Store) -> None:
    assert store.answer(SpendRequestToken(WISH.digest)) is True
    assert store.answer(SpendRequestToken(WISH.digest)) is False
    assert store.answer(GrantsGiven()) == ()


def test_the_fifth_wrong_verifier_burns_it_t18(store: Store) -> None:
    for _ in range(4):
        store.answer(CountWrongVerifier(WISH.digest))
    assert store.answer(RequestTokenOf(WISH.digest)) is not None
    store.answer(CountWrongVerifier(WISH.digest))
    assert store.answer(RequestTokenOf(WISH.digest)) is None


def test_those_whose_time_is_long_over_are_swept_by_the_next_one_t77(store: Store, clock: Clock) -> None:
    clock.now = NOW + 601
    store.answer(KeepRequestToken(replace(WISH, digest=digest_of("second"), until=NOW + 1200)))
    assert store.answer(RequestTokenOf(WISH.digest)) is not None, "it must still be told to be expired"
    clock.now = NOW + 4300
    store.answer(KeepRequestToken(replace(WISH, digest=digest_of("third"), until=NOW + 5000)))
    assert store.answer(RequestTokenOf(WISH.digest)) is None


def test_an_application_cannot_fill_the_table_with_wishes_t77(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applinks.store.grants.MOST_WISHES", 3)
    put(store, replace(LINK, id="other", name="Other"))
    store.answer(KeepRequestToken(replace(WISH, digest=digest_of("theirs"), link_id="other")))
    for number in range(5):
        store.answer(KeepRequestToken(replace(WISH, digest=digest_of(f"w{number}"), until=WISH.until + 1 + number)))
    found = [name for name in ("wish", "w0", "w1", "w2", "w3", "w4") if store.answer(RequestTokenOf(digest_of(name)))]
    assert found == ["w2", "w3", "w4"]
    assert store.answer(RequestTokenOf(digest_of("theirs"))) is not None


def test_an_application_has_so_many_grants_of_one_person_at_most_and_the_oldest_make_room_t77(store: Store) -> None:
    for number in range(12):
        store.answer(KeepRequestToken(replace(WISH, digest=digest_of(f"w{number}"))))
        more = {"id": f"g{number:02}", "token": digest_of(f"t{number}"), "made_at": NOW + number}
        assert given(store, replace(GRANT, **more), f"w{number}")
    store.answer(KeepRequestToken(replace(WISH, digest=digest_of("of bob"))))
    assert given(store, replace(GRANT, id="bob's", user="bob", token=digest_of("bob's")), "of bob")
    assert [grant.id for grant in store.answer(GrantsGiven("alice"))] == [f"g{number:02}" for number in range(11, 1, -1)]
    assert store.answer(GrantOfToken(digest_of("t0"))) is None
    assert len(store.answer(GrantsGiven())) == 11


def test_a_grant_is_found_by_its_token(store: Store) -> None:
    assert store.answer(GrantOfToken(digest_of("token"))) is None
    given(store)
    assert store.answer(GrantOfToken(digest_of("token"))) == GRANT


def test_a_renewed_grant_has_the_new_token_only(store: Store) -> None:
    given(store)
    fresh = replace(GRANT, token=digest_of("token 2"), secret="secret 2", handle=digest_of("handle 2"), expires_at=NOW + 150)
    answers = race([lambda: store.answer(RenewGrant(fresh, instead_of=GRANT.token))] * 8)
    assert answers.count(True) == 1
    assert store.answer(GrantOfToken(GRANT.token)) is None
    assert store.answer(GrantOfToken(fresh.token)) == fresh


def test_a_revoked_grant_is_gone_for_the_very_next_question(store: Store) -> None:
    given(store)
    assert store.answer(GrantOfToken(GRANT.token)) == GRANT
    assert store.answer(RevokeGrant("g-1")) == GRANT
    assert store.answer(GrantOfToken(GRANT.token)) is None
    assert store.answer(RevokeGrant("g-1")) is None


def test_nobody_revokes_the_grant_of_another_person(store: Store) -> None:
    given(store)
    assert store.answer(RevokeGrant("g-1", "bob")) is None
    assert store.answer(GrantOfToken(GRANT.token)) == GRANT
    assert store.answer(RevokeGrant("g-1", "alice")) == GRANT


def test_grants_are_listed_by_person_and_by_link_the_newest_first_while_they_last(store: Store, clock: Clock) -> None:
    put(store, replace(LINK, id="other", name="Other"))
    for number, (link_id, user) in enumerate((("far", "alice"), ("other", "alice"), ("far", "bob"))):
        store.answer(KeepRequestToken(replace(WISH, digest=digest_of(f"w{number}"), link_id=link_id)))
        more = {"id": f"g{number}", "link_id": link_id, "user": user, "token": digest_of(f"t{number}"), "made_at": NOW + number}
        given(store, replace(GRANT, **more, ends_at=NOW + 100 * (number + 1)), f"w{number}")
    assert [grant.id for grant in store.answer(GrantsGiven())] == ["g2", "g1", "g0"]
    assert [grant.id for grant in store.answer(GrantsGiven("alice"))] == ["g1", "g0"]
    assert [grant.id for grant in store.answer(GrantsGiven(link_id="far"))] == ["g2", "g0"]
    clock.now = NOW + 250
    assert [grant.id for grant in store.answer(GrantsGiven())] == ["g2"]


def test_grants_go_with_their_link(store: Store) -> None:
    given(store)
    store.answer(RemoveLink("far"))
    put(store, LINK)
    assert store.answer(GrantsGiven()) == ()
    assert store.answer(GrantOfToken(GRANT.token)) is None


def test_what_is_kept_of_a_token_is_its_digest() -> None:
    assert digest_of("token") == "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"


def test_nothing_shows_a_token() -> None:
    """T-66"""
    shown = repr([WISH, GRANT, GrantOfToken(GRANT.token), RenewGrant(GRANT, GRANT.token), RequestTokenOf(WISH.digest)])
    for secret in (WISH.digest, WISH.secret, GRANT.token, GRANT.secret, GRANT.handle):
        assert secret not in shown
