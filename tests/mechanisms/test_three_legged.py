"""3LO: as the person who has agreed, by the token that their consent has brought; and its renewal."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from applinks.errors import FarSideError, MalformedAnswer, NotAdmitted, TimedOut, TransportFailed
from applinks.links import AccessToken, FactsFor, KeepSecret, KeepToken, Level, RevokeGrant, SecretUse, TakeTurn
from applinks.mechanisms import Presented, access_token
from applinks.mechanisms import three_legged as mechanism
from applinks.mechanisms.three_legged import EARLY, LEASE, LOOKS, PAUSE
from applinks.people import Person
from applinks.questions import Ask, Wait, drive
from applinks.wire import oauth1, tokens
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.tokens import TokenCredentials
from in_memory import NOW, InMemory, link_to
from mechanisms.halves import URL, Pair, problem, refusal

HOUR = 3600


def held(pair: Pair, user: str = "alice", token: str = "first", **more: object) -> AccessToken:
    kept = AccessToken(pair.ours.id, user, token, more.pop("secret", ""), int(NOW), **more)
    pair.front.answer(KeepToken(kept))
    return kept


def agreed(level: Level = Level.OAUTH, **terms: object) -> Pair:
    """Alice has agreed: Front holds her token, Wiki her grant."""
    pair = Pair(mechanism, level, **terms)
    held(pair)
    pair.give("alice", "first")
    return pair


# ---- who carries a call


def test_without_a_token_only_the_persons_consent_is_missing():
    """R-19"""
    objection = Pair(mechanism).objection()
    assert (objection.why, objection.consent) == ("'alice' has not allowed it", True)


def test_with_a_token_nothing_is():
    assert agreed().objection("alice") is None


def test_the_token_of_one_person_carries_no_call_of_another():
    """T-25"""
    assert agreed().objection("bob").consent


@pytest.mark.parametrize("level", [Level.DISABLED, Level.TRUSTED, Level.BASIC])
def test_on_another_level_consent_would_not_help(level):
    objection = agreed(level).objection()
    assert str(level) in objection.why
    assert not objection.consent


def test_the_name_over_there_may_be_another_one():
    assert mechanism.witness(None, "alice") is None


# ---- proving, and who it is


def test_whoever_gave_the_token_is_who_acts():
    """The names need not be the same: Alice here agreed as ally there."""
    pair = agreed()
    pair.wiki.grants = {}
    pair.give("ally", "first")
    candidate = pair.examined(pair.proven())
    assert (candidate.claimed_user, candidate.token) == ("ally", "first")
    assert (candidate.refusal, candidate.objection) == (None, None)


def test_the_request_itself_stays_as_it_was():
    request = Request("POST", f"{URL}?a=1", (("content-type", FORM),), b"b=2")
    pair = agreed()
    proven = pair.proven(request)
    assert (proven.method, proven.url, proven.body) == (request.method, request.url, request.body)
    assert pair.examined(proven).refusal is None


def test_with_a_shared_secret_the_secret_of_the_token_takes_part():
    """RFC 5849, 3.4.2"""
    pair = Pair(mechanism, method=SignatureMethod.HMAC_SHA1)
    pair.front.answer(KeepSecret(pair.ours.id, SecretUse.OUTGOING_OAUTH, pair.ours.origin, "shared"))
    pair.wiki.answer(KeepSecret(pair.theirs.id, SecretUse.INCOMING_OAUTH, "", "shared"))
    held(pair, secret="of the token")
    pair.give("alice", "first", secret="of the token")
    assert pair.examined(pair.proven()).refusal is None
    pair.give("alice", "first", secret="of another")
    assert problem(pair.examined(pair.proven())) == "signature_invalid"


@pytest.mark.parametrize("query", ["user_id=root", "xoauth_requestor_id=root", "user_id=alice", "user_id="])
@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION])
def test_a_token_and_a_user_besides_are_a_contradiction(query, level):
    """T-23: neither the token's user nor the one who is named."""
    pair = agreed(level)
    refused = refusal(pair.examined(pair.proven(Request("GET", f"{URL}?{query}"))))
    assert refused.problem == "parameter_rejected"
    assert dict(refused.companions)["oauth_parameters_rejected"] == query


