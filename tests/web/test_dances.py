"""The dance as its pages lead it, and where it never leads."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from applinks.errors import StoreUnavailable, TransportFailed
from applinks.links import IsOurStamp, KeepDance, Level, Suspension
from applinks.web.answers import AFTER_SIGN_IN
from applinks.web.visit import AUTHORIZE, START
from applinks.wire.messages import Response
from in_memory import NOW, link_to
from web.dom import Dom
from web.leaving import AWAY, STAYING, destination, stays
from web.visitor import (
    EXPIRED,
    NOT_YOURS,
    TOKEN,
    UNKNOWN,
    WIKI_ADDRESS,
    at,
    danced,
    in_one_browser,
    outcome,
    records,
    said_by,
    start_of,
)

# ---- the dance


@pytest.mark.parametrize("back", ["/base/page?x=1", "/base/"])
def test_who_allows_it_there_comes_back_to_where_they_were(wiki, tracker, back):
    answer = in_one_browser(wiki, "alice").open(danced(wiki, tracker, back))
    assert (answer.status, answer.header("location")) == (303, back)
    assert [(user, token.link_id) for (_, user), token in wiki.tokens.items()] == [("alice", tracker.identity.id)]
    assert [grant.user for grant in tracker.grants.values()] == ["alice"]


@pytest.mark.parametrize("back", [None, "", "/"])
def test_who_was_nowhere_is_told_that_they_can_go_on(wiki, tracker, back):
    answer = in_one_browser(wiki, "alice").open(danced(wiki, tracker, back))
    assert outcome(answer) == (200, "You can go on")
    assert {"role": "button", "href": "/base/"} in Dom(answer.body.decode()).all("a")


def test_who_denies_it_there_is_told_here(wiki, tracker):
    answer = in_one_browser(wiki, "alice").open(danced(wiki, tracker, "/base/page", decision="deny"))
    assert outcome(answer) == (200, "You said no")
    assert (wiki.tokens, tracker.grants) == ({}, {})


def test_who_had_to_sign_in_first_starts_from_a_page_of_ours(wiki, tracker):
    """A browser that came from a form may not be redirected to another application where the host's policy says so."""
    path = start_of(wiki, "alice", "/base/page?x=1&y=%2F").removeprefix("https://wiki.example.com")
    before = records(wiki), records(tracker)
    answer = in_one_browser(wiki, "alice").open(f"https://wiki.example.com{path}&{AFTER_SIGN_IN}")
    assert outcome(answer) == (200, "You are signed in")
    assert answer.header("refresh") == f"0; url={path}"
    assert {"role": "button", "href": path} in Dom(answer.body.decode()).all("a")
    assert (records(wiki), records(tracker)) == before, "nothing has begun"
    led = in_one_browser(wiki, "alice").open(f"https://wiki.example.com{path}")
    assert led.status == 303


@pytest.mark.parametrize("who", ["bob", "root"])
def test_the_address_that_starts_it_does_nothing_for_another_person(wiki, tracker, who):
    """T-44: administrators included."""
    before = records(wiki), records(tracker)
    answer = in_one_browser(wiki, who).open(start_of(wiki, "alice"))
    assert outcome(answer) == (403, NOT_YOURS)
    assert (records(wiki), records(tracker)) == before


@pytest.mark.parametrize("change", [
    {"for": ""}, {"for": "0" * 64}, {"for": "ü"}, {"applicationLinkID": "another"}, {"applicationLinkID": ""}, {"for": None},
    {"applicationLinkID": None},
])  # fmt: skip
def test_an_address_that_nobody_gave_out_starts_nothing(wiki, tracker, change):
    """T-44, T-53: it does not tell which links there are, either."""
    fields = dict(parse_qsl(urlsplit(start_of(wiki, "alice")).query)) | change
    before = records(wiki)
    query = {name: value for name, value in fields.items() if value is not None}
    assert outcome(at(wiki, "alice").get(START, query)) == (403, NOT_YOURS)
    assert records(wiki) == before


@pytest.mark.parametrize("name", ["applicationLinkID", "for"])
def test_a_parameter_that_is_there_twice_is_none(wiki, name):
    """T-02."""
    query = urlsplit(start_of(wiki, "alice")).query
    answer = at(wiki, "alice").get(START, f"{query}&{name}={dict(parse_qsl(query))[name]}")
    assert outcome(answer) == (403, NOT_YOURS)


