"""The dance, on the calling side: how it begins, who may end it, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.announcements import ConsentEnded, ConsentGiven
from applinks.errors import (
    AccessRefused,
    AppLinksError,
    CredentialsRefused,
    CredentialsRequired,
    DanceOfAnother,
    DanceOver,
    FarSideError,
    LinkNotFound,
    MalformedAnswer,
    MechanismMissing,
    StoreUnavailable,
    Throttled,
    TransportFailed,
    TrustSuspended,
)
from applinks.links import EndDance, Endpoints, KeepDance, KeepSecret, KeepToken, Level, SecretUse
from applinks.outgoing import dance
from applinks.outgoing.dance import END_PATH, LIFE, START_PATH, consent_needed, end, forget, local, start
from applinks.questions import drive
from applinks.wire import oauth1, problems, tokens
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SharedSecret, SignatureMethod
from applinks.wire.tokens import TemporaryCredentials, TokenCredentials
from in_memory import NOW, InMemory, link_to
from suspended import suspend

WIKI = "https://wiki.example.com"
BROWSER = "what-only-her-browser-keeps"


class Provider:
    """The far side of a dance: gives the request token "asked" and the access token "given"; keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.request_token: Response | Exception = tokens.request_token_reply(TemporaryCredentials("asked", "asked's"))
        self.access_token: Response | Exception = tokens.access_token_reply(
            TokenCredentials("given", "given's", 100, "handle", 200)
        )

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.request_token if request.url.endswith("request-token") else self.access_token
        if isinstance(answer, Exception):
            raise answer
        return answer

    def claims(self) -> list[oauth1.Claim]:
        return [oauth1.read(request, token_needed=False) for request in self.requests]


class Floor:
    """Front and its link to Wiki, for which Alice's consent is needed."""

    def __init__(self, **terms: object) -> None:
        self.us = InMemory("Front")
        self.link = self.us.save(link_to(InMemory("Wiki", type="confluence"), level=Level.OAUTH, **terms))
        self.us.network = self.provider = Provider()

    def needed(self, user: str = "alice") -> CredentialsRequired:
        return self.us.run(consent_needed(self.us.identity, self.link, user, "why"))

    def stamp(self, user: str = "alice") -> str:
        return parse_qs(urlsplit(self.needed(user).authorization_url).query)["for"][0]

    def start(self, user: str = "alice", *, stamp: str | None = None, return_to: str = "/browse/OPS-1", link: str = "") -> str:
        return self.us.run(
            start(link or self.link.id, user, self.stamp(user) if stamp is None else stamp, return_to, browser=BROWSER)
        )

    @property
    def state(self) -> str:
        """What the callback's address says; the rest of the name is what the browser keeps."""
        (name,) = self.us.dances
        state, _, browser = name.partition(" ")
        assert browser == BROWSER
        return state

    def end(
        self,
        user: str = "alice",
        *,
        state: str | None = None,
        token: str = "asked",
        verifier: str = "v3r1f1",
        browser: str = BROWSER,
    ):
        return self.us.run(end(self.state if state is None else state, user, token, verifier, browser=browser))

    def token(self, user: str = "alice"):
        return self.us.tokens.get((self.link.id, user))


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def begun(floor: Floor) -> Floor:
    floor.start()
    return floor


# ---- the address that asks for it


def test_the_address_is_our_own_and_says_for_which_link_and_for_whom(floor):
    """The person's name does not stand in it: a stamp does, which only we can make."""
    needed = floor.needed()
    address = urlsplit(needed.authorization_url)
    assert needed.authorization_url.startswith(f"{floor.us.identity.url}/{START_PATH}?")
    assert dict(parse_qsl(address.query)) == {"applicationLinkID": floor.link.id, "for": floor.stamp()}
    assert "alice" not in needed.authorization_url
    assert (needed.user, needed.link, needed.direction) == ("alice", "Wiki", "outgoing")
    assert "why" in str(needed)


