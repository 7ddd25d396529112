"""The road of one call, its questions answered by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from applinks.audit import WriteDown
from applinks.errors import (
    ActedAsSomeoneElse,
    AddressOutsideLink,
    AppLinksError,
    ConfigurationError,
    CredentialsRequired,
    LinkNotFound,
    MechanismMissing,
    RedirectedElsewhere,
    StoreUnavailable,
    TransportFailed,
)
from applinks.links import Level
from applinks.outgoing.call import call
from applinks.people import acting, run_as
from applinks.questions import Now, drive
from applinks.wire import oauth1
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory, link_to

BASE = "https://example.com/wiki"
URL = f"{BASE}/rest/page"
ANONYMOUS = "anonymous"


class Road:
    """A caller, a link, and what the far side answers: one response after the other, the last one for ever."""

    def __init__(self, *answers: Response | Exception, **terms: Any) -> None:
        self.us = InMemory("Front", run_as={"deployment": {"alice"}})
        self.link = self.us.save(link_to(InMemory("Wiki", url=BASE), **terms))
        self.answers = list(answers) or [Response(200)]
        self.sent: list[Request] = []

    def answer(self, step: Any) -> Any:
        if not isinstance(step, Request):
            return self.us.answer(step)
        self.sent.append(step)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def go(self, request: Request | None = None, *, user: str | None = "alice", demanded: str | None = None) -> Response:
        request = request or Request("GET", URL)
        if user is None:
            return drive(call(request, self.link.id, None, ANONYMOUS), self.answer)
        with self.us.acting_as(user):
            return drive(call(request, self.link.id, acting(), demanded), self.answer)

    def entry(self) -> Any:
        (entry,) = self.us.entries
        return entry


def redirect(location: str, status: int = 302) -> Response:
    return Response(status, (("location", location),))


# ---- what happens, in order


def test_the_link_is_read_once_the_call_proven_sent_and_written_down():
    road = Road(Response(200, (), b""))
    assert road.go() == Response(200)
    assert road.us.kinds() == ["FindPerson", "FactsFor", "Now", "ClockSkew", "WriteDown"]
    assert len(road.sent) == 1


def test_a_link_that_was_deleted_ends_the_call_before_anything():
    road = Road()
    road.us.remove(road.link.id)
    with pytest.raises(LinkNotFound):
        road.go()
    assert road.sent == []


@pytest.mark.parametrize("url", ["https://elsewhere.example.com/wiki/x", "https://example.com/other", f"{BASE}/../x"])
def test_an_address_outside_the_link_is_not_signed(url):
    """T-70"""
    road = Road()
    with pytest.raises(AddressOutsideLink):
        road.go(Request("GET", url))
    assert road.us.kinds() == ["FindPerson", "FactsFor"]


@pytest.mark.parametrize(
    ("terms", "demanded", "error"),
    [
        ({"level": Level.OAUTH}, None, CredentialsRequired),
        ({"level": Level.DISABLED}, None, MechanismMissing),
        ({"level": Level.OAUTH}, "2LOi", MechanismMissing),
        ({}, "3LO", CredentialsRequired),
        ({}, "2LO", MechanismMissing),
        ({}, "Trusted", MechanismMissing),
    ],
)
def test_where_the_link_cannot_carry_the_call_nothing_is_sent(terms, demanded, error):
    """R-20"""
    road = Road(**terms)
    with pytest.raises(error):
        road.go(demanded=demanded)
    assert road.sent == []


def test_an_anonymous_call_carries_no_proof_and_no_user():
    road = Road(Response(200, (("x-ausername", "anonymous"),)))
    road.go(user=None)
    assert road.sent == [Request("GET", URL)]
    assert (road.entry().mechanism, road.entry().subject, road.entry().actor) == (ANONYMOUS, None, None)


# ---- written down, once, whatever happens


def test_the_record_says_who_as_whom_why_over_which_link_how_and_what_came_of_it():
    """R-29"""
    road = Road(Response(204))
    with road.us.acting_as("alice"), run_as("deployment", reason="release 7"):
        drive(call(Request("POST", f"{URL}?secret=1"), road.link.id, acting(), None), road.answer)
    entry = next(entry for entry in road.us.entries if entry.kind == "call")
    assert (entry.subject, entry.actor, entry.reason) == ("deployment", "alice", "release 7")
    assert (entry.link, entry.mechanism, entry.outcome, entry.status) == ("Wiki", "2LOi", "answered", 204)
    assert entry.request == f"POST {URL}"
    assert {kept.kind: WriteDown(kept).durable for kept in road.us.entries} == {"run_as": True, "call": False}


def test_a_record_keeps_no_query_and_shows_no_base_string():
    """T-66"""
    road = Road()
    road.go(Request("GET", f"{URL}?token=hunter2"))
    assert "hunter2" not in repr(road.entry())
    assert "hunter2" in road.entry().explanation


OUTCOMES = {
    "answered": (Response(200), None),
    "answered, an error": (Response(500), None),
    "nonce_used": (Response(401, (), b"oauth_problem=nonce_used"), None),
    "acted-as-someone-else": (Response(200, (("x-ausername", "bob"),)), ActedAsSomeoneElse),
    "redirected-elsewhere": (redirect("https://elsewhere.example.com/"), RedirectedElsewhere),
    "transport-failed": (TransportFailed("no answer"), TransportFailed),
    "configuration": (ConfigurationError("would be changed"), ConfigurationError),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("user", ["alice", None])
def test_each_outcome_is_written_down_exactly_once(outcome, user):
    answer, error = OUTCOMES[outcome]
    if user is None and (error is ActedAsSomeoneElse or outcome == "nonce_used"):  # nothing was proven: nothing can be refused
        outcome, error = "answered", None
    road = Road(answer)
    if error is None:
        road.go(user=user)
    else:
        with pytest.raises(error):
            road.go(user=user)
    assert road.entry().outcome == outcome.partition(",")[0]
    assert road.entry().status == (answer.status if error is None else None)


def test_a_call_that_cannot_be_proven_is_written_down_too():
    road = Road()
    with pytest.raises(ConfigurationError):
        road.go(Request("GET", f"{URL}?user_id=root"))
    assert (road.entry().outcome, road.sent) == ("configuration", [])


def test_where_the_store_cannot_even_tell_the_time_nothing_is_sent():
    road = Road()
    road.us.failing[Now] = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        road.go()
    assert road.sent == []


# ---- as whom it was answered


def test_an_answer_as_somebody_else_is_an_error_even_with_status_200():
    with pytest.raises(ActedAsSomeoneElse, match="'anonymous', not as 'alice'"):
        Road(Response(200, (("x-ausername", "anonymous"),))).go()


def test_a_problem_that_is_named_comes_before_the_witness():
    """Who is refused is anonymous over there; the cause is what helps."""
    refused = Response(401, (("x-ausername", "anonymous"),), b"oauth_problem=timestamp_refused")
    assert Road(refused).go() == refused


def test_of_redirected_calls_the_last_answer_tells():
    first = Response(302, (("location", f"{BASE}/x"), ("x-ausername", "anonymous")))
    assert Road(first, Response(200, (("x-ausername", "alice"),))).go().status == 200


# ---- redirects


def claims(road: Road) -> Iterator[oauth1.Claim]:
    for request in road.sent:
        claim = oauth1.read(request)
        assert claim is not None
        assert oauth1.verify(claim, road.us.key.public)
        yield claim


FOLLOWED = {
    f"{BASE}/new": f"{BASE}/new",
    f"{BASE}/new?page=2": f"{BASE}/new?page=2",
    "/wiki/new": f"{BASE}/new",
    "other": f"{BASE}/rest/other",
    "../new": f"{BASE}/new",
    "?page=2": f"{URL}?page=2",
    "//example.com/wiki/new": f"{BASE}/new",
    f"{BASE}/new#part": None,
    "https://example.com:443/wiki/new": None,
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [place for place, target in FOLLOWED.items() if target])
def test_a_redirect_that_stays_below_the_link_is_followed_with_a_proof_of_its_own(status, location):
    """T-38, S-23"""
    road = Road(redirect(location, status), Response(200))
    assert road.go().status == 200
    first, second = claims(road)
    address, _, query = road.sent[1].url.rpartition("user_id=alice")[0].rstrip("?&").partition("?")
    assert f"{address}{'?' if query else ''}{query}" == FOLLOWED[location]
    assert dict(parse_qsl(urlsplit(road.sent[1].url).query))["user_id"] == "alice"
    assert first.nonce != second.nonce
    assert len(road.us.entries) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_method_stays(method):
    road = Road(redirect(f"{BASE}/x"), Response(200))
    road.go(Request(method, URL))
    assert [request.method for request in road.sent] == [method, method]


ELSEWHERE = [
    "https://elsewhere.example.com/wiki/x",
    "http://example.com/wiki/x",
    "https://example.com:8443/wiki/x",
    "https://example.com:80/wiki/x",
    "https://example.com/",
    "https://example.com/wikis/x",
    "https://example.com/wiki",
    "https://example.com.evil.com/wiki/x",
    "https://example.com@evil.com/wiki/x",
    "https://user@example.com/wiki/x",
    "https://user:pw@example.com/wiki/x",
    "https://example.com/wiki/../x",
    "https://example.com/wiki/%2e%2e/x",
    "https://example.com/wiki/..%2fx",
    "https://example.com/wiki/..;/x",
    "https://example.com/wiki//x",
    "https://example.com/wiki\\..\\x",
    "https://example.com\\@evil.com/",
    "//elsewhere.example.com/wiki/x",
    "///elsewhere.example.com/x",
    "/\\elsewhere.example.com",
    "/",
    "/login?next=/wiki/rest/page",
    "../../x",
    "../../../x",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://example.com/wiki/x",
    "HTTPS://EXAMPLE.COM/wiki/x",
    "https://exämple.com/wiki/x",
    "https://example.com/wiki/ü",
    "https://example.com/wiki/a b",
    "https://example.com/wiki/a\x1b",
    "http://[",
    "https://[::1",
    "http://\x00",
]


@pytest.mark.parametrize("location", [*ELSEWHERE, *(place for place, target in FOLLOWED.items() if not target)])
@pytest.mark.parametrize("user", ["alice", None])
def test_a_redirect_to_anywhere_else_is_an_error_and_nothing_is_sent_there(location, user):
    """T-38"""
    road = Road(redirect(location))
    with pytest.raises((RedirectedElsewhere, AddressOutsideLink)) as refused:
        road.go(user=user)
    assert len(road.sent) == 1
    assert str(refused.value).isprintable()
    assert len(road.us.entries) == 1


def test_the_corpus_of_redirects_is_large_enough():
    assert len(ELSEWHERE) + len(FOLLOWED) >= 20


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", "PROPFIND"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_changes_something_is_never_sent_a_second_time(method, status):
    """S-23"""
    road = Road(redirect(f"{BASE}/x", status))
    with pytest.raises(RedirectedElsewhere):
        road.go(Request(method, URL))
    assert len(road.sent) == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", URL, (("content-type", FORM), ("content-length", "3")), b"a=1"),
        Request("GET", URL, (("content-type", "application/json"), ("content-length", "2"))),
        Request("OPTIONS", URL, (("transfer-encoding", "chunked"),)),
    ],
)
def test_nor_is_a_body(request_):
    """S-23"""
    road = Road(redirect(f"{BASE}/x"))
    with pytest.raises(RedirectedElsewhere):
        road.go(request_)
    assert len(road.sent) == 1


def test_redirects_without_an_end_are_cut():
    """S-23"""
    road = Road(redirect(f"{BASE}/x"))
    with pytest.raises(RedirectedElsewhere, match="4 times in a row"):
        road.go()
    assert len(road.sent) == 4
    assert len({claim.nonce for claim in claims(road)}) == 4


@pytest.mark.parametrize(
    "answer", [Response(302), Response(304, (("location", "/x"),)), Response(200, (("location", "/x"),)), Response(300)]
)
def test_what_is_no_redirect_is_an_answer(answer):
    assert Road(answer).go() == answer


def test_a_redirect_that_brings_our_parameter_back_is_signed_with_it_once():
    road = Road(redirect(f"{BASE}/x?user_id=alice"), Response(200))
    road.go()
    assert road.sent[1].url == f"{BASE}/x?user_id=alice"
    assert len(list(claims(road))) == 2


def test_one_that_brings_another_user_is_an_error():
    """T-24"""
    road = Road(redirect(f"{BASE}/x?user_id=root"))
    with pytest.raises(AppLinksError):
        road.go()
    assert len(road.sent) == 1