def test_nobody_is_told_of_a_contradiction_who_does_not_sign_it():
    """T-28: the signature comes first."""
    pair = agreed()
    request = pair.proven(Request("GET", f"{URL}?user_id=root"))
    assert problem(pair.examined(replace(request, url=request.url.replace("root", "bob")))) == "signature_invalid"


# ---- tokens that do not hold


def test_a_token_that_nobody_gave_is_rejected():
    pair = agreed()
    pair.wiki.grants = {}
    assert problem(pair.examined(pair.proven())) == "token_rejected"


def test_a_revoked_one_is_as_unknown_as_others_on_the_very_next_request():
    """protocol.md 1.6"""
    pair = agreed()
    assert pair.examined(pair.proven()).objection is None
    pair.wiki.answer(RevokeGrant("first"))
    refused = refusal(pair.examined(pair.proven()))
    pair.wiki.grants = {}
    assert (refused.problem, str(refused)) == ("token_rejected", str(refusal(pair.examined(pair.proven()))))


@pytest.mark.parametrize(("seconds", "expected"), [(HOUR - 1, None), (HOUR, "token_expired"), (HOUR + 1, "token_expired")])
def test_one_whose_time_is_over_is_expired_which_is_told(seconds, expected):
    """protocol.md 1.6"""
    pair = agreed()
    pair.front.now = pair.wiki.now = NOW + seconds
    candidate = pair.examined(pair.proven())
    assert expected == (candidate.objection.problem if candidate.objection else None)


def test_what_is_wrong_with_a_token_is_told_after_the_nonce_is_spent():
    """T-13: it is an objection, and no refusal, so the request cannot be tried again."""
    pair = agreed()
    pair.wiki.grants = {}
    candidate = pair.examined(pair.proven())
    assert candidate.refusal is None
    assert isinstance(candidate.objection, NotAdmitted)


@pytest.mark.parametrize(("owner", "thief"), list(permutations(["Front", "Build", "Forge"], 2)))
@pytest.mark.parametrize("method", [SignatureMethod.RSA_SHA256, SignatureMethod.HMAC_SHA1])
def test_a_token_is_worth_nothing_to_another_application(owner, thief, method):
    """T-17: all pairs of three."""
    wiki = InMemory("Wiki", type="confluence")
    callers = {name: InMemory(name) for name in ("Front", "Build", "Forge")}
    links = {name: wiki.save(link_to(caller, level=Level.OAUTH, method=method)) for name, caller in callers.items()}
    pair = agreed()
    pair.wiki, pair.front = wiki, callers[thief]
    for name, link in links.items():
        wiki.answer(KeepSecret(link.id, SecretUse.INCOMING_OAUTH, "", f"of {name}"))
    ours = pair.front.save(link_to(wiki, level=Level.OAUTH, method=method))
    pair.front.answer(KeepSecret(ours.id, SecretUse.OUTGOING_OAUTH, ours.origin, f"of {thief}"))
    held(pair)
    pair.give("alice", "first", link=links[owner])
    assert problem(pair.examined(pair.proven())) == "token_rejected"
    pair.give("alice", "first", link=links[thief])
    candidate = pair.examined(pair.proven())
    assert (candidate.refusal, candidate.objection) == (None, None)


@pytest.mark.parametrize("token", ["first ", "FIRST", "firs", "first%00", "'or'1'='1", "a" * 1000])
def test_a_token_that_only_looks_like_one_is_none(token):
    """T-18: what is kept is a digest of every letter."""
    pair = agreed()
    held(pair, token=token)
    assert problem(pair.examined(pair.proven())) == "token_rejected"