def test_it_is_another_one_for_each_person_and_for_each_link(floor):
    other = floor.us.save(link_to(InMemory("Build"), level=Level.OAUTH))
    stamps = {floor.stamp("alice"), floor.stamp("bob")}
    for user in ("alice", "bob"):
        needed = floor.us.run(consent_needed(floor.us.identity, other, user, "why"))
        stamps.add(parse_qs(urlsplit(needed.authorization_url).query)["for"][0])
    assert len(stamps) == 4


def test_it_can_lead_back_to_where_the_person_was(floor):
    returning = floor.needed().returning_to("/browse/OPS-1?a=1&b=2")
    assert returning.startswith(f"{floor.needed().authorization_url}&return_to=")
    assert dict(parse_qsl(urlsplit(returning).query))["return_to"] == "/browse/OPS-1?a=1&b=2"


# ---- the beginning


def test_it_asks_for_a_request_token_and_sends_the_person_to_the_far_side(floor):
    """protocol.md 1.7, 1 and 2"""
    address = floor.start()
    (request,) = floor.provider.requests
    assert (request.method, request.url) == ("POST", f"{WIKI}/plugins/servlet/oauth/request-token")
    assert address == f"{WIKI}/plugins/servlet/oauth/authorize?oauth_token=asked"


def test_the_request_is_signed_without_a_token_and_with_our_callback(floor):
    """protocol.md 1.3, 1.7"""
    floor.start()
    (claim,) = floor.provider.claims()
    assert oauth1.verify(claim, floor.us.key.public)
    said = dict(claim.oauth)
    assert "oauth_token" not in said
    callback = urlsplit(said["oauth_callback"])
    assert said["oauth_callback"].startswith(f"{floor.us.identity.url}/{END_PATH}?")
    assert dict(parse_qsl(callback.query)) == {"applicationLinkID": floor.link.id, "state": floor.state}


def test_it_is_kept_for_the_person_who_began_it_with_an_end(begun):
    (kept,) = begun.us.dances.values()
    assert (kept.link_id, kept.user, kept.token, kept.secret) == (begun.link.id, "alice", "asked", "asked's")
    assert (kept.return_to, kept.until) == ("/browse/OPS-1", int(NOW) + LIFE)


def test_each_has_a_state_of_its_own_that_nobody_can_guess(floor):
    for _ in range(3):
        floor.start()
    assert len(floor.us.dances) == 3
    assert all(len(state) >= 32 for state in floor.us.dances)


@pytest.mark.parametrize("user", ["bob", "root", "Alice", "alice ", ""])
def test_opened_by_anybody_else_nothing_begins(floor, user):
    """T-44, C-21, C-22: an address that somebody was sent by another does nothing."""
    with pytest.raises(DanceOfAnother):
        floor.start(user, stamp=floor.stamp("alice"))
    assert (floor.provider.requests, floor.us.dances) == ([], {})


@pytest.mark.parametrize("stamp", ["", "0", "0" * 64, "é", "\x00"])
def test_nor_does_it_by_a_made_up_address(floor, stamp):
    """T-44"""
    with pytest.raises(DanceOfAnother):
        floor.start(stamp=stamp)
    assert floor.provider.requests == []


def test_nor_for_another_link_than_the_one_it_was_made_for(floor):
    """T-44"""
    other = floor.us.save(link_to(InMemory("Build"), level=Level.OAUTH))
    with pytest.raises(DanceOfAnother):
        floor.start(stamp=floor.stamp(), link=other.id)
    assert floor.provider.requests == []


def test_names_and_ids_do_not_run_into_one_another(floor):
    """T-44: the stamp of link "a", person "b c" is not that of link "a b", person "c"."""
    made = {dance._made_for(link, user) for link, user in (("a", "b c"), ("a b", "c"), ("1:a", "b"), ("1", "a b"))}
    assert len(made) == 4


def test_a_link_that_is_gone_begins_nothing(floor):
    stamp = floor.stamp()
    floor.us.remove(floor.link.id)
    with pytest.raises(LinkNotFound):
        floor.start(stamp=stamp)


