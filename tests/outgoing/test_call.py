"""The road of one call, its questions answered by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from applinks.announcements import ConsentEnded
from applinks.audit import WriteDown
from applinks.errors import (
    AccessRefused,
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
    TrustSuspended,
)
from applinks.links import AccessToken, KeepSecret, KeepToken, LearnSkew, Level, SecretUse
from applinks.mechanisms import MECHANISMS, TABLE, load
from applinks.outgoing.answer import TOKEN_GONE
from applinks.outgoing.call import PATIENCE, call
from applinks.outgoing.clocks import MOST_SKEW
from applinks.people import acting, run_as
from applinks.questions import Now, drive
from applinks.wire import basic, oauth1, problems, trusted_failures
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.tokens import TokenCredentials, access_token_reply
from applinks.wire.trusted_failures import Code, Failure
from in_memory import NOW, InMemory, link_to
from suspended import suspend

BASE = "https://example.com/wiki"
URL = f"{BASE}/rest/page"
ANONYMOUS = "anonymous"


class Road:
    """A caller, a link, and what the far side answers: one response after the other, the last one for ever."""

    def __init__(self, *answers: Response | Exception, mechanisms: Any = MECHANISMS, **terms: Any) -> None:
        self.us = InMemory("Front", run_as={"deployment": {"alice"}}, mechanisms=mechanisms)
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

    def go(
        self,
        request: Request | None = None,
        *,
        user: str | None = "alice",
        demanded: str | None = None,
        again: bool = True,
    ) -> Response:
        request = request or Request("GET", URL)
        if user is None:
            return drive(call(request, self.link.id, None, ANONYMOUS, self.us.mechanisms, again=again), self.answer).response
        with self.us.acting_as(user):
            return drive(call(request, self.link.id, acting(), demanded, self.us.mechanisms, again=again), self.answer).response

    def hold(self, token: str = "first", user: str = "alice", **more: Any) -> None:
        """That person's consent."""
        self.us.answer(KeepToken(AccessToken(self.link.id, user, token, "", int(NOW), **more)))

    def held(self, user: str = "alice") -> str | None:
        kept = self.us.tokens.get((self.link.id, user))
        return kept and kept.token

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
    assert road.entry().status == (answer.status if isinstance(answer, Response) else None)


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


# ---- a clock that differs


def complaint(seconds: float, width: int = 600) -> Response:
    """What a far side says whose clock is so many seconds behind ours."""
    middle = int(NOW - seconds)
    acceptable = (("oauth_acceptable_timestamps", f"{middle - width // 2}-{middle + width // 2}"),)
    return problems.refusal(BASE, "timestamp_refused", acceptable)


@pytest.mark.parametrize("seconds", [400, -400, 301, -301, 899, -899])
def test_a_complaint_about_our_clock_is_learnt_and_the_call_proven_anew_by_theirs(seconds):
    """T-12, protocol.md 1.5"""
    road = Road(complaint(seconds), Response(200))
    assert road.go().status == 200
    first, second = claims(road)
    assert (first.timestamp, second.timestamp) == (int(NOW), int(NOW - seconds))
    assert first.nonce != second.nonce
    assert road.us.skews == {road.link.id: seconds}
    assert road.entry().outcome == "answered"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
def test_whatever_was_asked_may_be_asked_again_since_nothing_was_done(method):
    """T-12: a body that is at hand goes with it."""
    road = Road(complaint(400), Response(200))
    road.go(Request(method, URL, (("content-type", FORM),), b"a=1"))
    assert [(request.method, request.body) for request in road.sent] == [(method, b"a=1")] * 2
    assert all(oauth1.verify(oauth1.read(request), road.us.key.public) for request in road.sent)


def test_but_not_with_a_body_that_is_gone():
    road = Road(complaint(400), Response(200))
    assert road.go(Request("POST", URL), again=False).status == 400
    assert (len(road.sent), road.us.skews) == (1, {})


def test_it_is_learnt_once_for_each_call():
    """T-12: a far side that complains for ever is told to people."""
    road = Road(complaint(400), complaint(500), complaint(600))
    assert road.go().status == 400
    assert len(road.sent) == 2
    assert road.entry().outcome == "timestamp_refused"


