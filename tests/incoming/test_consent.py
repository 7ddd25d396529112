"""A person decides about an application's wish, and takes back what they allowed."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from applinks.errors import AdministratorNeeded, DanceOver, StoreUnavailable
from applinks.incoming import consent
from applinks.incoming.consent import VERIFIER_LENGTH
from applinks.links import Decide, Decision, GrantsGiven, Level, digest_of
from applinks.questions import drive
from in_memory import NOW, InMemory, link_to
from incoming.endpoints.dancing import CALLBACK, Floor


@pytest.fixture
def floor() -> Floor:
    return Floor()


def asked(floor: Floor, token: str) -> consent.Asked:
    return floor.wiki.run(consent.asked(token))


# ---- who asks


def test_a_person_is_shown_the_application_that_asks_as_we_know_it(floor):
    """T-15, T-48: by our own record of it, and not by anything that it sent."""
    wish = asked(floor, floor.request_token())
    assert wish.link == floor.link
    assert (wish.token.callback, wish.token.decision) == (CALLBACK, Decision.NONE)


def test_to_look_decides_nothing(floor):
    token = floor.request_token()
    for _ in range(3):
        asked(floor, token)
    assert floor.decided(token).allowed


OVER = {
    "unknown": ("unknown", lambda floor, token: None),
    "too old": ("expired", lambda floor, token: floor.later(601)),
    "allowed already": ("used", lambda floor, token: floor.decided(token)),
    "refused already": ("used", lambda floor, token: floor.decided(token, "bob", allow=False)),
    "exchanged already": ("unknown", lambda floor, token: floor.swap(token, floor.decided(token).verifier)),
    "of a link that is gone": ("unknown", lambda floor, token: floor.wiki.remove(floor.link.id)),
    "of a link that was disabled": ("unknown", lambda floor, token: at_level(floor, Level.DISABLED)),
    "of a link that went over to Trusted Applications": ("unknown", lambda floor, token: at_level(floor, Level.TRUSTED)),
}


def at_level(floor: Floor, level: Level) -> None:
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, level=level)))


@pytest.mark.parametrize("why", OVER)
def test_what_cannot_be_decided_any_more_is_neither_shown_nor_decided(floor, why):
    """T-16"""
    state, happen = OVER[why]
    token = floor.request_token()
    happen(floor, token)
    token = "no such token" if why == "unknown" else token
    decided = [entry for entry in floor.wiki.entries if entry.kind == "consent"]
    for attempt in (lambda: asked(floor, token), lambda: floor.decided(token), lambda: floor.decided(token, allow=False)):
        with pytest.raises(DanceOver) as over:
            attempt()
        assert over.value.state == state
        assert over.value.remedy
    assert [entry for entry in floor.wiki.entries if entry.kind == "consent"] == decided


@pytest.mark.parametrize("token", ["", "\x00", "é", "\ud800", "a" * 10_000])
def test_any_text_at_all_is_a_request_that_is_unknown(floor, token):
    with pytest.raises(DanceOver):
        asked(floor, token)


def test_an_access_token_asks_for_nothing(floor):
    """protocol.md 1.7, 3"""
    with pytest.raises(DanceOver):
        asked(floor, floor.given()["oauth_token"])


@pytest.mark.parametrize(("seconds", "over"), [(599, False), (600, False), (601, True)])
def test_there_are_ten_minutes_to_decide(floor, seconds, over):
    """T-16"""
    token = floor.request_token()
    floor.later(seconds)
    if over:
        with pytest.raises(DanceOver):
            floor.decided(token)
    else:
        assert floor.decided(token).allowed


# ---- the decision


def test_who_allows_it_is_sent_back_with_a_verifier_and_the_callbacks_own_query_is_kept(floor):
    """protocol.md 1.7, 3"""
    token = floor.request_token()
    decided = floor.decided(token)
    there = urlsplit(decided.address)
    assert decided.address.startswith(f"{CALLBACK}&")
    assert dict(parse_qsl(there.query)) == {"state": "s-1", "oauth_token": token, "oauth_verifier": decided.verifier}
    assert (decided.allowed, decided.link) == (True, floor.link)


def test_who_refuses_it_is_sent_back_with_the_word_for_it(floor):
    """protocol.md 1.7, 3"""
    token = floor.request_token()
    decided = floor.decided(token, allow=False)
    assert dict(parse_qsl(urlsplit(decided.address).query))["oauth_verifier"] == decided.verifier == "denied"
    assert not decided.allowed
    assert floor.wiki.grants == {}


@pytest.mark.parametrize("allow", [True, False])
def test_without_a_callback_there_is_nowhere_to_go_and_the_verifier_is_shown(floor, allow):
    """protocol.md 1.7, 3"""
    decided = floor.decided(floor.request_token(None), allow=allow)
    assert decided.address is None
    assert decided.verifier


def test_a_verifier_is_of_128_bits_at_least_and_another_one_each_time(floor):
    """T-15, T-18"""
    verifiers = {floor.decided(floor.request_token()).verifier for _ in range(5)}
    assert len(verifiers) == 5
    assert VERIFIER_LENGTH * 6 >= 128
    assert all(len(verifier) == VERIFIER_LENGTH for verifier in verifiers)


def test_what_is_kept_of_the_verifier_is_a_digest(floor):
    """T-66"""
    token = floor.request_token()
    verifier = floor.decided(token).verifier
    kept = floor.wiki.request_tokens[digest_of(token)]
    assert (kept.decision, kept.user, kept.verifier) == (Decision.ALLOWED, "alice", digest_of(verifier))


@pytest.mark.parametrize(("allow", "outcome"), [(True, "allowed"), (False, "denied")])
def test_the_decision_is_on_record(floor, allow, outcome):
    floor.decided(floor.request_token(), "bob", allow=allow)
    (entry,) = [entry for entry in floor.wiki.entries if entry.kind == "consent"]
    assert (entry.outcome, entry.subject, entry.actor, entry.link, entry.mechanism) == (outcome, "bob", "bob", "Front", "3LO")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_it_is_decided_once_and_the_first_decision_stands(floor, first, second):
    """T-16: a refusal that is followed by an approval is a refusal."""
    token = floor.request_token()
    verifier = floor.decided(token, "alice", allow=first).verifier
    with pytest.raises(DanceOver) as over:
        floor.decided(token, "bob", allow=second)
    assert over.value.state == "used"
    assert (floor.swap(token, verifier).status == 200) is first
    assert [grant.user for grant in floor.wiki.grants.values()] == (["alice"] if first else [])


def test_of_two_who_decide_at_once_one_does(floor):
    """T-16: both have seen it undecided."""
    token = floor.request_token()

    def too_late(question):
        return False if isinstance(question, Decide) else floor.wiki.answer(question)

    with pytest.raises(DanceOver) as over:
        drive(consent.decide(token, floor.wiki.people["alice"], allow=True), too_late)
    assert over.value.state == "used"
    assert floor.wiki.entries == []


def test_where_the_decision_cannot_be_kept_nobody_is_sent_back(floor):
    """T-11"""
    token = floor.request_token()
    floor.wiki.failing[Decide] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        floor.decided(token)


# ---- what was given


@pytest.fixture
def granted(floor: Floor) -> Floor:
    """Alice and Bob have allowed Front, Alice also Build."""
    for user in ("alice", "bob"):
        floor.given(user)
        floor.later(1)
    front, floor.front = floor.front, InMemory("Build")
    floor.wiki.save(link_to(floor.front, level=Level.OAUTH))
    floor.front.now = floor.wiki.now
    floor.given("alice")
    floor.front = front
    return floor


def given(floor: Floor, user: str | None = None, link_id: str | None = None) -> list[tuple[str, str]]:
    return [(one.grant.user, one.link.name) for one in floor.wiki.run(consent.given(user, link_id))]


def test_everybody_sees_what_they_allowed_the_newest_first(granted):
    assert given(granted, "alice") == [("alice", "Build"), ("alice", "Front")]
    assert given(granted, "bob") == [("bob", "Front")]
    assert given(granted, "dave") == []


def test_an_administrator_sees_all_or_those_of_one_link(granted):
    assert given(granted) == [("alice", "Build"), ("bob", "Front"), ("alice", "Front")]
    assert given(granted, link_id=granted.link.id) == [("bob", "Front"), ("alice", "Front")]
    assert given(granted, "alice", granted.link.id) == [("alice", "Front")]


def test_what_has_ended_is_not_there_any_more(granted):
    granted.wiki.now = NOW + 160_272_000.5
    assert given(granted) == [("alice", "Build"), ("bob", "Front")]


def test_what_belongs_to_a_link_that_is_gone_is_gone_with_it(granted):
    granted.wiki.remove(granted.link.id)
    assert given(granted) == [("alice", "Build")]


# ---- taken back


def grant_of(floor: Floor, user: str, link: str = "Front") -> str:
    return next(one.grant.id for one in floor.wiki.run(consent.given(user)) if one.link.name == link)


def test_one_takes_back_ones_own_on_the_record(granted):
    taken = granted.wiki.run(consent.revoke(grant_of(granted, "alice"), "alice", administrator=False))
    assert (taken.grant.user, taken.link.name) == ("alice", "Front")
    assert given(granted) == [("alice", "Build"), ("bob", "Front")]
    (entry,) = [entry for entry in granted.wiki.entries if entry.kind == "grant revoked"]
    assert (entry.subject, entry.actor, entry.link) == ("alice", "alice", "Front")


@pytest.mark.parametrize("by", ["bob", "Alice", "root", ""])
def test_nobody_takes_back_anybody_elses(granted, by):
    """T-53: whoever is no administrator is told the same as for one that does not exist."""
    with pytest.raises(AdministratorNeeded) as refused:
        granted.wiki.run(consent.revoke(grant_of(granted, "alice"), by, administrator=False))
    with pytest.raises(AdministratorNeeded) as unknown:
        granted.wiki.run(consent.revoke("no such grant", by, administrator=False))
    assert str(refused.value) == str(unknown.value)
    assert len(given(granted)) == 3
    assert granted.wiki.outcomes("grant revoked") == []


def test_an_administrator_takes_back_anybodys_and_is_named(granted):
    granted.wiki.run(consent.revoke(grant_of(granted, "bob"), "root", administrator=True))
    assert given(granted, "bob") == []
    (entry,) = [entry for entry in granted.wiki.entries if entry.kind == "grant revoked"]
    assert (entry.subject, entry.actor) == ("bob", "root")


@pytest.mark.parametrize("administrator", [True, False])
def test_what_was_taken_back_already_is_not_there(granted, administrator):
    number = grant_of(granted, "alice")
    granted.wiki.run(consent.revoke(number, "alice", administrator=False))
    with pytest.raises(AdministratorNeeded, match="taken back already"):
        granted.wiki.run(consent.revoke(number, "alice", administrator=administrator))


def test_a_store_that_fails_takes_nothing_back_and_says_so(granted):
    """T-11"""
    granted.wiki.failing[GrantsGiven] = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        given(granted)
