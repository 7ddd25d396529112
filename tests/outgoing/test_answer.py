"""What an answer means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import AccessRefused, ActedAsSomeoneElse, FarSideError
from applinks.outgoing import answer
from applinks.wire.messages import Response
from applinks.wire.problems import STATUS, refusal
from in_memory import InMemory, link_to

LINK = link_to(InMemory("Wiki"))
LINE = "GET https://wiki.example.com/rest"


def error(status: int, body: bytes = b"", *headers: tuple[str, str]) -> FarSideError:
    return answer.error(LINK, LINE, Response(status, headers, body), "the response")


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
    told = refusal("https://wiki.example.com", problem)
    refused = answer.error(LINK, LINE, told, None)
    assert type(refused) is AccessRefused
    assert (refused.problem, refused.status) == (problem, STATUS[problem])
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


@pytest.mark.parametrize("status", [200, 204, 302])
def test_an_answer_below_400_refuses_nothing(status):
    assert answer.refusal_in(Response(status, (), b"oauth_problem=nonce_used")) is None


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