@pytest.mark.parametrize(
    "body",
    [
        b"oauth_token=asked&oauth_token_secret=s",
        b"oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=false",
        b"oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=",
        b"oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=TRUE",
        b"oauth_token=asked&oauth_token_secret=s&xoauth_callback_confirmed=true",
    ],
)
def test_a_far_side_that_does_not_confirm_the_callback_is_not_danced_with(floor, body):
    """T-14, C-14"""
    floor.provider.request_token = Response(200, (), body)
    with pytest.raises(MalformedAnswer, match="oauth_callback_confirmed"):
        floor.start()
    assert floor.us.dances == {}


@pytest.mark.parametrize("body", [b"", b"<html>log in</html>", b'{"oauth_token": "x"}', b"oauth_callback_confirmed=true"])
def test_nor_is_one_whose_reply_is_none(floor, body):
    """T-36"""
    floor.provider.request_token = Response(200, (), body)
    with pytest.raises(MalformedAnswer):
        floor.start()
    assert floor.us.dances == {}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/html", "application/json"])
def test_the_declared_type_of_a_reply_is_not_believed(floor, kind):
    """protocol.md 1.7, strict-fake checklist 12"""
    floor.provider.request_token = replace(floor.provider.request_token, headers=(("content-type", kind),))
    assert floor.start().endswith("oauth_token=asked")


@pytest.mark.parametrize("problem", ["consumer_key_unknown", "signature_invalid", "parameter_rejected", "timestamp_refused"])
def test_a_problem_of_the_far_side_is_the_same_error_as_that_of_a_call(floor, problem):
    """protocol.md 1.6"""
    floor.provider.request_token = problems.refusal(f"{WIKI}/plugins/servlet/oauth/request-token", problem)
    with pytest.raises(AccessRefused) as refused:
        floor.start()
    assert (refused.value.problem, refused.value.link) == (problem, "Wiki")
    assert refused.value.remedy
    assert floor.us.dances == {}


@pytest.mark.parametrize("status", [404, 405, 500])
def test_so_is_any_other_trouble(floor, status):
    floor.provider.request_token = Response(status)
    with pytest.raises(FarSideError) as failed:
        floor.start()
    assert failed.value.status == status


@pytest.mark.parametrize("status", [301, 302, 204])
def test_an_answer_that_is_neither_is_no_reply(floor, status):
    floor.provider.request_token = Response(status, (("location", f"{WIKI}/login"),))
    with pytest.raises(AppLinksError):
        floor.start()
    assert floor.us.dances == {}


def test_when_the_far_side_asks_us_to_wait_until_some_time_that_is_told_in_seconds(floor):
    """R-25"""
    floor.provider.request_token = Response(503, (("retry-after", formatdate(NOW + 90, usegmt=True)),))
    with pytest.raises(Throttled) as throttled:
        floor.start()
    assert throttled.value.retry_after == pytest.approx(90)


def test_a_far_side_that_cannot_be_reached_begins_nothing(floor):
    floor.provider.request_token = TransportFailed("down")
    with pytest.raises(TransportFailed):
        floor.start()
    assert floor.us.dances == {}


@pytest.mark.parametrize(
    ("endpoints", "request_token", "authorize"),
    [
        (
            Endpoints("oauth/request-token", "bbs-oauth/authorize", "x"),
            f"{WIKI}/oauth/request-token",
            f"{WIKI}/bbs-oauth/authorize?",
        ),
        (Endpoints("/o/request-token", "/o/a?x=1", "x"), f"{WIKI}/o/request-token", f"{WIKI}/o/a?x=1&"),
        (
            Endpoints("https://id.example.com/request-token", "https://id.example.com/a", "x"),
            "https://id.example.com/request-token",
            "https://id.example.com/a?",
        ),
    ],
)
def test_a_foreign_far_side_dances_at_its_own_addresses(endpoints, request_token, authorize):
    """protocol.md 1.1: relative ones lie below the application URL."""
    floor = Floor()
    floor.us.save(replace(floor.link, outgoing=replace(floor.link.outgoing, endpoints=endpoints)))
    assert floor.start() == f"{authorize}oauth_token=asked"
    assert floor.provider.requests[0].url == request_token


