"""OAuth problems: told in header and body alike, read from either, whatever a stranger sends."""

from __future__ import annotations

import re
from timeit import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.wire.messages import Response
from applinks.wire.problems import STATUS, Problem, challenge, refusal, refusal_in

REALM = "https://jira.example.test/jira"
WORD = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
COMPANIONS = st.dictionaries(
    st.from_regex(r"oauth_[a-z]{1,12}", fullmatch=True).filter(lambda name: name != "oauth_problem"), WORD
).map(lambda said: tuple(said.items()))


def answered(*challenges: str, body: bytes = b"", status: int = 401) -> Response:
    return Response(status, tuple(("www-authenticate", value) for value in challenges), body)


def test_statuses_are_those_of_the_products():
    assert {status: list(STATUS.values()).count(status) for status in set(STATUS.values())} == {400: 5, 401: 11, 503: 2}
    assert (STATUS["timestamp_refused"], STATUS["nonce_used"], STATUS["consumer_key_refused"]) == (400, 401, 503)


def test_a_bare_challenge_names_the_realm_and_no_problem():
    assert challenge(REALM) == 'OAuth realm="https%3A%2F%2Fjira.example.test%2Fjira"'


def test_a_refusal_says_the_same_in_header_and_body():
    response = refusal(REALM, "timestamp_refused", (("oauth_acceptable_timestamps", "100-700"),))
    assert response.status == 400
    assert response.header("www-authenticate") == (
        'OAuth realm="https%3A%2F%2Fjira.example.test%2Fjira", oauth_problem="timestamp_refused", oauth_acceptable_timestamps="100-700"'
    )
    assert response.header("content-type") == "application/x-www-form-urlencoded;charset=UTF-8"
    assert response.header("cache-control") == "no-store"
    assert response.body == b"oauth_problem=timestamp_refused&oauth_acceptable_timestamps=100-700"


def test_a_problem_in_free_words_is_forbidden_and_travels_encoded():
    response = refusal(REALM, "no such user")
    assert response.status == 403
    assert response.body == b"oauth_problem=no%20such%20user"
    assert refusal_in(response) == Problem("no such user")


@given(st.sampled_from([*STATUS, "some words"]), COMPANIONS)
def test_what_we_tell_is_what_we_read_from_either_place(name, companions):
    response = refusal(REALM, name, companions)
    told = Problem(name, companions)
    assert refusal_in(response) == told
    assert refusal_in(Response(response.status, response.headers)) == told
    assert refusal_in(Response(response.status, (), response.body)) == told


@given(st.text(), st.text(), st.text())
def test_no_control_byte_leaves_in_a_header(realm, problem, advice):
    """T-63."""
    header = refusal(realm, problem, (("oauth_problem_advice", advice),)).header("www-authenticate")
    assert re.fullmatch(r"[\x20-\x7e]*", header)


@pytest.mark.parametrize(
    "response",
    [
        answered(f'OAuth realm="{REALM}"'),
        answered('Basic realm="x"'),
        answered("OAuth"),
        answered(),
        answered(body=b"<a href='?a=b&oauth_problem=token_rejected'>"),
        answered(f'OAuth realm="{"x" * 20_000}", oauth_problem="token_rejected"'),
        answered(body=b"a=" + b"b" * 20_000 + b"&oauth_problem=token_rejected"),
        answered(body=b'{"a":"x&oauth_problem=token_rejected&b"}'),
        answered(body=b"oauth_token=a&oauth_token_secret=b"),
        answered('OAuth realm="x", oauth_problem=""'),
        answered('Basic realm="oauth_problem=token_rejected"'),
    ],
    ids=range(11),
)
def test_where_no_problem_is_named_there_is_none(response):
    assert refusal_in(response) is None


@pytest.mark.parametrize("status", [200, 204, 302])
def test_an_answer_below_400_refuses_nothing(status):
    assert refusal_in(Response(status, (), b"oauth_problem=nonce_used")) is None


@pytest.mark.parametrize(
    "response",
    [
        answered('OAuth realm="x", oauth_problem="token_rejected"'),
        answered('oauth realm="x",oauth_problem="token_rejected"'),
        answered('OAuth oauth_problem=token_rejected, realm="x"'),
        answered('Basic realm="x", OAuth realm="y", oauth_problem="token_rejected"'),
        answered('Basic realm="x"', 'OAuth realm="y", oauth_problem="token_rejected"'),
        answered('OAuth realm="y"', body=b"oauth_problem=token_rejected"),
        answered(body=b"\r\noauth_problem=token_rejected\r\n"),
        answered(body=b"debug=1&oauth_problem=token_rejected"),
    ],
    ids=range(8),
)
def test_a_problem_is_found_wherever_a_product_puts_it(response):
    assert refusal_in(response) == Problem("token_rejected")


def test_the_header_comes_first_and_the_body_adds_what_is_missing():
    response = answered(
        'OAuth oauth_problem="token_expired"', body=b"oauth_problem=token_rejected&oauth_problem_advice=ask%20again"
    )
    assert refusal_in(response) == Problem("token_expired", (("oauth_problem_advice", "ask again"),))


def test_a_strangers_text_holds_no_control_characters():
    found = refusal_in(answered('OAuth oauth_problem="a%0d%0ab%00", oauth_problem_advice="%1b[31mred"'))
    assert found == Problem("ab", (("oauth_problem_advice", "[31mred"),))


def test_our_clock_is_ahead_by_the_distance_to_the_middle_of_what_is_accepted():
    refused = Problem("timestamp_refused", (("oauth_acceptable_timestamps", "1000-1600"),))
    assert refused.skew(1300) == 0
    assert refused.skew(1900) == 600
    assert refused.skew(700.5) == -599.5


@pytest.mark.parametrize("told", ["", "1000", "a-b", "1000-", "1000-1600-", "-5-5", "1" * 13 + "-2", "١-٢"])
def test_a_range_that_is_none_tells_no_skew(told):
    assert Problem("timestamp_refused", (("oauth_acceptable_timestamps", told),)).skew(1300) is None
    assert Problem("timestamp_refused").skew(1300) is None


@given(st.lists(st.text()), st.binary())
def test_no_response_makes_reading_fail(challenges, body):
    found = refusal_in(answered(*challenges, body=body))
    assert found is None or found.name


@given(
    st.lists(st.sampled_from(["OAuth ", "oauth_problem", "=", '"', ",", "%", "%0", "%FF", " ", "x", "Basic", "&", "<"])).map(
        "".join
    )
)
def test_nothing_that_looks_like_a_problem_makes_reading_fail(text):
    found = refusal_in(answered(text, body=text.encode()))
    assert found is None or found.name


def test_a_challenge_of_names_without_values_takes_no_more_than_its_length():
    """T-76: the square of it would be 256 times as long."""

    def seconds(times: int) -> float:
        refused = answered("OAuth " + "oauth_" * times)
        return min(timeit(lambda: refusal_in(refused), number=1) for _ in range(5))

    assert seconds(16 * 160) < 128 * seconds(160)