@pytest.mark.parametrize("question", [IsOurStamp, KeepDance])
def test_where_our_records_cannot_be_reached_nothing_begins(wiki, tracker, question):
    """T-11"""
    address = start_of(wiki, "alice")
    wiki.failing = {question: StoreUnavailable("gone")}
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (503, "We cannot look that up now")


@pytest.mark.parametrize("level", [Level.DISABLED, Level.BASIC, Level.TRUSTED])
def test_a_link_that_asks_nobody_for_consent_any_more_begins_nothing(wiki, tracker, level):
    """T-06"""
    address, link = start_of(wiki, "alice"), wiki.link("Tracker")
    wiki.save(replace(link, outgoing=replace(link.outgoing, level=level)))
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (503, "That link is not ready")
    assert wiki.dances == {}


def test_a_link_that_is_gone_starts_nothing(wiki, tracker):
    address = start_of(wiki, "alice")
    wiki.remove(tracker.identity.id)
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (404, UNKNOWN)


@pytest.mark.parametrize("who", ["bob", "root"])
def test_who_comes_back_in_the_session_of_another_is_stopped_and_nothing_is_kept(wiki, tracker, who):
    """T-44, C-21, C-22: whose dance it was can still finish it."""
    address = danced(wiki, tracker)
    before = records(wiki), records(tracker)
    assert outcome(in_one_browser(wiki, who).open(address)) == (403, NOT_YOURS)
    assert (records(wiki), records(tracker)) == before
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (200, "You can go on")


def test_who_comes_back_in_another_browser_is_stopped_and_nothing_is_kept(wiki, tracker):
    """T-15, C-21: a victim whom somebody sent to the far side, and who is signed in here as that somebody."""
    address = danced(wiki, tracker)
    before = records(wiki), records(tracker)
    assert outcome(at(wiki, "alice").open(address)) == (404, UNKNOWN)
    assert (records(wiki), records(tracker)) == before
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (200, "You can go on")


def test_a_dance_ends_once(wiki, tracker):
    """T-16."""
    address = danced(wiki, tracker)
    in_one_browser(wiki, "alice").open(address)
    before = records(wiki)
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (404, UNKNOWN)
    assert records(wiki) == before


@pytest.mark.parametrize("change", [
    {"state": "0" * 32}, {"state": ""}, {"oauth_token": "another"}, {"oauth_token": ""}, {"state": None}, {"oauth_token": None}
])  # fmt: skip
def test_what_comes_back_for_no_dance_is_nobodys(wiki, tracker, change):
    """T-15, T-44."""
    address, _, query = danced(wiki, tracker).partition("?")
    fields = dict(parse_qsl(query)) | change
    before = records(wiki)
    answer = in_one_browser(wiki, "alice").open(f"{address}?{urlencode({k: v for k, v in fields.items() if v is not None})}")
    assert outcome(answer) == (404, UNKNOWN)
    assert records(wiki) == before


def test_who_takes_too_long_begins_again(wiki, tracker):
    address = danced(wiki, tracker)
    wiki.now += 601
    assert outcome(in_one_browser(wiki, "alice").open(address)) == (410, EXPIRED)
    assert wiki.tokens == {}


def test_where_the_other_application_does_not_answer_they_may_try_again(wiki, tracker):
    wiki.network = lambda request: (_ for _ in ()).throw(TransportFailed("nobody there"))
    answer = in_one_browser(wiki, "alice").open(start_of(wiki, "alice", "/base/page"))
    assert outcome(answer) == (504, "No answer")
    assert {"role": "button", "href": "/base/page"} in Dom(answer.body.decode()).all("a")


def test_where_the_other_application_refuses_its_reason_is_quoted(wiki, tracker):
    """T-46."""
    body = b"oauth_problem=consumer_key_unknown&oauth_problem_advice=%3Cscript%3E"
    wiki.network = lambda request: Response(401, (("content-type", "text/plain"),), body)
    answer = in_one_browser(wiki, "alice").open(start_of(wiki, "alice"))
    assert outcome(answer) == (502, "It was refused")
    assert "consumer_key_unknown" in Dom(answer.body.decode()).text


# ---- nobody is sent away


def wrong_stamp(wiki, tracker, back):
    return at(wiki, "alice").get(START, {"applicationLinkID": tracker.identity.id, "for": "wrong", "return_to": back})


