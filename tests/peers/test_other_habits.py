"""Habits of OAuth 1.0a clients that are not here: where they put their parameters, and how they write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peers.by_hand import FORM, Pair, Raw, encoded, header_of, proof, query_of, send, signature
from peers.client import HMAC_SHA1, REQUEST_TOKEN, Task, exchange_of, with_token
from peers.keys import KeyPair
from peers.known import SOMEBODY
from peers.our_application import ASGI, WSGI, OurApplication


@pytest.fixture(params=[ASGI, WSGI])
def served(request: pytest.FixtureRequest) -> OurApplication:
    return request.getfixturevalue("ours" if request.param == ASGI else "ours_in_flask")


@pytest.fixture
def task(served: OurApplication, key_pair: KeyPair) -> Task:
    return served.consumer(HMAC_SHA1, key_pair, same_users=True, execute_as="bob")


def in_header(task: Task, url: str, pairs: list[Pair], *more: str, **written: str) -> Raw:
    return send(url, "POST", [f"Authorization: {header_of(pairs, **written)}", *more])


def in_query(task: Task, url: str, pairs: list[Pair]) -> Raw:
    return send(f"{url}?{query_of(pairs)}", "POST")


def in_form(task: Task, url: str, pairs: list[Pair]) -> Raw:
    return send(url, "POST", [f"Content-Type: {FORM}"], query_of(pairs).encode())


def mixed(task: Task, url: str, pairs: list[Pair]) -> Raw:
    headers = [f"Authorization: {header_of(pairs[:3])}", f"Content-Type: {FORM}; charset=UTF-8"]
    return send(f"{url}?{query_of(pairs[3:5])}", "POST", headers, query_of(pairs[5:]).encode())


def signed(
    task: Task, url: str, *extra: Pair, method: str = "POST", token_secret: str = "", **changed: str | None
) -> list[Pair]:
    pairs = [*proof(task, **changed), *extra]
    return [*pairs, signature(task, method, url, pairs, token_secret)]


@pytest.mark.parametrize("travels", [in_header, in_query, in_form, mixed])
def test_a_whole_dance_goes_by_every_carrier(served: OurApplication, task: Task, travels: object) -> None:
    """protocol.md 1.3: header, query, form, and a part in each."""
    there = task.request_token_url
    callback = ("oauth_callback", "https://consumer.example.test/back?to=a%20b")
    asked = travels(task, there, signed(task, there, callback)).said
    assert asked["oauth_callback_confirmed"] == "true"
    back = served.decide(asked["oauth_token"], "alice").url
    assert back.startswith("https://consumer.example.test/back?to=a%20b&oauth_token=")
    verifier = ("oauth_verifier", back.rpartition("=")[2])
    there, token = task.access_token_url, ("oauth_token", asked["oauth_token"])
    given = travels(task, there, signed(task, there, token, verifier, token_secret=asked["oauth_token_secret"])).said
    there, token = task.url, ("oauth_token", given["oauth_token"])
    called = travels(task, there, signed(task, there, token, token_secret=given["oauth_token_secret"]))
    assert (called.status, called.body) == (200, "alice")


WRITTEN = {
    "no oauth_version": {"oauth_version": None},
    "version as a number": {"oauth_version": "1.00"},
    "version as a whole number": {"oauth_version": "1"},
    "a nonce that must be encoded": {"oauth_nonce": "a nonce with blanks & signs ü"},
    "a short nonce": {"oauth_nonce": "7"},
    "parameters of other extensions": {"oauth_body_hash": "2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
}


@pytest.mark.parametrize("changed", WRITTEN.values(), ids=WRITTEN)
def test_proofs_that_say_less_or_more_are_good(task: Task, changed: dict[str, str | None]) -> None:
    there = task.request_token_url
    assert in_header(task, there, signed(task, there, **changed)).status == 200


HEADERS = {
    "a realm": {"realm": "https://far.example.test/"},
    "an empty realm": {"realm": ""},
    "lower case": {"scheme": "oauth "},
    "upper case": {"scheme": "OAUTH "},
    "two blanks": {"scheme": "OAuth  "},
    "no blanks": {"joint": ","},
    "blanks before commas": {"joint": " , "},
    "tabs": {"joint": ",\t"},
}


@pytest.mark.parametrize("written", HEADERS.values(), ids=HEADERS)
def test_the_header_may_be_written_in_many_ways(task: Task, written: dict[str, str]) -> None:
    there = task.request_token_url
    assert in_header(task, there, signed(task, there), **written).status == 200


def test_a_trailing_comma_and_lower_case_escapes_change_nothing(task: Task) -> None:
    there = task.request_token_url
    written = header_of(signed(task, there, ("oauth_callback", "https://consumer.example.test/ü?x=ß")))
    written = written.replace("%3A%2F%2F", "%3a%2f%2f") + ","
    answer = send(there, "POST", [f"Authorization: {written}"])
    assert answer.status == 400  # that callback is no plain address …
    assert answer.said["oauth_parameters_rejected"] == "oauth_callback"  # … which is looked at after the signature


def test_a_callback_in_the_form_may_be_written_with_plus_or_without(task: Task) -> None:
    """Some say the callback in the form, where `+` is a blank, and everything else in the header."""
    there = task.request_token_url
    callback = "https://consumer.example.test/back?to=here"
    pairs = proof(task)
    pairs.append(signature(task, "POST", there, [*pairs, ("oauth_callback", callback), ("note", "a b")]))
    body = f"oauth_callback={encoded(callback)}&note=a+b".encode()
    answer = send(there, "POST", [f"Authorization: {header_of(pairs)}", f"Content-Type: {FORM}"], body)
    assert answer.said["oauth_callback_confirmed"] == "true"


@pytest.mark.parametrize("callback", [None, "oob", ""])
def test_without_a_callback_the_code_is_shown(served: OurApplication, task: Task, callback: str | None) -> None:
    """protocol.md 1.3: it may be missing; "oob" means the same, and so does an empty one."""
    there = task.request_token_url
    asked = in_header(task, there, signed(task, there, oauth_callback=callback)).said
    assert served.decide(asked["oauth_token"], "alice").code


@pytest.mark.parametrize(
    "kind", [FORM, f"{FORM};charset=utf-8", f"{FORM.title()} ; charset=UTF-8", "text/plain", "application/json"]
)
def test_an_empty_body_of_any_type_is_no_body(task: Task, kind: str) -> None:
    there = task.request_token_url
    assert in_header(task, there, signed(task, there), f"Content-Type: {kind}", "Content-Length: 0").status == 200


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_that_is_no_form_is_not_signed(task: Task, kind: str) -> None:
    """protocol.md 1.3"""
    there = task.url
    pairs = signed(task, there, ("oauth_token", ""))
    answer = send(there, "POST", [f"Authorization: {header_of(pairs)}", f"Content-Type: {kind}"], b'{"a": "b&c=d"}')
    assert (answer.status, answer.body) == (200, "bob")


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_line_end_after_a_form_makes_it_none(task: Task, end: str) -> None:
    """`curl -d @file` and editors leave one. Nobody could tell whether it was signed, so it is refused as what it is."""
    there = task.url
    pairs = signed(task, there, ("oauth_token", ""), ("last", "value"))
    headers = [f"Authorization: {header_of(pair for pair in pairs if pair[0] != 'last')}", f"Content-Type: {FORM}"]
    answer = send(there, "POST", headers, f"last=value{end}".encode())
    assert (answer.status, answer.said) == (400, {"oauth_problem": "parameter_rejected"})


def test_http_1_0_and_chunks_are_understood(task: Task) -> None:
    there = task.url
    old = send(
        there, headers=[f"Authorization: {header_of(signed(task, there, ('oauth_token', ''), method='GET'))}"], version="1.0"
    )
    assert (old.status, old.body) == (200, "bob")
    pairs = signed(task, there, ("oauth_token", ""), ("a", "1 2"))
    headers = [
        f"Authorization: {header_of(pair for pair in pairs if pair[0] != 'a')}",
        f"Content-Type: {FORM}",
        "Transfer-Encoding: chunked",
    ]
    chunked = send(there, "POST", headers, b"3\r\na=1\r\n2\r\n+2\r\n0\r\n\r\n")
    assert (chunked.status, chunked.body) == (200, "bob")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_tokens_are_asked_for_by_post_alone(task: Task, method: str) -> None:
    """protocol.md 1.1"""
    for there in (task.request_token_url, task.access_token_url):
        answer = send(there, method, [f"Authorization: {header_of(signed(task, there, method=method))}"])
        assert answer.status == 405
        assert "\r\nallow: POST" in answer.headers.replace("Allow", "allow")


def test_repeated_and_empty_parameters_are_signed_as_they_stand(task: Task) -> None:
    there, query = task.url, [("a", "2"), ("a", "1"), ("b", ""), ("ä", "=&"), ("user_id", "alice")]
    pairs = proof(task, oauth_token="")
    pairs.append(signature(task, "GET", there, [*pairs, *query]))
    answer = send(f"{there}?a=2&a=1&b&%C3%A4=%3d%26&user_id=alice", headers=[f"Authorization: {header_of(pairs)}"])
    assert (answer.status, answer.body) == (200, "alice")


def test_a_name_that_was_added_after_signing_breaks_the_signature(task: Task) -> None:
    """T-01"""
    there = task.url
    pairs = signed(task, there, ("oauth_token", ""), method="GET")
    answer = send(f"{there}?user_id=alice", headers=[f"Authorization: {header_of(pairs)}"])
    assert (answer.status, answer.said) == (401, {"oauth_problem": "signature_invalid"})


REFUSED = {
    "version 2": ({"oauth_version": "2.0"}, "version_rejected", ("oauth_acceptable_versions", "1.0-1.0")),
    "no nonce": ({"oauth_nonce": None}, "parameter_absent", ("oauth_parameters_absent", "oauth_nonce")),
    "no time": ({"oauth_timestamp": None}, "parameter_absent", ("oauth_parameters_absent", "oauth_timestamp")),
    "milliseconds": ({"oauth_timestamp": "1700000000000"}, "parameter_rejected", None),
    "an odd method": ({"oauth_signature_method": "HMAC-MD5"}, "signature_method_rejected", None),
    "no method": (
        {"oauth_signature_method": None},
        "parameter_absent",
        ("oauth_parameters_absent", "oauth_signature_method"),
    ),
    "an old time": ({"oauth_timestamp": "1700000000"}, "timestamp_refused", None),
}


@pytest.mark.parametrize(("changed", "problem", "companion"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_with_status_400(
    task: Task, changed: dict[str, str | None], problem: str, companion: Pair | None
) -> None:
    """protocol.md 1.6"""
    there = task.request_token_url
    answer = in_header(task, there, signed(task, there, **changed))
    assert (answer.status, answer.said["oauth_problem"]) == (400, problem)
    if companion:
        assert answer.said[companion[0]] == companion[1]
    if problem == "timestamp_refused":
        low, high = map(int, answer.said["oauth_acceptable_timestamps"].split("-"))
        assert high - low == 600


def test_a_parameter_that_is_there_twice_is_rejected(task: Task) -> None:
    """T-02, protocol.md 1.3"""
    there = task.request_token_url
    pairs = signed(task, there, ("oauth_callback", "oob"))
    answer = send(f"{there}?oauth_callback=oob", "POST", [f"Authorization: {header_of(pairs)}"])
    assert (answer.status, answer.said["oauth_problem"]) == (400, "parameter_rejected")
    assert answer.said["oauth_parameters_rejected"] == "oauth_callback=oob&oauth_callback=oob"


def test_an_unsigned_request_for_a_token_lacks_everything(task: Task) -> None:
    answer = send(task.request_token_url, "POST")
    assert (answer.status, answer.said["oauth_problem"]) == (400, "parameter_absent")
    assert answer.said["oauth_parameters_absent"].split("&")[0] == "oauth_consumer_key"


@pytest.mark.parametrize("token", [None, ""])
def test_a_request_token_is_asked_for_with_an_empty_token_or_none(task: Task, token: str | None) -> None:
    there = task.request_token_url
    assert in_header(task, there, signed(task, there, oauth_token=token)).status == 200


def test_a_signature_that_ends_with_a_line_end_is_not_ours_to_mend(task: Task) -> None:
    """Old encoders of base64 add one. T-01: one signature has one spelling."""
    there = task.request_token_url
    pairs = [(name, value + "\n" if name == "oauth_signature" else value) for name, value in signed(task, there)]
    assert in_header(task, there, pairs).status == 400


def test_answers_with_tokens_are_plain_text_in_oauth_encoding(served: OurApplication, task: Task) -> None:
    """protocol.md 1.7: names, order and lifetimes as the products have them."""
    there = task.request_token_url
    asked = in_header(task, there, signed(task, there, ("oauth_callback", "oob")))
    assert list(asked.said) == ["oauth_token", "oauth_token_secret", "oauth_callback_confirmed"]
    answer = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    given = SOMEBODY.run(exchange_of(task, answer, served.decided(answer.token)))
    pairs = [piece.split("=")[0] for piece in given.body.split("&")]
    assert pairs == [
        "oauth_token",
        "oauth_token_secret",
        "oauth_expires_in",
        "oauth_session_handle",
        "oauth_authorization_expires_in",
    ]
    assert "oauth_expires_in=157680000&" in given.body
    assert given.body.endswith("oauth_authorization_expires_in=160272000")
    assert SOMEBODY.run(with_token(task, given)).status == 200
    assert dict(served.tap.exchanges[-2].answer_headers)["content-type"] == "text/plain"