def test_a_far_side_that_shares_a_secret_with_us_is_asked_with_it(floor):
    floor = Floor(method=SignatureMethod.HMAC_SHA1)
    floor.us.answer(KeepSecret(floor.link.id, SecretUse.OUTGOING_OAUTH, floor.link.origin, "shared"))
    floor.start()
    floor.end()
    first, second = floor.provider.claims()
    assert oauth1.verify(first, SharedSecret("shared"))
    assert oauth1.verify(second, SharedSecret("shared", "asked's"))


# ---- the end


def test_what_comes_back_is_exchanged_for_a_token_of_the_person(begun):
    """protocol.md 1.7, 4"""
    ended = begun.end()
    request = begun.provider.requests[1]
    claim = begun.provider.claims()[1]
    assert (request.method, request.url) == ("POST", f"{WIKI}/plugins/servlet/oauth/access-token")
    assert oauth1.verify(claim, begun.us.key.public)
    assert (claim.token, dict(claim.oauth)["oauth_verifier"]) == ("asked", "v3r1f1")
    assert (ended.link.name, ended.return_to) == ("Wiki", "/browse/OPS-1")
    kept = begun.token()
    assert (kept.token, kept.secret, kept.session_handle) == ("given", "given's", "handle")
    assert (kept.made_at, kept.expires_at, kept.ends_at) == (int(NOW), int(NOW) + 100, int(NOW) + 200)


def test_the_token_is_kept_and_written_down_before_anybody_hears_of_it(begun):
    """What waits for the consent may go on at once: it must find the token."""
    begun.us.asked.clear()
    begun.end()
    assert begun.us.kinds()[-3:] == ["KeepToken", "WriteDown", "Announce"]
    assert begun.us.told == [ConsentGiven(begun.link.id, "Wiki", "alice")]
    (entry,) = begun.us.entries
    assert (entry.kind, entry.subject, entry.actor, entry.link, entry.mechanism) == (
        "consent given",
        "alice",
        "alice",
        "Wiki",
        "3LO",
    )


@pytest.mark.parametrize("question", [KeepToken, EndDance])
def test_where_it_cannot_be_kept_nobody_hears_of_it(begun, question):
    """T-11"""
    begun.us.failing[question] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        begun.end()
    assert (begun.us.told, begun.us.entries, begun.us.tokens) == ([], [], {})


def test_a_dance_that_cannot_be_kept_sends_nobody_anywhere(floor):
    """T-11"""
    floor.us.failing[KeepDance] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        floor.start()


def test_a_new_consent_takes_the_place_of_the_old_one(begun):
    begun.end()
    begun.provider.access_token = tokens.access_token_reply(TokenCredentials("newer", "s"))
    begun.start()
    begun.end()
    assert begun.token().token == "newer"
    assert len(begun.us.tokens) == 1


@pytest.mark.parametrize("user", ["bob", "root", "Alice", ""])
def test_ended_by_anybody_else_nothing_is_kept_and_whoever_began_it_still_can(begun, user):
    """T-44, T-15: or an attacker would have the victim's consent, or the victim act as the attacker."""
    with pytest.raises(DanceOfAnother):
        begun.end(user)
    assert (begun.us.tokens, begun.us.told, len(begun.provider.requests)) == ({}, [], 1)
    begun.end("alice")
    assert begun.token()


@pytest.mark.parametrize("browser", ["", "another-one", BROWSER[:-1], f"{BROWSER} "])
def test_ended_in_another_browser_nothing_is_kept_though_the_same_person_is_signed_in_there(begun, browser):
    """T-15, T-44, C-21: else a victim who was sent to the far side, and is signed in as the attacker here, would consent for them."""
    with pytest.raises(DanceOver) as over:
        begun.end(browser=browser)
    assert over.value.state == "unknown"
    assert (begun.us.tokens, begun.us.told, len(begun.provider.requests)) == ({}, [], 1)
    begun.end()
    assert begun.token()


def test_it_ends_once(begun):
    """T-16"""
    state = begun.state
    begun.end()
    with pytest.raises(DanceOver) as over:
        begun.end(state=state)
    assert over.value.state in {"unknown", "used"}
    assert len(begun.provider.requests) == 2


