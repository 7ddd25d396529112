"""A person's consent becomes a token; and a token is renewed (protocol.md 1.7, 4 to 6)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from applinks.errors import StoreUnavailable
from applinks.incoming import Principal, consent
from applinks.incoming.endpoints.access_token import PATHS, SESSION_LIFE, TOKEN_LIFE
from applinks.links import (
    CountWrongVerifier,
    Level,
    RenewGrant,
    RequestTokenOf,
    RevokeGrant,
    SpendRequestToken,
    digest_of,
)
from applinks.mechanisms import load
from applinks.people import Person
from applinks.questions import drive
from applinks.wire.messages import Request, Response
from applinks.wire.problems import refusal_in
from in_memory import NOW, InMemory, link_to
from incoming.endpoints.dancing import ACCESS_TOKEN, Floor, asking, by_hmac, refused, said, secret_of
from incoming.senders import outcome, signed

DAY = 86_400


@pytest.fixture
def floor() -> Floor:
    return Floor()


def used(floor: Floor, token: str) -> object:
    """What becomes of a call with this access token."""
    return outcome(floor.wiki, signed(floor.front, user=None, token=token, nonce=f"n-{len(floor.wiki.nonces)}"))


def grant(floor: Floor):
    (found,) = floor.wiki.grants.values()
    return found


# ---- a request token for an access token


def test_the_reply_has_the_products_own_members_in_their_order_and_numbers(floor):
    """protocol.md 1.7, 4"""
    answer = floor.swap(*floor.allowed())
    assert answer.header("content-type") == "text/plain"
    assert answer.header("cache-control") == "no-store"
    assert list(said(answer)) == [
        "oauth_token",
        "oauth_token_secret",
        "oauth_expires_in",
        "oauth_session_handle",
        "oauth_authorization_expires_in",
    ]
    assert (said(answer)["oauth_expires_in"], said(answer)["oauth_authorization_expires_in"]) == ("157680000", "160272000")
    assert (TOKEN_LIFE, SESSION_LIFE) == (157_680_000, 160_272_000)


def test_with_the_token_the_application_acts_as_the_person_who_agreed(floor):
    token = floor.given("bob")["oauth_token"]
    principal = used(floor, token)
    assert isinstance(principal, Principal)
    assert (principal.person.name, principal.link.name, principal.mechanism) == ("bob", "Front", "3LO")


def test_what_is_kept_are_digests_and_dates(floor):
    """T-66"""
    reply = floor.given()
    kept = grant(floor)
    assert (kept.token, kept.handle) == (digest_of(reply["oauth_token"]), digest_of(reply["oauth_session_handle"]))
    assert (kept.user, kept.link_id, kept.made_at) == ("alice", floor.link.id, int(NOW))
    assert (kept.expires_at, kept.ends_at) == (int(NOW) + TOKEN_LIFE, int(NOW) + SESSION_LIFE)
    assert not any(value in repr(floor.wiki.grants) for value in reply.values() if len(value) > 20)


def test_it_is_written_down_for_whom_over_which_link(floor):
    floor.given()
    (entry,) = [entry for entry in floor.wiki.entries if entry.kind == "grant given"]
    assert (entry.subject, entry.actor, entry.link, entry.mechanism) == ("alice", "alice", "Front", "3LO")


def test_tokens_of_all_kinds_are_long_and_different(floor):
    """T-18"""
    replies = [floor.given(), floor.given()]
    texts = [reply[name] for reply in replies for name in ("oauth_token", "oauth_token_secret", "oauth_session_handle")]
    assert len(set(texts)) == 6
    assert all(len(text) >= 43 for text in texts)


def test_a_request_token_is_exchanged_once(floor):
    """T-16; protocol.md 1.7, 5; strict-fake checklist 8"""
    token, verifier = floor.allowed()
    assert floor.swap(token, verifier).status == 200
    assert refused(floor.swap(token, verifier)) == (401, "token_rejected")
    assert len(floor.wiki.grants) == 1


def test_of_two_who_exchange_it_at_once_one_does(floor):
    """T-16: both have seen it allowed; one of them gives it up."""
    token, verifier = floor.allowed()
    answer = floor.wiki.answer
    floor.wiki.answer = lambda question: False if isinstance(question, SpendRequestToken) else answer(question)
    assert refused(floor.swap(token, verifier)) == (401, "token_rejected")
    assert floor.wiki.grants == {}
    assert floor.wiki.outcomes("grant given") == []


def test_before_anybody_decided_it_is_unknown_whether_they_will(floor):
    """protocol.md 1.6"""
    token = floor.request_token()
    for verifier in ("guess", None):
        assert refused(floor.swap(token, verifier)) == (401, "permission_unknown")
    assert floor.decided(token).allowed, "and it can still be decided"


def test_after_somebody_said_no_it_is_denied_and_over(floor):
    """T-16, protocol.md 1.6"""
    token = floor.request_token()
    verifier = floor.decided(token, allow=False).verifier
    assert refused(floor.swap(token, verifier)) == (401, "permission_denied")
    assert refused(floor.swap(token, verifier)) == (401, "token_rejected")
    assert floor.wiki.grants == {}


@pytest.mark.parametrize(("seconds", "problem"), [(599, None), (600, None), (601, "token_expired"), (86_400, "token_expired")])
def test_after_ten_minutes_it_is_expired(floor, seconds, problem):
    """protocol.md 1.6, strict-fake checklist 9"""
    token, verifier = floor.allowed()
    floor.later(seconds)
    answer = floor.swap(token, verifier)
    if problem is None:
        assert answer.status == 200
    else:
        assert refused(answer) == (401, problem)
        assert floor.wiki.grants == {}


@pytest.mark.parametrize("token", ["", "unknown", "a" * 500])
def test_a_token_that_was_never_given_is_rejected(floor, token):
    problem = (401, "token_rejected") if token else (400, "parameter_absent")
    assert refused(floor.swap(token, "v")) == problem


@pytest.mark.parametrize("name", ["oauth_token", "oauth_verifier"])
def test_each_parameter_that_is_missing_is_named(floor, name):
    """protocol.md 1.6"""
    token, verifier = floor.allowed()
    given = (None, verifier) if name == "oauth_token" else (token, None)
    answer = floor.swap(*given)
    assert refused(answer) == (400, "parameter_absent")
    assert refusal_in(answer).companion("oauth_parameters_absent") == name
    assert floor.swap(token, verifier).status == 200, "and nothing is lost by it"


def test_the_right_verifier_is_good_after_four_wrong_ones(floor):
    """T-18"""
    token, verifier = floor.allowed()
    for guess in ("", "guess", verifier.swapcase(), f"{verifier} "):
        assert refused(floor.swap(token, guess)) == (401, "token_rejected")
    assert floor.swap(token, verifier).status == 200


def test_five_wrong_ones_burn_the_request_token(floor):
    """T-18"""
    token, verifier = floor.allowed()
    for number in range(5):
        assert refused(floor.swap(token, f"guess {number}")) == (401, "token_rejected")
    assert refused(floor.swap(token, verifier)) == (401, "token_rejected")
    assert floor.wiki.grants == {}
    assert floor.wiki.kinds().count("CountWrongVerifier") == 5


def test_a_stranger_cannot_burn_it(floor):
    """T-13, T-18: only what the application itself signs is counted."""
    token, verifier = floor.allowed()
    for _ in range(10):
        floor.swap(token, "guess", key=InMemory("Stranger").key)
    assert "CountWrongVerifier" not in floor.wiki.kinds()
    assert floor.swap(token, verifier).status == 200


def test_a_verifier_of_another_request_token_will_not_do(floor):
    """T-15, strict-fake checklist 7"""
    token, _ = floor.allowed()
    _, other = floor.allowed()
    assert refused(floor.swap(token, other)) == (401, "token_rejected")


def test_the_word_denied_is_no_verifier(floor):
    token, _ = floor.allowed()
    assert refused(floor.swap(token, "denied")) == (401, "token_rejected")


def test_an_access_token_is_no_request_token_and_the_other_way_round(floor):
    """protocol.md 1.6"""
    token, _ = floor.allowed()
    assert used(floor, token).body == b"oauth_problem=token_rejected"
    given = floor.given()
    assert refused(floor.swap(given["oauth_token"], "v")) == (401, "token_rejected")


@pytest.mark.parametrize(("owner", "thief"), list(permutations(["Front", "Build", "Forge"], 2)))
def test_no_application_gets_anything_for_the_token_of_another(floor, owner, thief):
    """T-17: all pairs of three; neither a request token nor the session of an access token."""
    callers = {name: InMemory(name) for name in ("Front", "Build", "Forge")}
    for name in ("Build", "Forge"):
        floor.wiki.save(link_to(callers[name], level=Level.OAUTH))
    floor.front = callers[owner]
    token, verifier = floor.allowed()
    given = floor.given()
    floor.front = callers[thief]
    assert refused(floor.swap(token, verifier)) == (401, "token_rejected")
    assert refused(floor.renew(given["oauth_token"], given["oauth_session_handle"])) == (401, "token_rejected")
    assert used(floor, given["oauth_token"]).body == b"oauth_problem=token_rejected"
    floor.front = callers[owner]
    assert floor.swap(token, verifier).status == 200, "the owner's is as good as before"
    assert isinstance(used(floor, given["oauth_token"]), Principal)


def test_with_a_shared_secret_that_of_the_request_token_takes_part():
    """RFC 5849, 3.4.2"""
    floor = by_hmac()
    asked = said(floor.ask(key=secret_of("shared")))
    verifier = floor.decided(asked["oauth_token"]).verifier
    assert refused(floor.swap(asked["oauth_token"], verifier, key=secret_of("shared"))) == (401, "signature_invalid")
    given = said(floor.swap(asked["oauth_token"], verifier, key=secret_of("shared", asked["oauth_token_secret"])))
    with_first = {"key": secret_of("shared", asked["oauth_token_secret"])}
    with_second = {"key": secret_of("shared", given["oauth_token_secret"])}
    assert refused(floor.renew(given["oauth_token"], given["oauth_session_handle"], **with_first)) == (401, "signature_invalid")
    assert floor.renew(given["oauth_token"], given["oauth_session_handle"], **with_second).status == 200


def test_a_link_that_was_disabled_meanwhile_gives_nothing(floor):
    token, verifier = floor.allowed()
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, level=Level.DISABLED)))
    assert refused(floor.swap(token, verifier)) == (401, "signature_invalid")
    assert floor.wiki.grants == {}


@pytest.mark.parametrize("level", [Level.TRUSTED, Level.BASIC])
def test_nor_does_one_that_went_over_to_another_kind(floor, level):
    token, verifier = floor.allowed()
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, level=level)))
    assert refused(floor.swap(token, verifier)) == (401, "permission_denied")


def test_a_person_who_was_disabled_meanwhile_does_not_act(floor):
    """T-21: a token is not a person."""
    token = floor.given()["oauth_token"]
    floor.wiki.people["alice"] = Person("alice", active=False)
    assert used(floor, token).body == b"oauth_problem=permission_denied"
    del floor.wiki.people["alice"]
    assert used(floor, token).body == b"oauth_problem=permission_denied"


def test_an_administrator_who_agreed_acts_as_what_they_are(floor):
    """T-20: nobody impersonates them; they allowed it themselves."""
    assert used(floor, floor.given("root")["oauth_token"]).person.administrator


def test_a_revoked_grant_is_refused_on_the_next_request(floor):
    token = floor.given()["oauth_token"]
    assert isinstance(used(floor, token), Principal)
    floor.wiki.answer(RevokeGrant(grant(floor).id))
    assert used(floor, token).body == b"oauth_problem=token_rejected"


# ---- an access token for a fresh one


def test_a_token_is_renewed_by_its_session_handle(floor):
    """protocol.md 1.7, 6: the same reply, and the old one is over."""
    first = floor.given()
    floor.later(DAY)
    answer = floor.renew(first["oauth_token"], first["oauth_session_handle"])
    second = said(answer)
    assert list(second) == list(first)
    assert not any(second[name] == first[name] for name in ("oauth_token", "oauth_token_secret", "oauth_session_handle"))
    assert isinstance(used(floor, second["oauth_token"]), Principal)
    assert used(floor, first["oauth_token"]).body == b"oauth_problem=token_rejected"
    assert grant(floor).user == "alice"
    assert floor.wiki.outcomes("grant renewed") == ["done"]


def test_the_session_keeps_its_beginning_and_its_end(floor):
    """protocol.md 1.7, 6: who renews for ever still has to ask the person again one day."""
    first = floor.given()
    floor.later(DAY)
    second = said(floor.renew(first["oauth_token"], first["oauth_session_handle"]))
    assert (grant(floor).made_at, grant(floor).ends_at) == (int(NOW), int(NOW) + SESSION_LIFE)
    assert int(second["oauth_authorization_expires_in"]) == SESSION_LIFE - DAY


def test_no_token_outlives_its_session(floor):
    first = floor.given()
    floor.later(SESSION_LIFE - DAY)
    second = said(floor.renew(first["oauth_token"], first["oauth_session_handle"]))
    assert int(second["oauth_expires_in"]) == int(second["oauth_authorization_expires_in"]) == DAY
    assert grant(floor).expires_at == grant(floor).ends_at


def test_an_expired_token_is_renewed_as_long_as_its_session_lasts(floor):
    """protocol.md 1.7, 6"""
    first = floor.given()
    floor.later(TOKEN_LIFE + 1)
    assert used(floor, first["oauth_token"]).body == b"oauth_problem=token_expired"
    second = said(floor.renew(first["oauth_token"], first["oauth_session_handle"]))
    assert isinstance(used(floor, second["oauth_token"]), Principal)


@pytest.mark.parametrize("seconds", [SESSION_LIFE, SESSION_LIFE + 1])
def test_when_the_session_is_over_the_person_has_to_be_asked_again(floor, seconds):
    """protocol.md 1.6"""
    first = floor.given()
    floor.later(seconds)
    assert refused(floor.renew(first["oauth_token"], first["oauth_session_handle"])) == (401, "permission_denied")


@pytest.mark.parametrize("handle", ["", "guess", None])
def test_without_its_handle_a_token_is_not_renewed(floor, handle):
    """protocol.md 1.6"""
    first = floor.given()
    assert refused(floor.renew(first["oauth_token"], handle)) == (401, "token_rejected")
    assert isinstance(used(floor, first["oauth_token"]), Principal), "and is as good as before"


def test_nor_by_the_handle_of_another(floor):
    first, other = floor.given(), floor.given("bob")
    assert refused(floor.renew(first["oauth_token"], other["oauth_session_handle"])) == (401, "token_rejected")


def test_the_old_token_and_the_old_handle_renew_nothing_any_more(floor):
    first = floor.given()
    second = said(floor.renew(first["oauth_token"], first["oauth_session_handle"]))
    for token, handle in (
        (first["oauth_token"], first["oauth_session_handle"]),
        (first["oauth_token"], second["oauth_session_handle"]),
        (second["oauth_token"], first["oauth_session_handle"]),
    ):
        assert refused(floor.renew(token, handle)) == (401, "token_rejected")
    assert isinstance(used(floor, second["oauth_token"]), Principal)


def test_of_two_who_renew_it_at_once_one_does(floor):
    """The other one's token would be dead on arrival."""
    first = floor.given()
    answer = floor.wiki.answer
    floor.wiki.answer = lambda question: False if isinstance(question, RenewGrant) else answer(question)
    assert refused(floor.renew(first["oauth_token"], first["oauth_session_handle"])) == (401, "token_rejected")
    assert floor.wiki.outcomes("grant renewed") == []


