"""What an answer means."""

from __future__ import annotations

import json
from dataclasses import replace
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import AccessRefused, ActedAsSomeoneElse, FarSideError, Throttled
from applinks.outgoing import answer
from applinks.outgoing.answer import token_gone
from applinks.wire.messages import Response
from applinks.wire.problems import Problem, refusal_in
from in_memory import NOW, InMemory, link_to

LINK = link_to(InMemory("Wiki"))
LINE = "GET https://wiki.example.com/rest"


def error(status: int, body: bytes = b"", *headers: tuple[str, str]) -> FarSideError:
    said = Response(status, headers, body)
    return answer.error(LINK, LINE, said, "the response", problem=refusal_in(said), now=NOW)


# ---- as whom the far side answered


@pytest.mark.parametrize("said", ["alice", "Alice", "ALICE", "al%69ce"])
def test_an_answer_for_the_right_person_is_one_in_any_spelling(said):
    answer.check_witness(Response(200, (("x-ausername", said),)), LINK, "alice")


@pytest.mark.parametrize("user", ["jürgen", "al ice", "a%b", "100%25"])
def test_names_that_travel_encoded_are_compared_as_they_are(user):
    from urllib.parse import quote

    answer.check_witness(Response(200, (("x-ausername", quote(user, safe="")),)), LINK, user)


def test_an_answer_that_does_not_say_for_whom_it_is_is_taken():
    answer.check_witness(Response(200), LINK, "alice")


@pytest.mark.parametrize("said", ["anonymous", "bob", "", "alice2", "admin", "alice,bob", "\x1b[31m"])
def test_an_answer_for_somebody_else_is_an_error_never_a_result(said):
    with pytest.raises(ActedAsSomeoneElse, match="not as 'alice'") as else_:
        answer.check_witness(Response(200, (("x-ausername", said),)), LINK, "alice")
    assert (else_.value.link, else_.value.direction) == ("Wiki", "outgoing")
    assert else_.value.remedy
    assert str(else_.value).isprintable()


# ---- refused by a problem


@pytest.mark.parametrize("problem", answer.REMEDIES)
def test_each_problem_that_can_be_met_has_its_remedy(problem):
    refused = answer.error(LINK, LINE, Response(401), None, problem=Problem(problem))
    assert type(refused) is AccessRefused
    assert (refused.problem, refused.status) == (problem, 401)
    assert refused.remedy == answer.REMEDIES[problem]
    assert (refused.link, refused.direction) == ("Wiki", "outgoing")
    assert LINE in str(refused)


def test_a_problem_that_we_do_not_know_is_told_without_a_remedy():
    refused = error(401, b"oauth_problem=moon_phase")
    assert (refused.problem, refused.remedy) == ("moon_phase", None)


def test_a_problem_may_stand_in_the_header_or_in_the_body():
    header = ("www-authenticate", 'OAuth realm="x", oauth_problem="nonce_used"')
    assert error(401, b"", header).problem == error(401, b"oauth_problem=nonce_used").problem == "nonce_used"


def test_a_bare_401_is_no_problem_of_oauth():
    assert type(error(401, b"", ("www-authenticate", 'OAuth realm="x"'))) is FarSideError


@pytest.mark.parametrize("said", ["anonymous", "Anonymous", "", "ANONYMOUS"])
def test_where_anybody_would_do_nobody_does_not(said):
    """protocol.md 9.1, strict-fake checklist 14: 200 as nobody is the far side not taking our word."""
    with pytest.raises(ActedAsSomeoneElse, match="not as anybody"):
        answer.check_witness(Response(200, (("x-ausername", said),)), LINK, None)


@pytest.mark.parametrize("said", ["alice", "service account", "anonymous2"])
def test_where_anybody_would_do_any_name_does(said):
    answer.check_witness(Response(200, (("x-ausername", said),)), LINK, None)
    answer.check_witness(Response(200), LINK, None)


# ---- asked to wait


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW + 90).replace("-0000", "+0000"), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("99999999999999999999999999999999", 99999999999999999999.0),
    ],
)
def test_how_long_may_be_told_in_seconds_or_as_a_date(status, said, seconds):
    """R-25"""
    throttled = error(status, b"", ("retry-after", said))
    assert type(throttled) is Throttled
    assert throttled.retry_after == pytest.approx(seconds)
    assert (throttled.status, throttled.link, throttled.direction) == (status, "Wiki", "outgoing")
    assert throttled.remedy