def test_a_request_with_an_empty_token_or_none_is_not_its_own():
    for token in ("", None):
        credentials = oauth1.Credentials("c", InMemory("Front").key, SignatureMethod.RSA_SHA1, token=token)
        request = oauth1.sign(Request("GET", URL), credentials, timestamp=int(NOW), nonce="n").request
        assert not mechanism.recognise(Presented(request, oauth1.read(request, token_needed=False)))


def test_the_person_agreed_so_only_a_disabled_one_is_not_admitted():
    """T-21"""
    link = agreed().theirs
    excluded = replace(link.incoming.policy, excluded_users=frozenset({"alice"}), methods=frozenset({"POST"}))
    strict = replace(link, incoming=replace(link.incoming, policy=excluded))
    assert mechanism.person_objection(Person("alice"), strict, "GET", "/") is None
    assert mechanism.person_objection(Person("alice", active=False), link, "GET", "/") == "the person is disabled"


# ---- renewal


def renewable(seconds: int, *, until: int | None = 10 * HOUR) -> Pair:
    """Alice's token ends in so many seconds, and can be renewed until then."""
    pair = Pair(mechanism)
    ends_at = None if until is None else int(NOW) + until
    held(pair, session_handle="handle", expires_at=int(NOW) + seconds, ends_at=ends_at)
    pair.front.network = Endpoint(pair)
    return pair


class Endpoint:
    """Wiki's address for access tokens: gives "second", "third", … and keeps what it was asked."""

    NAMES = ("second", "third", "fourth")

    def __init__(self, pair: Pair, answer: Response | Exception | None = None) -> None:
        self.pair = pair
        self.answer = answer
        self.asked: list[oauth1.Claim] = []

    def __call__(self, request: Request) -> Response:
        assert (request.method, request.url) == ("POST", "https://wiki.example.com/plugins/servlet/oauth/access-token")
        claim = oauth1.read(request)
        assert oauth1.verify(claim, self.pair.front.key.public)
        self.asked.append(claim)
        if isinstance(self.answer, Exception):
            raise self.answer
        fresh = TokenCredentials(self.NAMES[len(self.asked) - 1], "", HOUR, "next handle", 10 * HOUR)
        return self.answer or tokens.access_token_reply(fresh)


def used(pair: Pair) -> str:
    return oauth1.read(pair.proven()).token


@pytest.mark.parametrize(
    ("seconds", "renewed"), [(HOUR, False), (EARLY + 1, False), (EARLY, True), (1, True), (0, True), (-HOUR, True)]
)
def test_a_token_is_renewed_shortly_before_its_end(seconds, renewed):
    """protocol.md 1.7, 6"""
    pair = renewable(seconds)
    assert used(pair) == ("second" if renewed else "first")
    assert len(pair.front.network.asked) == renewed


def test_it_is_asked_for_with_the_old_token_and_its_session_handle():
    pair = renewable(0)
    used(pair)
    (claim,) = pair.front.network.asked
    assert claim.token == "first"
    assert dict(claim.oauth)["oauth_session_handle"] == "handle"


def test_the_new_one_is_kept_before_it_is_used():
    """A token that was used and then lost would have to be asked for again."""
    pair = renewable(0)
    used(pair)
    kinds = pair.front.kinds()
    assert kinds.index("KeepToken", kinds.index("Ask")) == kinds.index("Ask") + 1
    kept = pair.front.tokens[pair.ours.id, "alice"]
    assert (kept.token, kept.session_handle, kept.made_at) == ("second", "next handle", int(NOW))
    assert (kept.expires_at, kept.ends_at) == (int(NOW) + HOUR, int(NOW) + 10 * HOUR)