def test_of_two_who_end_it_at_once_one_does(begun):
    """T-16: both have read it; one of them ends it."""
    state = begun.state
    (kept,) = begun.us.dances.values()
    begun.end()
    begun.us.dances[kept.state] = kept

    def answer(question):
        return False if isinstance(question, EndDance) else begun.us.answer(question)

    with pytest.raises(DanceOver) as over:
        drive(end(state, "alice", "asked", "v3r1f1", browser=BROWSER), answer)
    assert over.value.state == "used"
    assert len(begun.provider.requests) == 2


@pytest.mark.parametrize(("seconds", "over"), [(LIFE, False), (LIFE + 1, True), (10**6, True)])
def test_it_ends_in_ten_minutes_or_not_at_all(begun, seconds, over):
    begun.us.now = NOW + seconds
    if not over:
        begun.end()
        return
    with pytest.raises(DanceOver) as late:
        begun.end()
    assert late.value.state == "expired"
    assert begun.us.tokens == {}


@pytest.mark.parametrize("state", ["", "0", "unknown", "é", "\x00"])
def test_a_state_that_nobody_began_ends_nothing(begun, state):
    with pytest.raises(DanceOver) as over:
        begun.end(state=state)
    assert over.value.state == "unknown"
    assert len(begun.provider.requests) == 1


@pytest.mark.parametrize("token", ["", "another", "ASKED", "askedé"])
def test_a_token_that_is_not_the_dances_own_ends_nothing(begun, token):
    """T-15: another dance's token with this one's state."""
    with pytest.raises(DanceOver):
        begun.end(token=token)
    assert len(begun.provider.requests) == 1
    begun.end()


@pytest.mark.parametrize("verifier", ["denied", ""])
def test_a_person_who_said_no_is_believed_and_the_far_side_not_asked(begun, verifier):
    """protocol.md 1.7, 3"""
    with pytest.raises(CredentialsRefused) as refused:
        begun.end(verifier=verifier)
    assert refused.value.link == "Wiki"
    assert (len(begun.provider.requests), begun.us.tokens, begun.us.told) == (1, {}, [])
    assert begun.us.outcomes("consent refused") == ["done"]
    assert begun.us.dances == {}, "and it is over"


@pytest.mark.parametrize("problem", ["token_rejected", "token_expired", "permission_denied", "permission_unknown"])
def test_a_far_side_that_gives_no_token_is_an_error_and_nothing_is_kept(begun, problem):
    begun.provider.access_token = problems.refusal(f"{WIKI}/plugins/servlet/oauth/access-token", problem)
    with pytest.raises(AccessRefused) as refused:
        begun.end()
    assert refused.value.problem == problem
    assert (begun.us.tokens, begun.us.told) == ({}, [])


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"oauth_token=x", b"oauth_token=&oauth_token_secret=", b"oauth_token=a&oauth_token=b"]
)
def test_so_is_one_whose_reply_is_none(begun, body):
    """T-36"""
    begun.provider.access_token = Response(200, (), body)
    with pytest.raises(MalformedAnswer):
        begun.end()
    assert (begun.us.tokens, begun.us.told) == ({}, [])


def test_a_link_that_was_deleted_meanwhile_ends_nothing(begun):
    state = begun.state
    (kept,) = begun.us.dances.values()
    begun.us.remove(begun.link.id)
    with pytest.raises(DanceOver):
        begun.end(state=state)
    begun.us.dances[kept.state] = kept
    with pytest.raises(LinkNotFound):
        begun.end(state=state)


def test_no_secret_is_shown_by_what_is_kept_or_said(begun):
    """T-66"""
    kept = repr(begun.us.dances)
    begun.end()
    shown = kept + repr(begun.us.tokens) + repr(begun.us.entries) + repr(begun.us.told)
    assert not any(secret in shown for secret in ("asked's", "given's", "handle", "'given'", "'asked'"))


# ---- taking it back


def test_what_is_forgotten_is_written_down_and_told(begun):
    begun.end()
    assert begun.us.run(forget(begun.link, "alice", why="consent gone"))
    assert begun.us.tokens == {}
    assert begun.us.told[-1] == ConsentEnded(begun.link.id, "Wiki", "alice")
    assert (begun.us.entries[-1].kind, begun.us.entries[-1].subject) == ("consent gone", "alice")