def test_the_next_call_goes_by_what_was_learnt():
    road = Road(complaint(400), Response(200))
    road.go()
    road.go()
    assert len(road.sent) == 3
    assert [claim.timestamp for claim in claims(road)] == [int(NOW), int(NOW) - 400, int(NOW) - 400]


def test_what_was_learnt_is_corrected_and_not_added_up():
    road = Road(complaint(400), Response(200))
    road.us.answer(LearnSkew(road.link.id, -200.0))
    road.go()
    assert road.us.skews == {road.link.id: 400}


@pytest.mark.parametrize("seconds", [MOST_SKEW + 1, -MOST_SKEW - 1, 86_400, 10**9])
def test_a_far_side_does_not_set_our_clock_farther_than_a_quarter_of_an_hour(seconds):
    """T-12: more than that is for people to mend."""
    road = Road(complaint(seconds), Response(200))
    assert road.go().status == 400
    assert (len(road.sent), road.us.skews) == (1, {})


@pytest.mark.parametrize("said", ["", "now", "1-", "-5-10", "1e9-2e9", "99999999999999999-99999999999999999"])
def test_a_complaint_that_does_not_say_what_would_do_teaches_nothing(said):
    road = Road(problems.refusal(BASE, "timestamp_refused", (("oauth_acceptable_timestamps", said),)), Response(200))
    assert road.go().status == 400
    assert (len(road.sent), road.us.skews) == (1, {})


@pytest.mark.parametrize("problem", [problem for problem in problems.STATUS if problem != "timestamp_refused"])
def test_no_other_problem_is_answered_by_asking_again(problem):
    """A nonce is never used twice, and a refusal is one."""
    road = Road(problems.refusal(BASE, problem), Response(200))
    assert road.go().status == problems.STATUS[problem]
    assert len(road.sent) == 1


# ---- a token whose time is over


EXPIRED = problems.refusal(BASE, "token_expired")


def renewing(*answers: Response, handle: str | None = "h") -> Road:
    road = Road(*answers)
    road.hold(session_handle=handle)
    road.us.network = lambda request: access_token_reply(TokenCredentials("second", "", 10 * 3600, "h2", 20 * 3600))
    return road


def test_a_token_that_the_far_side_finds_expired_is_renewed_before_anybody_is_asked():
    road = renewing(EXPIRED, Response(200))
    assert road.go(demanded="3LO").status == 200
    assert [claim.token for claim in claims(road)] == ["first", "second"]
    assert road.held() == "second"


def test_it_is_renewed_once():
    road = renewing(EXPIRED, EXPIRED, Response(200))
    with pytest.raises(CredentialsRequired):
        road.go(demanded="3LO")
    assert [claim.token for claim in claims(road)] == ["first", "second"]
    assert road.held() is None, "the one that was refused is forgotten, though it was not there when the call began"


def test_one_that_cannot_be_renewed_is_asked_for_anew():
    road = renewing(EXPIRED, Response(200), handle=None)
    with pytest.raises(CredentialsRequired):
        road.go(demanded="3LO")
    assert road.held() is None


# ---- asked to wait


def wait(said: str, status: int = 429) -> Response:
    return Response(status, (("retry-after", said),))


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_what_may_be_repeated_is_repeated_when_the_far_side_said_with_a_proof_of_its_own(status, method):
    """R-25"""
    road = Road(wait("7", status), Response(200))
    assert road.go(Request(method, URL)).status == 200
    assert road.us.waited == [7.0]
    first, second = claims(road)
    assert first.nonce != second.nonce
    assert road.entry().outcome == "answered"


def test_the_time_may_be_told_as_a_date():
    """R-25"""
    road = Road(wait(formatdate(NOW + 20, usegmt=True)), Response(200))
    assert road.go().status == 200
    assert road.us.waited == [20.0]


def test_a_date_that_has_passed_is_now():
    road = Road(wait(formatdate(NOW - 20, usegmt=True)), Response(200))
    assert road.go().status == 200
    assert road.us.waited == [0.0]