@pytest.mark.parametrize(
    "more", [{}, {"expires_at": int(NOW) - 1}, {"session_handle": "h", "expires_at": int(NOW) - 1, "ends_at": int(NOW) - 1}]
)
def test_what_cannot_be_renewed_is_used_as_it_is_and_the_far_side_says_what_is_wrong_with_it(more):
    pair = Pair(mechanism)
    held(pair, **more)
    assert used(pair) == "first"
    assert "Ask" not in pair.front.kinds()


def test_a_session_without_a_known_end_is_tried():
    assert used(renewable(0, until=None)) == "second"


@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
def test_where_it_is_refused_the_old_one_is_used_and_the_far_side_says_what_is_wrong_with_it(status):
    pair = renewable(30)
    pair.front.network.answer = Response(status, (), b"oauth_problem=permission_denied")
    assert used(pair) == "first"
    assert pair.front.tokens[pair.ours.id, "alice"].token == "first"


@pytest.mark.parametrize("body", [b"", b"oauth_token=x", b"<html>", b"oauth_token=&oauth_token_secret="])
def test_a_reply_that_is_none_is_an_error_and_nothing_is_kept(body):
    """T-36"""
    pair = renewable(0)
    pair.front.network.answer = Response(200, (), body)
    with pytest.raises(MalformedAnswer):
        pair.proven()
    assert pair.front.tokens[pair.ours.id, "alice"].token == "first"


def test_where_the_far_side_is_down_the_call_fails_as_any_call_would():
    pair = renewable(0)
    pair.front.network.answer = TransportFailed("down")
    with pytest.raises(TransportFailed):
        pair.proven()


def test_of_many_at_once_one_renews_and_the_others_wait_for_it():
    """One renewer: a second renewal would end the token that the first has brought."""
    pair = renewable(0)
    facts = pair.front.answer(FactsFor(pair.ours.id, "alice"))
    first, *others = [mechanism.prove(Request("GET", URL), facts, "alice") for _ in range(5)]
    on_its_way = up_to(Ask, pair, first)
    for flow in others:
        assert up_to(Wait, pair, flow) == Wait(PAUSE)
    assert oauth1.read(resumed(pair, first, pair.front.answer(on_its_way)).request).token == "second"
    for flow in others:
        assert oauth1.read(resumed(pair, flow, None).request).token == "second"
    assert len(pair.front.network.asked) == 1


def up_to(kind: type, pair: Pair, flow):
    """Run a flow up to its first question of that kind, which is not answered."""
    step = next(flow)
    while not isinstance(step, kind):
        step = flow.send(pair.front.answer(step))
    return step


def resumed(pair: Pair, flow, reply):
    """The rest of a flow that was left at a question."""

    def rest():
        try:
            step = flow.send(reply)
            while True:
                step = flow.send((yield step))
        except StopIteration as end:
            return end.value

    return drive(rest(), pair.front.answer)


def _while_another_has_the_turn(pair: Pair) -> Any:
    flow = mechanism.prove(Request("GET", URL), pair.front.answer(FactsFor(pair.ours.id, "alice")), "alice")
    pair.front.turns = {question.name: question.keep_until for question in [_turn(pair)]}
    return drive(flow, pair.front.answer)


def test_who_waits_in_vain_uses_the_old_one_while_it_holds_after_a_bounded_time():
    """Whoever had the turn may have died with it."""
    pair = renewable(30)
    assert oauth1.read(_while_another_has_the_turn(pair).request).token == "first"
    assert pair.front.waited == [PAUSE] * LOOKS
    assert sum(pair.front.waited) < LEASE


def test_who_waits_in_vain_for_one_that_is_over_keeps_the_consent_and_is_told_to_try_again():
    pair = renewable(0)
    with pytest.raises(TimedOut, match="has not done it in time") as late:
        _while_another_has_the_turn(pair)
    assert "Try again" in late.value.remedy
    assert pair.front.answer(FactsFor(pair.ours.id, "alice")).token.token == "first"