def link_gone(wiki, tracker, back):
    address = start_of(wiki, "alice", back)
    wiki.remove(tracker.identity.id)
    return in_one_browser(wiki, "alice").open(address)


def no_answer(wiki, tracker, back):
    wiki.network = lambda request: (_ for _ in ()).throw(TransportFailed("nobody there"))
    return in_one_browser(wiki, "alice").open(start_of(wiki, "alice", back))


def malformed_answer(wiki, tracker, back):
    wiki.network = lambda request: Response(200, (), b"oauth_token=t&oauth_token_secret=s")
    return in_one_browser(wiki, "alice").open(start_of(wiki, "alice", back))


def refused_there(wiki, tracker, back):
    wiki.network = lambda request: Response(401, (), b"oauth_problem=permission_denied")
    return in_one_browser(wiki, "alice").open(start_of(wiki, "alice", back))


def failed_there(wiki, tracker, back):
    wiki.network = lambda request: Response(500, (), b"<a href='https://evil.example'>go on</a>")
    return in_one_browser(wiki, "alice").open(start_of(wiki, "alice", back))


def went_well(wiki, tracker, back):
    return in_one_browser(wiki, "alice").open(danced(wiki, tracker, back))


def denied_there(wiki, tracker, back):
    return in_one_browser(wiki, "alice").open(danced(wiki, tracker, back, decision="deny"))


def came_back_as_another(wiki, tracker, back):
    return in_one_browser(wiki, "bob").open(danced(wiki, tracker, back))


def came_back_late(wiki, tracker, back):
    address = danced(wiki, tracker, back)
    wiki.now += 601
    return in_one_browser(wiki, "alice").open(address)


def came_back_twice(wiki, tracker, back):
    address = danced(wiki, tracker, back)
    in_one_browser(wiki, "alice").open(address)
    return in_one_browser(wiki, "alice").open(address)


REASONS = [
    wrong_stamp, link_gone, no_answer, malformed_answer, refused_there, failed_there, went_well, denied_there,
    came_back_as_another, came_back_late, came_back_twice,
]  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_no_return_address_leads_away_whatever_happens(wiki, tracker, reason):
    """T-42, C-75."""
    network = wiki.network
    for back in AWAY:
        wiki.save(link_to(tracker))
        wiki.network, wiki.now = network, NOW
        answer = reason(wiki, tracker, back)
        led = [answer.header("location"), *(Dom(answer.body.decode()).links() if answer.body else [])]
        assert all(stays(address, f"{WIKI_ADDRESS}/x") for address in led if address is not None), (back, led)
        assert "evil.example" not in " ".join(f"{name}: {value}" for name, value in answer.headers), back
        assert not [value for _, value in answer.headers if "\r" in value or "\n" in value], back


@pytest.mark.parametrize("back", STAYING)
def test_a_path_that_only_looks_bad_is_followed(wiki, tracker, back):
    answer = in_one_browser(wiki, "alice").open(danced(wiki, tracker, back))
    assert stays(back, WIKI_ADDRESS)
    assert answer.header("location") == (back if back != "/" else None)


def test_the_corpus_is_large_and_its_reader_sees_what_leaves():
    assert len(set(AWAY)) >= 80
    assert destination("/\\evil.example", WIKI_ADDRESS) == "https://evil.example"
    assert destination("/\t/evil.example", WIKI_ADDRESS) == "https://evil.example"
    assert sum(not stays(address, WIKI_ADDRESS) for address in AWAY) > 50


@pytest.mark.parametrize("back", AWAY)
def test_nor_does_one_in_the_address_of_the_consent_page(alice, back):
    """T-42: it knows no return address at all, and what is not shown is not followed."""
    page = alice.get(AUTHORIZE, {"oauth_token": TOKEN, "return_to": back, "oauth_callback": back})
    assert Dom(page.body.decode()).skeleton() == Dom(alice.get(AUTHORIZE, {"oauth_token": TOKEN}).body.decode()).skeleton()


def test_where_outgoing_trust_is_suspended_nothing_begins_and_it_says_why(wiki, tracker):
    """G-06: nobody knows whether this is the original or a copy."""
    address = start_of(wiki, "alice")
    wiki.identity = replace(wiki.identity, suspension=Suspension(0.0, "the database lies elsewhere"))
    answer = in_one_browser(wiki, "alice").open(address)
    assert outcome(answer) == (503, "That link is not ready")
    assert "the database lies elsewhere" in said_by(answer)
    assert wiki.dances == {}