def test_what_was_not_there_is_not(floor):
    assert not floor.us.run(forget(floor.link, "alice", why="consent gone"))
    assert (floor.us.told, floor.us.entries) == ([], [])


def test_a_token_that_was_replaced_meanwhile_stays(begun):
    """R-41"""
    begun.end()
    assert not begun.us.run(forget(begun.link, "alice", "an older one", why="consent gone"))
    assert begun.token().token == "given"
    assert begun.us.run(forget(begun.link, "alice", "given", why="consent gone"))


def test_an_administrator_who_does_it_is_named(begun):
    begun.end()
    begun.us.run(forget(begun.link, "alice", why="consent taken back", by="root"))
    assert (begun.us.entries[-1].subject, begun.us.entries[-1].actor) == ("alice", "root")


# ---- where people are sent back to


OURS = ["/", "/browse/OPS-1", "/a?b=c&d=//e", "/a#b", "/a//b", "/%2f%2fevil.example", "/@evil.example", "/a:b", "/.", "/?"]
ELSEWHERE = [
    "",
    "browse",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " /evil.example",
    " //evil.example",
    "\x00/x",
    "/\x00/evil.example",
    "/x\\y",
    "/\u2028/evil.example",
    "/\u00ad/evil.example",
    "/\u202e",
    "/ü",
    "／／evil.example",
    "/\uff0fevil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "mailto:x@example.com",
    "?next=//evil.example",
    "#//evil.example",
    "./x",
    "../x",
    "evil.example/",
    "user@evil.example",
]


@pytest.mark.parametrize("path", OURS)
def test_a_path_of_our_own_stays_as_it_is(path):
    """T-42"""
    assert local(path) == path


@pytest.mark.parametrize("path", ELSEWHERE, ids=ascii)
def test_whatever_could_lead_elsewhere_leads_home(path):
    """T-42, C-75"""
    assert local(path) == "/"


@pytest.mark.parametrize("path", [*ELSEWHERE, "/browse/OPS-1"], ids=ascii)
def test_the_dance_itself_leads_nowhere_else(path):
    """T-42"""
    floor = Floor()
    floor.start(return_to=path)
    assert floor.end().return_to == local(path)


@given(st.text(max_size=12) | st.text(st.sampled_from(list("/\\\t\n :@.?#a%")), max_size=12))
def test_no_text_at_all_leads_out_of_our_own_address(path):
    """T-42, T-47"""
    home = "https://front.example.com"
    there = urlsplit(_as_a_browser_reads_it(home, local(path)))
    assert (there.scheme, there.netloc) == ("https", "front.example.com")


def _as_a_browser_reads_it(home: str, location: str) -> str:
    """Tabs and line ends vanish, blanks around it too, and a backslash is a slash (URL Standard, 4.4)."""
    plain = location.translate({9: None, 10: None, 13: None}).strip(" \x00")
    return urljoin(f"{home}/", plain.replace("\\", "/"))


@pytest.mark.parametrize("level", [Level.DISABLED, Level.TRUSTED, Level.BASIC])
def test_a_link_that_speaks_oauth_no_more_begins_and_ends_nothing(begun, level):
    """T-06, T-44: the address that starts it is good for ever, the link's level is not."""
    begun.us.save(replace(begun.link, outgoing=replace(begun.link.outgoing, level=level)))
    before = len(begun.provider.requests)
    for refused in (begun.end, begun.start):
        with pytest.raises(MechanismMissing):
            refused()
    assert (begun.us.tokens, begun.us.dances, len(begun.provider.requests)) == ({}, {}, before)


# ---- while outgoing trust is suspended


def test_a_copy_begins_no_dance(floor):
    """G-06"""
    stamp = floor.stamp()
    suspend(floor.us)
    with pytest.raises(TrustSuspended):
        floor.start(stamp=stamp)
    assert floor.provider.requests == []
    assert floor.us.dances == {}


def test_a_copy_ends_no_dance_that_the_original_began(begun):
    """G-06"""
    sent = len(begun.provider.requests)
    suspend(begun.us)
    with pytest.raises(TrustSuspended):
        begun.end()
    assert len(begun.provider.requests) == sent
    assert begun.token() is None