def test_a_revoked_grant_is_not_renewed(floor):
    first = floor.given()
    floor.wiki.answer(RevokeGrant(grant(floor).id))
    assert refused(floor.renew(first["oauth_token"], first["oauth_session_handle"])) == (401, "token_rejected")


# ---- as for every address of tokens


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE"])
def test_tokens_are_asked_for_by_post(floor, verb):
    """protocol.md 1.1"""
    token, verifier = floor.allowed()
    answer = outcome(
        floor.wiki, asking(floor.front, ACCESS_TOKEN, token=token, extra=(("oauth_verifier", verifier),), verb=verb)
    )
    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert floor.swap(token, verifier).status == 200


def test_strangers_of_every_kind_are_told_the_same(floor):
    """T-07, T-28: whether a token exists is not told to whoever does not own it."""
    token, verifier = floor.allowed()
    stranger = InMemory("Stranger")
    answers = {
        outcome(floor.wiki, asking(stranger, ACCESS_TOKEN, token=token, extra=(("oauth_verifier", verifier),))),
        outcome(floor.wiki, asking(stranger, ACCESS_TOKEN, token="unknown", extra=(("oauth_verifier", "v"),))),
        outcome(floor.wiki, asking(stranger, ACCESS_TOKEN, token="unknown", extra=(("oauth_session_handle", "h"),))),
        floor.swap(token, verifier, key=stranger.key),
    }
    assert len(answers) == 1
    assert refused(answers.pop()) == (401, "signature_invalid")


