"""What is kept of a refused request, and what never is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import NoProof
from applinks.incoming.refusals import LARGEST_FORM, LONGEST_TARGET, Refusal, RememberRefusal, claimed_consumer
from applinks.links import LinkOfConsumer
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory
from incoming.senders import URL, outcome, signed, wiki


@pytest.fixture
def pair() -> tuple[InMemory, InMemory]:
    return wiki()


@pytest.fixture
def called(pair: tuple[InMemory, InMemory]) -> InMemory:
    return pair[0]


@pytest.fixture
def front(pair: tuple[InMemory, InMemory]) -> InMemory:
    return pair[1]


def kept(called: InMemory, request: Request) -> tuple[Refusal, ...]:
    assert isinstance(outcome(called, request), Response)
    return tuple(called.refusals)


def test_a_refused_request_of_a_link_is_kept_with_why(front, called):
    (refusal,) = kept(called, replace(signed(front), method="DELETE"))
    assert (refusal.link_id, refusal.problem, refusal.step) == (front.identity.id, "signature_invalid", "examine")
    assert "signature: does not hold" in refusal.why
    assert (refusal.request.method, refusal.request.url) == ("DELETE", f"{URL}?user_id=alice")
    assert refusal.whole


def test_what_strangers_send_is_not_kept(called):
    """Decision 0008"""
    assert kept(called, signed(InMemory("Stranger"))) == ()
    assert kept(called, Request("GET", URL, (("authorization", "OAuth x"),))) == ()


def test_what_is_admitted_is_not_kept(front, called):
    assert not isinstance(outcome(called, signed(front)), Response)
    assert called.refusals == []


def test_whoever_sent_it_the_same_is_asked_and_nothing_more_is_waited_for(front, called):
    """T-07: a stranger cannot tell a known consumer from an unknown one by what happens after a refusal."""
    asked = []
    for sender in (front, InMemory("Stranger")):
        called.asked.clear()
        outcome(called, replace(signed(sender), method="DELETE"))
        asked.append(called.kinds())
    assert asked[0] == asked[1]
    assert asked[0][-1] == "RememberRefusal"


def test_only_headers_that_may_tell_why_are_kept(front, called):
    request = replace(signed(front), method="DELETE")
    more = (("cookie", "canary"), ("x-api-key", "canary"), ("host", "inner"), ("x-forwarded-proto", "http"))
    (refusal,) = kept(called, replace(request, headers=(*request.headers, *more)))
    assert {name for name, _ in refusal.request.headers} == {"authorization", "host", "x-forwarded-proto"}


def test_an_authorization_that_is_none_of_oauth_is_never_kept(front, called):
    """T-66"""
    request = signed(front)
    header = (request.header("authorization") or "").removeprefix("OAuth ").replace('"', "").replace(", ", "&")
    both = Request("DELETE", f"{URL}?user_id=alice&{header}", (("authorization", "Basic Y2FuYXJ5"),))
    for refusal in kept(called, both):
        assert refusal.request.header("authorization") is None


@pytest.mark.parametrize("name", ["password", "os_password", "j_pass", "PWD", "client_secret", "%70assword", "pa%73s"])
@pytest.mark.parametrize("in_form", [True, False])
def test_a_request_that_may_hold_a_password_is_not_kept(front, called, name, in_form):
    """T-66"""
    if in_form:
        request = Request("POST", URL, (("content-type", FORM),), f"{name}=canary".encode())
    else:
        request = Request("GET", f"{URL}?{name}=canary")
    assert kept(called, replace(signed(front, request), method="DELETE")) == ()


def test_a_form_that_is_too_large_is_left_out(front, called):
    form = b"a=" + b"x" * LARGEST_FORM
    request = signed(front, Request("POST", URL, (("content-type", FORM),), form))
    (refusal,) = kept(called, replace(request, method="PUT"))
    assert (refusal.request.body, refusal.whole) == (b"", False)


def test_a_long_address_is_not_kept(front, called):
    request = signed(front, Request("GET", f"{URL}?a={'x' * LONGEST_TARGET}"))
    assert kept(called, replace(request, method="DELETE")) == ()


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (Request("GET", URL, (("authorization", 'OAuth oauth_consumer_key="a%20b"'),)), "a b"),
        (Request("GET", URL, (("authorization", 'oauth realm="x",oauth_consumer_key="a"'),)), "a"),
        (Request("GET", f"{URL}?x=1&oauth_consumer_key=a"), "a"),
        (Request("POST", URL, (("content-type", FORM),), b"oauth_consumer_key=a&x=1"), "a"),
        (Request("GET", f"{URL}?oauth_consumer_key=%zz"), None),
        (Request("GET", f"{URL}?not_oauth_consumer_key=a"), None),
        (Request("POST", URL, (("content-type", "text/plain"),), b"oauth_consumer_key=a"), None),
        (Request("GET", URL, (("authorization", "Basic oauth_consumer_key=a"),)), None),
    ],
)
def test_the_consumer_that_a_request_claims_is_found_wherever_it_is_named(request_, key):
    assert claimed_consumer(request_) == key


def test_a_value_that_was_kept_is_not_shown(front, called):
    """T-66"""
    (refusal,) = kept(called, replace(signed(front, Request("GET", f"{URL}?q=canary")), method="DELETE"))
    question = RememberRefusal(refusal.request, NoProof("It lacks one.", problem="parameter_absent"), True)
    assert "canary" not in repr(refusal) + repr(question).replace("?q=canary", "")
    assert "oauth_signature" not in repr(refusal) + repr(question)


def test_the_link_is_looked_up_by_the_claimed_key(front, called):
    outcome(called, replace(signed(front), method="DELETE"))
    assert called.answer(LinkOfConsumer(front.identity.consumer_key)).id == called.refusals[0].link_id
