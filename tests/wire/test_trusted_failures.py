"""How Trusted Applications refuse: a row of protocol.md 2.4 each, told and read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import BadProof, NotAdmitted, PersonNotAdmitted, Replayed
from applinks.wire.messages import Response
from applinks.wire.problems import Problem
from applinks.wire.trusted_apps import bad_signature
from applinks.wire.trusted_failures import (
    ERROR,
    MESSAGES,
    STATUS,
    Code,
    Failure,
    Severity,
    accepted,
    failures_in,
    read_failure,
    refusal_in,
    refused,
    status_in,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "trusted_apps.json").read_text())
FAILURES = [vector for vector in VECTORS if vector["kind"] == "failure"]

ERRORS = (
    "UNKNOWN",
    "APP_UNKNOWN",
    "SYSTEM",
    "BAD_PROTOCOL_VERSION",
    "APP_ID_NOT_FOUND",
    "SECRET_KEY_NOT_FOUND",
    "MAGIC_NUMBER_NOT_FOUND",
    "USER_UNKNOWN",
    "PERMISSION_DENIED",
)
FAILS = ("BAD_REMOTE_IP", "BAD_XFORWARD_IP", "BAD_URL", "OLD_CERT", "MISSING_CERT", "BAD_MAGIC", "BAD_SIGNATURE")
PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=50)


def answered(*errors: str, status: str | None = "ERROR", http: int = 200) -> Response:
    said = () if status is None else ((STATUS, status),)
    return Response(http, (*said, *((ERROR, error) for error in errors)))


@pytest.mark.parametrize(("name", "severity"), [*((name, "ERROR") for name in ERRORS), *((name, "FAIL") for name in FAILS)])
def test_row_each_code_has_its_severity_and_is_read_as_it_is_told(name, severity):
    """protocol.md 2.4: the codes, row by row."""
    code = Code(name)
    assert code.severity is Severity(severity)
    failure = Failure.of(code, "one")
    assert failure.text == f'{name};\t{MESSAGES[code]};\t["one"]'
    assert read_failure(failure.text) == failure


def test_there_are_no_other_codes():
    assert set(Code) == {*ERRORS, *FAILS}
    assert MESSAGES.keys() == set(Code)


@pytest.mark.parametrize("vector", FAILURES, ids=lambda vector: vector["id"])
def test_the_shape_is_that_of_the_products(vector):
    """protocol.md 2.4: code, message with its placeholders, JSON array of parameters."""
    expected = vector["expected"]
    failure = Failure(Code(expected["code"]), expected["message"], tuple(expected["parameters"]))
    assert read_failure(vector["inputs"]["text"]) == failure
    assert failure.code.severity == expected["severity"]
    if not vector.get("note"):
        assert failure.text == vector["inputs"]["text"]


@pytest.mark.parametrize("name", ["NOBODY_KNOWS_THIS", "", "app_unknown", "__members__"])
def test_row_a_code_that_nobody_knows_is_unknown(name):
    """protocol.md 2.4."""
    assert read_failure(f"{name};\tmessage;\t[]") == Failure(Code.UNKNOWN, "message")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "APP_UNKNOWN",
        "APP_UNKNOWN;\tmessage",
        "APP_UNKNOWN;\tmessage;\t[];\tmore",
        "APP_UNKNOWN; message; []",
        "APP_UNKNOWN;\tmessage;\t",
        "APP_UNKNOWN;\tmessage;\t{}",
        "APP_UNKNOWN;\tmessage;\tnull",
        "APP_UNKNOWN;\tmessage;\t[1]",
        "APP_UNKNOWN;\tmessage;\t[",
        "APP_UNKNOWN;\tmessage;\t" + "[" * 4000,
        "APP_UNKNOWN;\tmessage;\t[" + "9" * 3900 + "]",
        "APP_UNKNOWN;\tmessage;\t[" + '"a",' * 4000 + '"a"]',
    ],
    ids=range(13),
)
def test_row_what_has_not_three_parts_is_illegal(text):
    """protocol.md 2.4; T-73."""
    assert read_failure(text) is None


def test_placeholders_are_put_in_for_people_only():
    failure = Failure(Code.BAD_URL, "{1} may not use {0} {2} {0}", ("/a", "{0}"))
    assert failure.text == 'BAD_URL;\t{1} may not use {0} {2} {0};\t["/a","{0}"]'
    assert failure.sentence == "{0} may not use /a {2} /a"


def test_a_strangers_text_loses_its_control_characters():
    """T-67."""
    failure = read_failure('APP_UNKNOWN;\ta\x1b[31mb;\t["\\u001b[0m\\r\\nx: y"]')
    assert failure == Failure(Code.APP_UNKNOWN, "a[31mb", ("[0mx: y",))


@given(st.sampled_from(Code), PLAIN.filter(str.isascii), st.lists(PLAIN))
def test_what_is_told_is_what_is_read(code, message, parameters):
    failure = Failure(code, message, tuple(parameters))
    assert read_failure(failure.text) == failure or len(failure.text) > 4096


@given(st.sampled_from(Code), st.text(), st.lists(st.text()))
def test_no_control_byte_but_the_two_tabs_leaves_in_a_header(code, message, parameters):
    """T-63."""
    failure = Failure(code, message, tuple(parameters))
    assert re.fullmatch(r"[\x20-\x7e]*;\t[\x20-\x7e]*;\t[\x20-\x7e]*", failure.text)
    assert failure.sentence.isprintable()


@given(st.text() | st.builds(";\t".join, st.lists(st.text() | st.sampled_from(["APP_UNKNOWN", "[]", '["a"]']), max_size=4)))
def test_no_header_makes_reading_fail(text):
    found = read_failure(text)
    assert found is None or found.sentence.isprintable()
    refusal_in(answered(text))


# ---- the two headers of an answer (protocol.md 2.3, step 10 and below)


def test_row_10_success_is_the_status_ok():
    """protocol.md 2.3, row 10."""
    assert accepted() == (("x-seraph-trusted-app-status", "OK"),)
    assert refusal_in(Response(200, accepted())) is None


def test_a_refusal_is_the_status_error_with_one_header_for_each_reason():
    """protocol.md 2.3, below 10."""
    one, two = Failure.of(Code.BAD_REMOTE_IP, "10.0.0.7"), Failure.of(Code.OLD_CERT)
    headers = refused(one, two)
    assert headers == (
        ("x-seraph-trusted-app-status", "ERROR"),
        ("x-seraph-trusted-app-error", one.text),
        ("x-seraph-trusted-app-error", two.text),
    )
    assert failures_in(Response(401, headers)) == (one, two)


@pytest.mark.parametrize(
    ("code", "parameter", "sentence"),
    [
        (Code.APP_UNKNOWN, "jira:1", "Unknown Application: jira:1"),
        (Code.USER_UNKNOWN, "fred", "Unknown User: fred"),
    ],
)
@pytest.mark.parametrize("http", [200, 302, 401, 403])
def test_rows_6_and_9_a_refusal_is_seen_whatever_the_http_status(code, parameter, sentence, http):
    """protocol.md 2.3, rows 6 and 9: products answer as if nobody had asked, with 200 where the resource is open."""
    response = Response(http, refused(Failure.of(code, parameter)))
    assert refusal_in(response) == Problem(code.value, (("message", sentence),))


def test_row_9_who_may_not_sign_in_is_permission_denied():
    """protocol.md 2.3, row 9."""
    problem = refusal_in(Response(200, refused(Failure.of(Code.PERMISSION_DENIED))))
    assert problem == Problem("PERMISSION_DENIED", (("message", "Permission denied"),))


def test_an_error_whose_reason_cannot_be_read_is_still_a_refusal():
    assert refusal_in(answered()) == Problem("UNKNOWN")
    assert refusal_in(answered("what?")) == Problem("UNKNOWN")
    assert refusal_in(answered("what?", Failure.of(Code.SYSTEM).text)).name == "SYSTEM"
    assert refusal_in(answered(Failure.of(Code.SYSTEM).text, status=None)).name == "SYSTEM"


@pytest.mark.parametrize(
    ("said", "status"), [("OK", "OK"), (" ok ", "OK"), ("ERROR", "ERROR"), ("fine", None), ("", None), (None, None)]
)
def test_without_a_status_the_other_side_does_not_speak_it(said, status):
    """protocol.md 2.3, last line."""
    assert status_in(answered(status=said)) == status


def test_an_answer_without_these_headers_refuses_nothing():
    assert refusal_in(Response(401)) is None
    assert failures_in(Response(200)) == ()


# ---- what the sender is told of our refusals


def test_a_refusal_of_ours_is_told_by_its_code_and_parameters():
    assert Failure.told_by(bad_signature("https://a.test/x")) == Failure.of(Code.BAD_SIGNATURE, "https://a.test/x")


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (PersonNotAdmitted("'root' is an administrator", problem="permission_denied"), Code.PERMISSION_DENIED),
        (Replayed("it was here", problem="nonce_used"), Code.UNKNOWN),
        (BadProof("secret reasons", problem="signature_invalid", companions=(("oauth_x", "y"),)), Code.UNKNOWN),
        (NotAdmitted("other words", problem="anything"), Code.UNKNOWN),
    ],
    ids=range(4),
)
def test_a_refusal_of_another_kind_tells_next_to_nothing(refusal, code):
    """T-28."""
    told = Failure.told_by(refusal)
    assert told == Failure.of(code)
    assert refusal.message not in told.text