def test_the_same_request_a_second_time_is_a_replay(floor):
    """T-09"""
    token, verifier = floor.allowed()
    request = asking(floor.front, ACCESS_TOKEN, token=token, extra=(("oauth_verifier", verifier),))
    assert outcome(floor.wiki, request).status == 200
    assert refused(outcome(floor.wiki, request)) == (401, "nonce_used")


def test_a_wrong_clock_is_refused_with_what_would_do(floor):
    """T-12"""
    answer = floor.swap(*floor.allowed(), at=NOW - 400)
    assert refused(answer) == (400, "timestamp_refused")
    assert refusal_in(answer).companion("oauth_acceptable_timestamps")


def test_a_refusal_names_the_address_itself_as_its_realm(floor):
    """protocol.md 1.6"""
    answer = floor.swap("unknown", "v")
    realm = "https%3A%2F%2Fexample.com%2Fwiki%2Fplugins%2Fservlet%2Foauth%2Faccess-token"
    assert f'realm="{realm}"' in answer.header("www-authenticate")


def test_where_the_dance_is_not_loaded_there_is_none(floor):
    floor.wiki.mechanisms = load(["2LOi"])
    assert outcome(floor.wiki, Request("POST", ACCESS_TOKEN)).status == 404


@pytest.mark.parametrize("question", [RequestTokenOf, SpendRequestToken, CountWrongVerifier])
def test_where_the_store_fails_nothing_is_given(floor, question):
    """T-11"""
    token, verifier = floor.allowed()
    floor.wiki.failing[question] = StoreUnavailable("gone")
    answer = floor.swap(token, "wrong" if question is CountWrongVerifier else verifier)
    assert isinstance(answer, Response)
    assert answer.status == 503
    assert floor.wiki.grants == {}


def test_the_whole_dance_leaves_no_request_token_behind(floor):
    floor.given()
    assert floor.wiki.request_tokens == {}
    assert [given.link.name for given in drive(consent.given("alice"), floor.wiki.answer)] == ["Front"]


def test_the_address_is_that_of_the_products():
    """protocol.md 1.1"""
    assert PATHS == ("/plugins/servlet/oauth/access-token",)