@pytest.mark.parametrize("method", ["POST", "PATCH", "get", "PROPFIND"])
def test_what_may_not_be_repeated_is_not(method):
    """R-25"""
    road = Road(wait("1"), Response(200))
    assert road.go(Request(method, URL)).status == 429
    assert (len(road.sent), road.us.waited) == (1, [])


def test_nor_is_a_body_that_is_gone():
    road = Road(wait("1"), Response(200))
    assert road.go(Request("PUT", URL), again=False).status == 429
    assert (len(road.sent), road.us.waited) == (1, [])


@pytest.mark.parametrize(
    "said",
    [
        f"{PATIENCE + 1:.0f}",
        "3600",
        "9" * 30,
        "-1",
        "1.5",
        "soon",
        "",
        "inf",
        "nan",
        formatdate(NOW + 10**6, usegmt=True),
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
def test_an_absurd_time_is_not_waited_for(said):
    """R-25: whoever called hears at once."""
    road = Road(wait(said), Response(200))
    assert road.go().status == 429
    assert (len(road.sent), road.us.waited) == (1, [])


def test_without_a_word_when_nothing_is_repeated():
    for status in (429, 503):
        road = Road(Response(status), Response(200))
        assert road.go().status == status
        assert len(road.sent) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 502, 504])
def test_no_other_status_is_repeated_whatever_it_says(status):
    road = Road(wait("1", status), Response(200))
    assert road.go().status == status
    assert len(road.sent) == 1


def test_patience_ends():
    """R-25: after thirty seconds in all, or three times, whichever comes first."""
    road = Road(wait("0"))
    assert road.go().status == 429
    assert len(road.sent) == 4
    road = Road(wait("20"), wait("20"), Response(200))
    assert road.go().status == 429
    assert road.us.waited == [20.0]


def test_an_anonymous_call_waits_too():
    road = Road(wait("3"), Response(200))
    assert road.go(user=None).status == 200
    assert road.us.waited == [3.0]


def test_what_waits_is_written_down_once():
    road = Road(wait("1"), wait("1"), Response(200))
    road.go()
    assert (road.entry().outcome, road.entry().status) == ("answered", 200)


# ---- a consent that is gone


def consented(*answers: Response, **more: Any) -> Road:
    road = Road(*answers, level=Level.OAUTH, **more)
    road.hold()
    return road


@pytest.mark.parametrize("problem", sorted(TOKEN_GONE))
def test_a_token_that_the_far_side_does_not_know_any_more_asks_for_consent_as_before_the_call(problem):
    """R-41"""
    road = consented(problems.refusal(BASE, problem))
    with pytest.raises(CredentialsRequired, match=problem) as gone:
        road.go()
    before = Road(level=Level.OAUTH)
    with pytest.raises(CredentialsRequired) as needed:
        before.go()
    assert (gone.value.user, gone.value.authorization_url) == (needed.value.user, needed.value.authorization_url)
    assert (gone.value.link, gone.value.direction) == (needed.value.link, needed.value.direction)


def test_it_is_forgotten_which_is_written_down_and_told():
    """R-41"""
    road = consented(problems.refusal(BASE, "token_rejected"))
    with pytest.raises(CredentialsRequired):
        road.go()
    assert road.held() is None
    assert road.us.told == [ConsentEnded(road.link.id, "Wiki", "alice")]
    assert [(entry.kind, entry.outcome) for entry in road.us.entries] == [
        ("consent gone", "done"),
        ("call", "credentials-required"),
    ]


def test_but_not_one_that_took_its_place_meanwhile():
    """R-41: the person has just agreed anew."""
    road = consented(problems.refusal(BASE, "token_rejected"))

    def meanwhile(step: Any) -> Any:
        if isinstance(step, Request):
            road.hold("second")
        return road.answer(step)

    with road.us.acting_as("alice"), pytest.raises(CredentialsRequired):
        drive(call(Request("GET", URL), road.link.id, acting(), None), meanwhile)
    assert road.held() == "second"
    assert road.us.told == []