@pytest.mark.parametrize(
    "said",
    [
        "soon",
        "-1",
        "1.5",
        "1e3",
        "٣",
        "1 2",
        "Mon, 99 Jan 2027 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "\x1b[31m",
    ],
)
def test_what_is_neither_is_no_promise(said):
    """R-25"""
    assert error(429, b"", ("retry-after", said)).retry_after is None


@given(
    st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,12} \d\d:\d\d:\d\d( GMT| [+-]\d{1,9})?")
)
def test_any_text_at_all_is_a_number_of_seconds_or_nothing(said):
    """R-25, S-30"""
    seconds = answer.retry_after(Response(429, (("retry-after", said),)), NOW)
    assert seconds is None or seconds >= 0


def test_429_is_about_us_even_without_a_word_when():
    assert type(error(429)) is Throttled
    assert error(429).retry_after is None


def test_503_alone_is_a_trouble_of_theirs():
    assert type(error(503)) is FarSideError


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 500, 502])
def test_with_any_other_status_the_header_means_nothing(status):
    assert answer.retry_after(Response(status, (("retry-after", "7"),)), NOW) is None


# ---- every other status of 400 and above


def test_the_error_carries_status_parsed_body_and_the_response():
    """R-23"""
    failed = error(409, b'{"errors": {"title": "taken"}}')
    assert type(failed) is FarSideError
    assert (failed.status, failed.body, failed.response) == (409, {"errors": {"title": "taken"}}, "the response")
    assert (failed.link, failed.direction) == ("Wiki", "outgoing")


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"<html>", "<html>"),
        (b"[1, 2]", [1, 2]),
        (b"null", None),
        (b'"text"', "text"),
        (b"\xff", "\ufffd"),
        (b"x" * 5000, "x" * 2000),
        (b"[" * 100_000, "[" * 2000),
    ],
)
def test_a_body_is_parsed_where_it_is_json_and_shortened_text_where_not(body, parsed):
    assert error(500, body).body == parsed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"message": "Space is read only."}, ": Space is read only."),
        ({"errorMessages": ["No such issue", "x"]}, ': ["No such issue", "x"]'),
        ({"errors": {"title": "taken"}}, ': {"title": "taken"}'),
        ({"errors": [{"message": "x"}]}, ': [{"message": "x"}]'),
        ({"errorMessages": [], "errors": {"a": "b"}}, ': {"a": "b"}'),
        ({"reason": "Conflict"}, ": Conflict"),
        ({"error": "nope"}, ": nope"),
        ({"message": "", "reason": "r"}, ": r"),
        ({"other": "words"}, "."),
        ({}, "."),
        (["a"], "."),
        ("text", "."),
        (None, "."),
    ],
)
def test_the_far_sides_own_words_are_told_from_the_members_by_which_the_products_say_them(said, shown):
    """R-23"""
    assert str(error(400, json.dumps(said).encode())) == f"'Wiki' answered 400 to {LINE}{shown}"


@given(st.integers(400, 599), st.binary(max_size=80), st.text(max_size=30))
def test_whatever_they_say_is_one_error_without_control_characters_and_not_too_long(status, body, words):
    """T-67"""
    for said in (body, json.dumps({"message": words}).encode(), json.dumps({"errors": {words: words * 50}}).encode()):
        failed = error(status, said)
        assert str(failed).isprintable()
        assert len(str(failed)) < 800


# ---- a consent that is gone


@pytest.mark.parametrize("problem", ["token_rejected", "token_expired", "token_revoked", "permission_unknown"])
@pytest.mark.parametrize("type_", ["jira", "generic"])
def test_a_problem_that_names_the_token_means_that_the_person_is_asked_again(problem, type_):
    """R-41"""
    assert token_gone(Response(401), replace(LINK, type=type_), Problem(problem)) == problem


@pytest.mark.parametrize("problem", ["signature_invalid", "nonce_used", "permission_denied", "timestamp_refused"])
def test_any_other_problem_costs_no_consent(problem):
    assert token_gone(Response(401), replace(LINK, type="generic"), Problem(problem)) is None


@pytest.mark.parametrize(
    ("type_", "status", "headers", "gone"),
    [
        ("generic", 401, (), True),
        ("generic", 401, (("www-authenticate", 'OAuth realm="x"'),), True),
        ("generic", 401, (("www-authenticate", 'Basic realm="x"'),), False),
        ("generic", 401, (("x-ausername", "alice"),), False),
        ("generic", 403, (), False),
        ("generic", 200, (), False),
        ("jira", 401, (("www-authenticate", 'OAuth realm="x"'),), False),
        ("bitbucket", 401, (), False),
    ],
)
def test_a_bare_401_says_so_only_of_providers_that_know_no_problems(type_, status, headers, gone):
    """RFC 5849, 3.2; strict-fake checklist 13: the products add a bare challenge to every 401."""
    found = token_gone(Response(status, headers), replace(LINK, type=type_), None)
    assert found == ("401" if gone else None)
