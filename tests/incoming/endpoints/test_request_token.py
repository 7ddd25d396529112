"""The dance begins: an application that proves itself gets a request token (protocol.md 1.7, 1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import StoreUnavailable
from applinks.incoming.endpoints.request_token import LIFE, PATHS
from applinks.links import Decision, KeepRequestToken, Level, LinkOfConsumer, digest_of
from applinks.mechanisms import load
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.problems import refusal_in
from in_memory import NOW, InMemory
from incoming.endpoints.dancing import CALLBACK, REQUEST_TOKEN, Floor, asking, by_hmac, refused, said, secret_of
from incoming.senders import outcome


@pytest.fixture
def floor() -> Floor:
    return Floor()


def kept(floor: Floor):
    (token,) = floor.wiki.request_tokens.values()
    return token


# ---- what is given


def test_the_reply_is_plain_text_with_token_secret_and_the_confirmation(floor):
    """protocol.md 1.7, 1; T-14: without the confirmation it would be OAuth 1.0."""
    answer = floor.ask(extra=(("oauth_callback", CALLBACK),))
    assert answer.header("content-type") == "text/plain"
    assert answer.header("cache-control") == "no-store"
    assert list(said(answer)) == ["oauth_token", "oauth_token_secret", "oauth_callback_confirmed"]
    assert said(answer)["oauth_callback_confirmed"] == "true"


def test_each_token_and_secret_is_another_one_of_256_bits(floor):
    """T-18"""
    replies = [said(floor.ask()) for _ in range(3)]
    texts = {reply[name] for reply in replies for name in ("oauth_token", "oauth_token_secret")}
    assert len(texts) == 6
    assert all(len(text) >= 43 for text in texts)


def test_what_is_kept_is_a_digest_the_link_and_where_to_go_for_ten_minutes(floor):
    reply = said(floor.ask(extra=(("oauth_callback", CALLBACK),)))
    token = kept(floor)
    assert token.digest == digest_of(reply["oauth_token"]) != reply["oauth_token"]
    assert (token.secret, token.link_id) == (reply["oauth_token_secret"], floor.link.id)
    assert (token.callback, token.until) == (CALLBACK, int(NOW) + LIFE)
    assert (token.decision, token.user, token.verifier) == (Decision.NONE, None, None)
    assert reply["oauth_token"] not in repr(floor.wiki.request_tokens)


@pytest.mark.parametrize("extra", [(), (("oauth_callback", "oob"),)])
@pytest.mark.parametrize("registered", [None, "https://front.example.com/registered"])
def test_without_a_callback_or_with_oob_the_registered_one_counts_if_there_is_one(floor, extra, registered):
    """protocol.md 1.3"""
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, callback=registered)))
    assert floor.ask(extra=extra).status == 200
    assert kept(floor).callback == registered


def test_the_signed_callback_wins_over_the_registered_one(floor):
    """T-42"""
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, callback="https://front.example.com/registered")))
    floor.request_token()
    assert kept(floor).callback == CALLBACK


@pytest.mark.parametrize(
    "callback",
    [
        "ftp://front.example.com/x",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "/relative",
        "//front.example.com/x",
        "front.example.com",
        "https:front.example.com",
        "https://user@front.example.com/x",
        "https://front.example.com/x#fragment",
        "https://front.example.com\\@evil.example/",
        "https://front.example.com/ x",
        "https://front.example.com/?oauth_verifier=x",
        "https://frönt.example.com/",
        "OOB",
        "none",
    ],
)
def test_a_callback_that_is_not_absolute_http_is_refused_and_told_back(floor, callback):
    """protocol.md 1.6, 1.7; strict-fake checklist 6; T-43, T-47"""
    answer = floor.ask(extra=(("oauth_callback", callback),))
    assert refused(answer) == (400, "parameter_rejected")
    problem = refusal_in(answer)
    assert problem.companion("oauth_parameters_rejected") == "oauth_callback"
    assert problem.companion("oauth_problem_advice")
    assert floor.wiki.request_tokens == {}


# ---- who gets one


@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION])
def test_both_levels_of_oauth_dance(level):
    assert Floor(level=level).request_token()


@pytest.mark.parametrize("level", [Level.TRUSTED, Level.BASIC])
def test_others_do_not_though_the_signature_holds(level):
    floor = Floor(level=level)
    assert refused(floor.ask()) == (401, "permission_denied")
    assert floor.wiki.request_tokens == {}


def test_a_disabled_link_is_as_unknown_as_any(floor):
    """T-07, T-28"""
    strange = outcome(floor.wiki, asking(InMemory("Stranger")))
    floor.wiki.save(replace(floor.link, incoming=replace(floor.link.incoming, level=Level.DISABLED)))
    disabled = floor.ask()
    assert refused(disabled) == refused(strange) == (401, "signature_invalid")
    assert disabled == strange


def test_so_are_a_wrong_key_and_a_wrong_method(floor):
    """T-05, T-07"""
    answers = {
        floor.ask(key=InMemory("Stranger").key),
        floor.ask(method=SignatureMethod.RSA_SHA1),
        floor.ask(method=SignatureMethod.HMAC_SHA1, key=secret_of(floor.front.key.public.text)),
        outcome(floor.wiki, asking(InMemory("Stranger"))),
    }
    assert len(answers) == 1
    assert refused(answers.pop()) == (401, "signature_invalid")
    assert (floor.wiki.request_tokens, floor.wiki.nonces, floor.wiki.entries) == ({}, set(), [])


def test_with_a_shared_secret_the_signature_is_made_without_a_token_secret():
    floor = by_hmac()
    assert said(floor.ask(key=secret_of("shared")))
    assert refused(floor.ask(key=secret_of("shared", "more"))) == (401, "signature_invalid")
    assert refused(floor.ask(key=secret_of("other"))) == (401, "signature_invalid")


# ---- the rows of protocol.md 1.6 that can be met here


def test_a_request_that_is_not_signed_lacks_everything(floor):
    answer = outcome(floor.wiki, Request("POST", REQUEST_TOKEN))
    assert refused(answer) == (400, "parameter_absent")
    absent = refusal_in(answer).companion("oauth_parameters_absent")
    assert set(absent.split("&")) == {
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_signature",
        "oauth_timestamp",
        "oauth_nonce",
    }


@pytest.mark.parametrize(
    "name", ["oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce"]
)
def test_each_parameter_that_is_missing_is_named(floor, name):
    answer = outcome(floor.wiki, without(asking(floor.front), name))
    assert refused(answer) == (400, "parameter_absent")
    assert refusal_in(answer).companion("oauth_parameters_absent") == name


def without(request: Request, name: str) -> Request:
    items = request.header("authorization").removeprefix("OAuth ").split(", ")
    left = [item for item in items if not item.startswith(f"{name}=")]
    assert len(left) == len(items) - 1
    return request.with_header("authorization", f"OAuth {', '.join(left)}")


def test_a_parameter_that_is_there_twice_is_rejected_and_told_back(floor):
    """T-02"""
    request = asking(floor.front)
    twice = request.with_header("authorization", f'{request.header("authorization")}, oauth_nonce="b"')
    answer = outcome(floor.wiki, twice)
    assert refused(answer) == (400, "parameter_rejected")
    assert "oauth_nonce=b" in refusal_in(answer).companion("oauth_parameters_rejected")


def test_a_version_but_one_is_rejected_with_the_one_that_is_not(floor):
    request = asking(floor.front)
    other = request.with_header(
        "authorization", request.header("authorization").replace('oauth_version="1.0"', 'oauth_version="2.0"')
    )
    answer = outcome(floor.wiki, other)
    assert refused(answer) == (400, "version_rejected")
    assert refusal_in(answer).companion("oauth_acceptable_versions") == "1.0-1.0"


@pytest.mark.parametrize("method", ["PLAINTEXT", "RSA-MD5", "none", ""])
def test_an_unknown_method_is_rejected(floor, method):
    """T-06"""
    request = asking(floor.front)
    other = request.with_header("authorization", request.header("authorization").replace("RSA-SHA256", method))
    assert refused(outcome(floor.wiki, other)) == (400, "signature_method_rejected")


@pytest.mark.parametrize(("seconds", "in_time"), [(299, True), (-299, True), (301, False), (-301, False)])
def test_a_wrong_clock_is_refused_with_what_would_do(floor, seconds, in_time):
    """T-12, strict-fake checklist 5"""
    answer = floor.ask(at=NOW + seconds)
    if in_time:
        assert answer.status == 200
        return
    assert refused(answer) == (400, "timestamp_refused")
    assert refusal_in(answer).companion("oauth_acceptable_timestamps") == f"{int(NOW) - 300}-{int(NOW) + 300}"
    assert floor.wiki.request_tokens == {}


def test_the_same_request_a_second_time_is_a_replay(floor):
    """T-09"""
    request = asking(floor.front)
    assert outcome(floor.wiki, request).status == 200
    assert refused(outcome(floor.wiki, request)) == (401, "nonce_used")
    assert len(floor.wiki.request_tokens) == 1


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_tokens_are_asked_for_by_post(floor, verb):
    """protocol.md 1.1: anything else is 405, signed or not."""
    for request in (asking(floor.front, verb=verb), Request(verb, REQUEST_TOKEN)):
        answer = outcome(floor.wiki, request)
        assert (answer.status, answer.header("allow")) == (405, "POST")
    assert (floor.wiki.request_tokens, floor.wiki.nonces) == ({}, set())


def test_where_the_dance_is_not_loaded_there_is_none(floor):
    floor.wiki.mechanisms = load(["2LOi", "2LO"])
    assert floor.ask().status == 404
    assert floor.wiki.request_tokens == {}


def test_a_refusal_names_the_address_itself_as_its_realm(floor):
    """protocol.md 1.6"""
    answer = outcome(floor.wiki, asking(InMemory("Stranger"), f"{REQUEST_TOKEN}?a=1"))
    realm = "https%3A%2F%2Fexample.com%2Fwiki%2Fplugins%2Fservlet%2Foauth%2Frequest-token"
    assert answer.header("www-authenticate").startswith(f'OAuth realm="{realm}", oauth_problem=')
    assert answer.header("content-type") == f"{FORM};charset=UTF-8"
    assert answer.header("cache-control") == "no-store"


def test_the_parameters_may_travel_in_the_query_or_in_a_form(floor):
    """protocol.md 1.3"""
    request = asking(floor.front)
    items = request.header("authorization").removeprefix("OAuth ").replace('"', "").replace(", ", "&")
    assert outcome(floor.wiki, Request("POST", f"{REQUEST_TOKEN}?{items}")).status == 200
    request = asking(floor.front)
    items = request.header("authorization").removeprefix("OAuth ").replace('"', "").replace(", ", "&")
    assert outcome(floor.wiki, Request("POST", REQUEST_TOKEN, (("content-type", FORM),), items.encode())).status == 200


def test_a_body_that_was_too_large_to_be_read_is_refused(floor):
    """T-01, S-30"""
    assert refused(outcome(floor.wiki, asking(floor.front), whole=False)) == (400, "parameter_rejected")
    assert floor.wiki.request_tokens == {}


@pytest.mark.parametrize("question", [LinkOfConsumer, KeepRequestToken])
def test_where_the_store_fails_it_is_asked_to_come_again(floor, question):
    """T-11"""
    floor.wiki.failing[question] = StoreUnavailable("gone")
    answer = floor.ask()
    assert answer.status == 503
    assert answer.header("retry-after")


def test_nobody_is_looked_up_and_nobody_acts(floor):
    """An application proves itself, and nobody else."""
    floor.ask()
    assert "FindPerson" not in floor.wiki.kinds()


def test_the_addresses_are_those_of_the_products():
    """protocol.md 1.1"""
    assert PATHS == ("/plugins/servlet/oauth/request-token",)