def test_nor_that_of_anybody_else():
    road = consented(problems.refusal(BASE, "token_rejected"))
    road.hold("bob's", user="bob")
    with pytest.raises(CredentialsRequired):
        road.go()
    assert (road.held(), road.held("bob")) == (None, "bob's")


@pytest.mark.parametrize("problem", sorted(problems.STATUS.keys() - TOKEN_GONE))
def test_any_other_problem_leaves_the_consent_alone(problem):
    """protocol.md 1.6"""
    road = consented(problems.refusal(BASE, problem))
    assert road.go().status == problems.STATUS[problem]
    assert (road.held(), road.us.told) == ("first", [])


@pytest.mark.parametrize(
    "answer",
    [
        Response(401, (("www-authenticate", 'OAuth realm="https%3A%2F%2Fjira.example.com"'),)),
        Response(401),
        Response(401, (("www-authenticate", 'Basic realm="x"'),), b"<html>oauth_problem=token_rejected</html>"),
        Response(403),
        Response(404),
        Response(200, (), b"oauth_problem=token_rejected"),
    ],
)
def test_an_answer_that_names_no_problem_of_the_token_leaves_it_alone(answer):
    """Strict-fake checklist 13: Jira adds a bare challenge to every 401 of its own."""
    road = consented(answer)
    assert road.go() == answer
    assert road.held() == "first"


@pytest.mark.parametrize("problem", sorted(TOKEN_GONE))
def test_who_goes_without_a_token_has_no_consent_to_lose(problem):
    """2LOi sends an empty one: what the far side says of it is an error for people."""
    road = Road(problems.refusal(BASE, problem))
    road.hold()
    assert road.go().status == 401
    assert road.held() == "first"


def test_a_call_with_a_persons_token_may_be_answered_as_anybody_but_not_as_nobody():
    """Strict-fake checklist 14: 200 as nobody says that the token was not looked at."""
    assert consented(Response(200, (("x-ausername", "ally"),))).go().status == 200
    road = consented(Response(200, (("x-ausername", "anonymous"),)))
    with pytest.raises(ActedAsSomeoneElse, match="not as anybody"):
        road.go()
    assert road.held() == "first"


def test_the_record_of_a_call_names_its_mechanism():
    road = consented()
    road.go()
    assert (road.entry().mechanism, road.entry().subject) == ("3LO", "alice")


# ---- as the fixed user


def fixed(*answers: Response) -> Road:
    road = Road(*answers, level=Level.OAUTH)
    road.link = road.us.save(replace(road.link, outgoing=replace(road.link.outgoing, fixed_user=True)))
    return road


def test_where_the_link_wants_it_a_person_without_consent_goes_as_the_fixed_user_on_the_record():
    """R-20"""
    road = fixed(Response(200, (("x-ausername", "deployment"),)))
    road.go()
    assert (road.entry().mechanism, road.entry().subject) == ("2LO", "alice")


def test_once_they_agreed_they_go_as_themselves():
    road = fixed()
    road.hold()
    road.go()
    assert road.entry().mechanism == "3LO"


def test_as_nobody_it_is_an_error():
    """protocol.md 1.8: an empty Execute-as field means anonymous rights."""
    with pytest.raises(ActedAsSomeoneElse):
        fixed(Response(200, (("x-ausername", "anonymous"),))).go()


# ---- by a certificate


def refusing(code: Code, status: int = 200) -> Response:
    return Response(status, trusted_failures.refused(Failure.of(code, "x")))


def trusted(*answers: Response) -> Road:
    return Road(*answers, level=Level.TRUSTED, mechanisms=load(TABLE))


@pytest.mark.parametrize("code", list(Code))
def test_a_certificate_that_is_refused_is_an_error_even_with_status_200(code):
    """protocol.md 2.3: products go on with nobody signed in, and answer."""
    road = trusted(refusing(code))
    with pytest.raises(AccessRefused) as refused:
        road.go()
    assert (refused.value.problem, refused.value.status, refused.value.link) == (code, 200, "Wiki")
    assert (road.entry().outcome, road.entry().mechanism) == ("access-refused", "Trusted")


def test_with_an_error_status_it_is_the_callers_as_any_other():
    road = trusted(refusing(Code.APP_UNKNOWN, 401))
    assert road.go().status == 401
    assert road.entry().outcome == "APP_UNKNOWN"


