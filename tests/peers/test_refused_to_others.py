"""What clients in any language are refused by an application of ours: the status, and the problem in header and body
(protocol.md 1.6). The step that is refused is the client's own; those before it are somebody's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peers.client import (
    ACCESS_TOKEN,
    CALL,
    HMAC_SHA1,
    HMAC_SHA256,
    METHODS,
    PLAINTEXT,
    RENEWAL,
    REQUEST_TOKEN,
    RSA_SHA1,
    RSA_SHA256,
    Answer,
    Peer,
    Task,
    Unable,
    exchange_of,
    with_token,
)
from peers.keys import KeyPair
from peers.known import DANCERS, PEERS, SOMEBODY, TWO_LEGGED, by_each
from peers.our_application import OurApplication, link_name
from peers.tap import send_again

by_key_and_by_secret = pytest.mark.parametrize("method", [RSA_SHA1, HMAC_SHA1])
REJECTED = (401, {"oauth_problem": "token_rejected"})
INVALID = (401, {"oauth_problem": "signature_invalid"})
DENIED = (401, {"oauth_problem": "permission_denied"})
EXPIRED = (401, {"oauth_problem": "token_expired"})


def refusal(ours: OurApplication, peer: Peer, task: Task) -> tuple[int, dict[str, str]]:
    """What the client is told, which is what we have said."""
    answer = peer.run(task)
    assert answer.status == ours.tap.last.status
    assert "oauth_problem" in answer.body
    return answer.status, ours.tap.last.problem


def asked_for(task: Task) -> Answer:
    return SOMEBODY.run(replace(task, step=REQUEST_TOKEN))


def granted(ours: OurApplication, task: Task, user: str = "alice") -> Task:
    asked = asked_for(task)
    return with_token(task, SOMEBODY.run(exchange_of(task, asked, ours.decided(asked.token, user))))


# ---- the exchange


@by_each
def test_a_wrong_verifier_is_refused_and_the_right_one_still_good(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = asked_for(task)
    verifier = ours.decided(asked.token)
    assert refusal(ours, peer, exchange_of(task, asked, "a-guess")) == REJECTED
    assert SOMEBODY.run(exchange_of(task, asked, verifier)).status == 200


def test_the_fifth_wrong_verifier_uses_the_request_token_up(ours: OurApplication, key_pair: KeyPair) -> None:
    """T-18"""
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = asked_for(task)
    verifier = ours.decided(asked.token)
    for number in range(5):
        assert refusal(ours, SOMEBODY, exchange_of(task, asked, f"guess {number}")) == REJECTED
    assert refusal(ours, SOMEBODY, exchange_of(task, asked, verifier)) == REJECTED


@pytest.mark.parametrize("peer", [peer for peer in DANCERS if peer.leaves_verifier_out], ids=str)
def test_a_missing_verifier_is_named(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = asked_for(task)
    ours.decided(asked.token)
    absent = {"oauth_problem": "parameter_absent", "oauth_parameters_absent": "oauth_verifier"}
    assert refusal(ours, peer, exchange_of(task, asked, None)) == (400, absent)


@by_each
def test_before_anybody_has_decided_nothing_is_known(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    too_early = exchange_of(task, asked_for(task), "a-verifier")
    assert refusal(ours, peer, too_early) == (401, {"oauth_problem": "permission_unknown"})


@by_each
def test_who_was_denied_gets_the_word_denied_and_no_token(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = asked_for(task)
    assert ours.decide(asked.token, "alice", "deny").url.endswith("&oauth_verifier=denied")
    stubborn = exchange_of(task, asked, "denied")
    assert [refusal(ours, peer, stubborn) for _ in range(2)] == [DENIED, REJECTED]


@by_each
@by_key_and_by_secret
def test_a_request_token_is_exchanged_once(peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    """T-16"""
    task = ours.consumer(method, key_pair)
    asked = asked_for(task)
    exchange = exchange_of(task, asked, ours.decided(asked.token))
    assert SOMEBODY.run(exchange).status == 200
    assert refusal(ours, peer, exchange) == REJECTED


@by_each
def test_a_request_token_that_is_too_old_is_refused(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = asked_for(task)
    exchange = exchange_of(task, asked, ours.decided(asked.token))
    ours.end("request_tokens", "until", task)
    assert refusal(ours, peer, exchange) == EXPIRED


@by_each
@by_key_and_by_secret
def test_tokens_are_good_for_the_consumer_only_that_was_given_them(
    peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair, other_key_pair: KeyPair
) -> None:
    """T-17"""
    task, thief = ours.consumer(method, key_pair), ours.consumer(method, other_key_pair)
    asked = asked_for(task)
    assert refusal(ours, peer, exchange_of(thief, asked, ours.decided(asked.token))) == REJECTED
    held = granted(ours, task)
    stolen = {"token": held.token, "token_secret": held.token_secret, "session_handle": held.session_handle}
    assert refusal(ours, peer, replace(thief, **stolen)) == REJECTED
    assert refusal(ours, peer, replace(thief, step=RENEWAL, **stolen)) == REJECTED


# ---- the proof


@by_each
@pytest.mark.parametrize("method", [RSA_SHA1, HMAC_SHA1])
@pytest.mark.parametrize("step", [REQUEST_TOKEN, ACCESS_TOKEN, RENEWAL, CALL])
def test_another_key_or_secret_is_refused_at_every_step(
    peer: Peer, method: str, step: str, ours: OurApplication, key_pair: KeyPair, other_key_pair: KeyPair
) -> None:
    task = ours.consumer(method, key_pair)
    before: dict[str, Any] = {"token": None}
    if step == ACCESS_TOKEN:
        asked = asked_for(task)
        before = {"token": asked.token, "token_secret": asked.token_secret, "verifier": ours.decided(asked.token)}
    elif step != REQUEST_TOKEN:
        held = granted(ours, task)
        before = {"token": held.token, "token_secret": held.token_secret, "session_handle": held.session_handle}
    forged = {"secret": "another"} if task.secret else {"private_key": other_key_pair.private}
    assert refusal(ours, peer, replace(task, step=step, **before, **forged)) == INVALID


@by_each
def test_an_unknown_consumer_is_told_the_same_as_one_with_another_key(
    peer: Peer, ours: OurApplication, key_pair: KeyPair
) -> None:
    """T-07: the products say consumer_key_unknown here; strangers shall learn nothing."""
    stranger = replace(ours.consumer(RSA_SHA1, key_pair), consumer_key="a-stranger", step=REQUEST_TOKEN)
    assert refusal(ours, peer, stranger) == INVALID


@by_each
def test_a_method_that_the_link_is_not_pinned_to_is_refused(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    """T-05, even with the right key or secret."""
    for pinned, other in ((RSA_SHA256, RSA_SHA1), (HMAC_SHA256, HMAC_SHA1)):
        task = ours.consumer(pinned, key_pair)
        assert refusal(ours, peer, replace(task, signature_method=other, step=REQUEST_TOKEN)) == INVALID


@pytest.mark.parametrize("peer", [peer for peer in DANCERS if peer.plain], ids=str)
def test_plaintext_does_not_exist(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(HMAC_SHA1, key_pair)
    rejected = (400, {"oauth_problem": "signature_method_rejected"})
    assert refusal(ours, peer, replace(task, signature_method=PLAINTEXT, step=REQUEST_TOKEN)) == rejected


@by_each
def test_the_same_request_is_answered_once_at_every_step(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    """T-09: what the client has sent is sent once more, letter by letter."""

    def once_more() -> tuple[int, dict[str, str]]:
        send_again(ours.url, ours.tap.last)
        return ours.tap.last.status, ours.tap.last.problem

    used = (401, {"oauth_problem": "nonce_used"})
    task = ours.consumer(RSA_SHA1, key_pair)
    asked = peer.run(replace(task, step=REQUEST_TOKEN))
    assert once_more() == used
    held = peer.exchange(task, asked, ours.decided(asked.token))
    assert once_more() == used
    assert peer.run(held).status == 200
    assert once_more() == used
    peer.renew(held)
    assert once_more() == used


@by_each
def test_the_token_secret_takes_part_in_hmac_only(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    """protocol.md 1.2"""
    by_key, by_secret = (
        replace(granted(ours, ours.consumer(method, key_pair)), token_secret="another") for method in (RSA_SHA1, HMAC_SHA1)
    )
    assert peer.run(by_key).status == 200
    assert refusal(ours, peer, by_secret) == INVALID


CANNOT = [(peer, method) for peer in PEERS for method in METHODS if method not in peer.signs_by]


@pytest.mark.parametrize(("peer", "method"), CANNOT, ids=str)
def test_what_a_client_cannot_sign_by_it_cannot(peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    """The cells of `docs/reference/interoperability.md` that say so; a client that has learnt it will fail here."""
    task = ours.consumer(method, key_pair)
    step = REQUEST_TOKEN if peer.dances else CALL
    try:
        assert peer.run(replace(task, step=step, token=None if peer.dances else "x")).status in {400, 401}
    except Unable:
        return


# ---- tokens


@by_each
@by_key_and_by_secret
def test_a_token_that_was_never_given_out_is_refused(peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    made_up = replace(ours.consumer(method, key_pair), token="made-up", token_secret="x", session_handle="y", verifier="z")
    for step in (ACCESS_TOKEN, CALL, RENEWAL):
        assert refusal(ours, peer, replace(made_up, step=step)) == REJECTED


@by_key_and_by_secret
@pytest.mark.parametrize("peer", PEERS, ids=str)
def test_a_revoked_token_is_refused_from_then_on(peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    if method not in peer.signs_by:
        return
    held = granted(ours, ours.consumer(method, key_pair))
    assert peer.run(held).status == 200
    ours.applinks.revoke_grant(ours.grant_of(held), by="admin")
    if peer.dances:
        assert refusal(ours, peer, held) == REJECTED
        assert refusal(ours, peer, replace(held, step=RENEWAL)) == REJECTED
    else:  # `jira` says last what its other tries were told
        assert peer.run(held).status == 401


@by_each
def test_a_request_token_is_no_access_token(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    for method in (RSA_SHA1, HMAC_SHA1):
        task = ours.consumer(method, key_pair)
        assert refusal(ours, peer, with_token(task, asked_for(task))) == REJECTED


@by_each
def test_an_expired_token_is_refused_and_renewed_while_its_session_lasts(
    peer: Peer, ours: OurApplication, key_pair: KeyPair
) -> None:
    held = granted(ours, ours.consumer(RSA_SHA1, key_pair))
    ours.end("grants", "expires_at", held)
    assert refusal(ours, peer, held) == EXPIRED
    fresh = peer.renew(held)
    assert peer.run(fresh).status == 200
    assert refusal(ours, peer, replace(held, step=RENEWAL)) == REJECTED
    assert refusal(ours, peer, replace(fresh, step=RENEWAL, session_handle="a-guess")) == REJECTED
    ours.end("grants", "ends_at", held)
    assert refusal(ours, peer, replace(fresh, step=RENEWAL)) == DENIED


# ---- what the request says


@by_each
@pytest.mark.parametrize(
    "callback", ["ftp://consumer.example.test/", "javascript:alert(1)", "/back", "https://u:p@example.test/"]
)
def test_a_callback_that_is_no_web_address_is_refused(
    peer: Peer, callback: str, ours: OurApplication, key_pair: KeyPair
) -> None:
    """T-42"""
    status, problem = refusal(ours, peer, replace(ours.consumer(RSA_SHA1, key_pair, callback=callback), step=REQUEST_TOKEN))
    assert (status, problem["oauth_problem"]) == (400, "parameter_rejected")
    assert problem["oauth_parameters_rejected"] == "oauth_callback"
    assert callback in problem["oauth_problem_advice"]


@by_each
def test_who_says_nothing_of_a_token_is_told_so(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair, same_users=True, execute_as="bob")
    absent = {"oauth_problem": "parameter_absent", "oauth_parameters_absent": "oauth_token"}
    assert refusal(ours, peer, replace(task, url=f"{task.url}?user_id=alice")) == (400, absent)


@by_each
def test_a_token_and_a_name_contradict_each_other(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    """T-23"""
    held = granted(ours, ours.consumer(RSA_SHA1, key_pair, same_users=True))
    status, problem = refusal(ours, peer, replace(held, url=f"{held.url}?user_id=bob"))
    assert (status, problem["oauth_problem"]) == (400, "parameter_rejected")
    assert problem["oauth_parameters_rejected"] == "user_id=bob"


# ---- two-legged


@pytest.mark.parametrize("peer", TWO_LEGGED, ids=str)
def test_two_legged_calls_are_refused_where_the_link_does_not_allow_them(
    peer: Peer, ours: OurApplication, key_pair: KeyPair
) -> None:
    """R-13, T-20, T-23"""
    neither = ours.consumer(RSA_SHA1, key_pair)
    as_anybody = ours.consumer(RSA_SHA1, key_pair, same_users=True)
    refused = [neither, *(replace(neither, url=f"{neither.url}?user_id={name}") for name in ("alice",))]
    refused += [replace(as_anybody, url=f"{as_anybody.url}?user_id={name}") for name in ("nobody", "dave", "erin")]
    for task in refused:
        peer.run(peer.two_legged(task))
        assert (ours.tap.last.status, ours.tap.last.problem) == DENIED


@pytest.mark.parametrize("peer", TWO_LEGGED, ids=str)
def test_two_legged_calls_with_another_key_are_refused(
    peer: Peer, ours: OurApplication, key_pair: KeyPair, other_key_pair: KeyPair
) -> None:
    task = ours.consumer(RSA_SHA1, key_pair, same_users=True, execute_as="bob")
    for query in ("", "?user_id=alice"):
        peer.run(peer.two_legged(replace(task, url=task.url + query, private_key=other_key_pair.private)))
        assert (ours.tap.last.status, ours.tap.last.problem) == INVALID


def test_a_fixed_user_who_became_an_administrator_is_refused(ours: OurApplication, key_pair: KeyPair) -> None:
    """T-20: looked at anew for each call."""
    task = SOMEBODY.two_legged(ours.consumer(RSA_SHA1, key_pair, execute_as="bob"))
    bob = ours.people["bob"]
    try:
        ours.people["bob"] = replace(bob, administrator=True)
        assert refusal(ours, SOMEBODY, task) == DENIED
    finally:
        ours.people["bob"] = bob
    assert SOMEBODY.run(task).body == "bob"


# ---- links


@by_key_and_by_secret
def test_a_disabled_or_deleted_link_lets_nobody_in(method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(method, key_pair)
    held, name = granted(ours, task), link_name(task.consumer_key)
    ours.applinks.change_link(name, incoming="disabled", by="admin")
    assert refusal(ours, SOMEBODY, replace(task, step=REQUEST_TOKEN)) == INVALID
    assert ours.tap.last.status == 401
    SOMEBODY.run(held)
    assert ours.tap.last.problem["oauth_problem"] in {"signature_invalid", "token_rejected"}
    ours.applinks.delete_link(name, by="admin")
    SOMEBODY.run(held)
    assert ours.tap.last.status == 401


def test_resources_are_the_realm_of_the_application_and_token_endpoints_their_own(
    ours: OurApplication, key_pair: KeyPair
) -> None:
    task = ours.consumer(RSA_SHA1, key_pair)
    realms = []
    for refused in (replace(task, token="x"), replace(task, consumer_key="x", step=REQUEST_TOKEN)):
        SOMEBODY.run(refused)
        realms.append(ours.tap.last.realm)
    assert realms == [ours.url, task.request_token_url]