def test_a_far_side_that_is_away_for_a_while_does_not_cost_the_consent():
    pair = renewable(0)
    pair.front.network.answer = Response(503)
    with pytest.raises(FarSideError, match="answered 503 when the consent of 'alice' was to be renewed"):
        used(pair)
    assert pair.front.answer(FactsFor(pair.ours.id, "alice")).token.token == "first"


def test_one_that_still_holds_is_used_where_the_far_side_cannot_be_asked():
    pair = renewable(30)
    pair.front.failing = {Ask: TransportFailed("away")}
    assert used(pair) == "first"
    pair = renewable(0)
    pair.front.failing = {Ask: TransportFailed("away")}
    with pytest.raises(TransportFailed):
        used(pair)


def test_one_that_was_renewed_meanwhile_is_used_without_a_turn():
    pair = renewable(0)
    facts = pair.front.answer(FactsFor(pair.ours.id, "alice"))
    held(pair, token="meanwhile", expires_at=int(NOW) + HOUR)
    proof = drive(mechanism.prove(Request("GET", URL), facts, "alice"), pair.front.answer)
    assert proof.token == oauth1.read(proof.request).token == "meanwhile"
    assert pair.front.turns == {}


def _turn(pair: Pair):
    """What a renewer asks first."""
    facts = pair.front.answer(FactsFor(pair.ours.id, "alice"))
    return up_to(TakeTurn, pair, mechanism.prove(Request("GET", URL), facts, "alice"))


def test_the_turn_is_that_of_this_person_link_and_token_and_shows_no_token():
    """T-66"""
    asked = _turn(renewable(0))
    assert asked.keep_until == int(NOW) + LEASE
    assert "first" not in asked.name
    pair = renewable(0)
    held(pair, "bob", session_handle="h", expires_at=int(NOW))
    used(pair)
    assert oauth1.read(pair.proven(user="bob")).token == "third"
    assert len(pair.front.turns) == 2


def test_once_the_lease_is_over_another_one_may_try():
    pair = renewable(0)
    pair.front.network.answer = Response(503)
    with pytest.raises(FarSideError):
        used(pair)
    pair.front.network.answer = None
    with pytest.raises(TimedOut):
        used(pair)
    assert len(pair.front.network.asked) == 1, "within the lease nobody else tries"
    pair.front.now += LEASE + 1
    assert used(pair) == "third"


# ---- what the far side gave


def test_lifetimes_become_times():
    kept = access_token(TokenCredentials("t", "s", 10, "h", 20), "link", "alice", NOW + 0.9)
    assert kept == AccessToken("link", "alice", "t", "s", int(NOW), "h", int(NOW) + 10, int(NOW) + 20)


def test_what_it_did_not_say_stays_unsaid():
    kept = access_token(TokenCredentials("t", "s"), "link", "alice", NOW)
    assert (kept.session_handle, kept.expires_at, kept.ends_at) == (None, None, None)
    assert kept.holds(NOW + 10**9)
    assert not kept.renewable(NOW)


def test_the_products_own_reply_is_read():
    """protocol.md 1.7, step 4"""
    said = form(
        (
            ("oauth_token", "Kbx3Xt7bh8zFpjz5pQbPC4StJXGP7ohA"),
            ("oauth_token_secret", "fNRVRpLVEwTOAFnRLpETp9tcAVDoUbzf"),
            ("oauth_expires_in", "157680000"),
            ("oauth_session_handle", "sKRXYyRHJsYEgoDWfCGVDYwVvXsKqXIc"),
            ("oauth_authorization_expires_in", "160272000"),
        )
    )
    reply = Response(200, (("content-type", "text/plain"),), said.encode())
    kept = access_token(tokens.read_access_token(reply), "link", "alice", NOW)
    assert (kept.expires_at, kept.ends_at) == (int(NOW) + 157_680_000, int(NOW) + 160_272_000)