def test_an_accepted_one_is_an_answer():
    assert trusted(Response(200, trusted_failures.accepted())).go().status == 200


def test_a_far_side_that_does_not_speak_it_answers_as_nobody_which_is_an_error():
    """protocol.md 2.3: no status header at all."""
    with pytest.raises(ActedAsSomeoneElse):
        trusted(Response(200, (("x-ausername", "anonymous"),))).go()


def test_a_redirect_is_vouched_for_anew():
    """T-38: the signature is for one address."""
    road = trusted(redirect(f"{BASE}/x"), Response(200))
    road.go()
    signatures = {request.header("x-seraph-trusted-app-signature") for request in road.sent}
    assert len(signatures) == 2


# ---- by an account


def by_account(*answers: Response) -> Road:
    road = Road(*answers, level=Level.BASIC, mechanisms=load(TABLE))
    road.link = road.us.save(replace(road.link, outgoing=replace(road.link.outgoing, account="front")))
    road.us.answer(KeepSecret(road.link.id, SecretUse.OUTGOING_BASIC, road.link.origin, "s3cret"))
    return road


def test_a_password_goes_along_before_anybody_asks_for_it():
    """protocol.md 3: pre-emptively."""
    road = by_account(Response(200, (("x-ausername", "front"),)))
    road.go()
    (request,) = road.sent
    assert basic.read(request.header("authorization")) == ("front", "s3cret")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Response(401), "authentication_denied"),
        (Response(401, (("retry-after", "1"),)), "authentication_denied"),
        (Response(403, (("x-authentication-denied-reason", "CAPTCHA_CHALLENGE; login-url=https://x/"),)), "captcha"),
    ],
)
def test_a_password_that_was_refused_is_not_tried_a_second_time(answer, outcome):
    """protocol.md 3: a few wrong ones raise a puzzle that only a person can solve."""
    road = by_account(answer, Response(200))
    assert road.go().status == answer.status
    assert len(road.sent) == 1
    assert road.entry().outcome == outcome


def test_a_wrong_password_that_is_answered_200_is_an_error():
    """protocol.md 9.1: seen in Jira."""
    with pytest.raises(AccessRefused) as refused:
        by_account(Response(200, (("x-seraph-loginreason", "AUTHENTICATION_DENIED"),))).go()
    assert refused.value.problem == "authentication_denied"


@pytest.mark.parametrize("named", ["anonymous", "alice", "root"])
def test_an_answer_for_anybody_but_the_account_is_an_error(named):
    with pytest.raises(ActedAsSomeoneElse, match="not as 'front'"):
        by_account(Response(200, (("x-ausername", named),))).go()


@pytest.mark.parametrize(
    "location", ["https://elsewhere.example.com/wiki/x", "http://example.com/wiki/x", "https://example.com:8443/wiki/x"]
)
def test_the_password_does_not_follow_a_redirect_to_another_origin(location):
    """T-27, T-38"""
    road = by_account(redirect(location))
    with pytest.raises(RedirectedElsewhere):
        road.go()
    assert len(road.sent) == 1


def test_no_record_holds_the_password():
    """T-66"""
    road = by_account()
    road.go()
    assert "s3cret" not in f"{road.entry()!r} {road.entry().explanation}"


# ---- while outgoing trust is suspended


@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION, Level.BASIC, Level.TRUSTED])
@pytest.mark.parametrize("user", ["alice", None], ids=["as somebody", "anonymously"])
def test_a_copy_signs_and_sends_nothing_whoever_calls_by_whatever_way(level, user):
    """G-06"""
    road = Road(level=level, mechanisms=load(TABLE))
    road.hold()
    suspend(road.us)
    with pytest.raises(TrustSuspended, match="lies elsewhere") as refused:
        road.go(user=user)
    assert (refused.value.link, refused.value.direction) == ("Wiki", "outgoing")
    assert road.sent == road.us.entries == []
    assert [question for question in road.us.kinds() if question not in {"FindPerson", "KeepToken"}][-1] == "FactsFor"
