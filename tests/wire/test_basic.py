"""Basic: written in one way, read without failing, and its refusals understood."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError
from applinks.wire import basic
from applinks.wire.messages import Response
from applinks.wire.problems import Problem

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "basic.json").read_text())
USERS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=":"), min_size=1, max_size=255)
PASSWORDS = st.text(st.characters(exclude_categories=["C"]))

DENIED = Problem(basic.AUTHENTICATION_DENIED)


def header(plain: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(plain).decode()}"


def answered(status: int = 200, *, reason: str | None = None, denied: str | None = None) -> Response:
    said = (("x-seraph-loginreason", reason), ("x-authentication-denied-reason", denied))
    return Response(status, tuple((name, value) for name, value in said if value is not None))


# ---- the header


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_header_is_the_published_one(vector):
    """RFC 7617."""
    assert basic.credentials(**vector["inputs"]) == vector["expected"]["authorization"]
    assert basic.read(vector["expected"]["authorization"]) == tuple(vector["inputs"].values())


@given(USERS, PASSWORDS)
def test_what_is_written_is_what_is_read(user, password):
    value = basic.credentials(user, password)
    assert value.isascii()
    assert value.isprintable()
    assert basic.read(value) == (user, password)


@pytest.mark.parametrize("user", ["", "a:b", "a\n", "a\0", "a\r\nx: y", "\x7f", "a\u202eb", "x" * 256, "\ud800"])
def test_a_user_name_that_could_not_be_read_back_is_refused(user):
    """T-63, T-22."""
    with pytest.raises(ConfigurationError, match="user name"):
        basic.credentials(user, "secret")


@pytest.mark.parametrize("password", ["canary\n", "canary\0", "canary\x7f", "canary\x85", "canary\ud800", "canary" * 2000])
def test_a_password_that_could_not_be_sent_is_refused_and_not_repeated(password):
    """T-63, T-66."""
    with pytest.raises(ConfigurationError, match="password") as refused:
        basic.credentials("fred", password)
    assert "canary" not in str(refused.value)


@given(st.text(), st.text())
def test_nothing_makes_writing_fail_otherwise(user, password):
    with suppress(ConfigurationError):
        assert basic.read(basic.credentials(user, password)) == (user, password)


@pytest.mark.parametrize("value", ["basic YTpi", "BASIC YTpi", "Basic  YTpi ", header(b"a:b")])
def test_the_scheme_is_read_in_any_case_and_with_any_blanks(value):
    assert basic.read(value) == ("a", "b")


def test_a_password_may_be_empty_and_may_hold_colons_and_blanks():
    assert basic.read(header(b"a:")) == ("a", "")
    assert basic.read(header(b"a: b:c:\t")) == ("a", " b:c:\t")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "YTpi",
        header(b"a:b", "Bearer"),
        header(b"a:b", "Basics"),
        header(b"ab"),
        header(b":b"),
        header(b"a\0:b"),
        header(b"a\n:b"),
        header(b"\xff:b"),
        header(b"x" * 256 + b":b"),
        header(b"a:" + b"x" * 10_000),
        "Basic YTpi!",
        "Basic YTp",
        "Basic YT\npi",
        "Basic é",
    ],
)
def test_a_header_that_names_nobody_plainly_is_none(value):
    assert basic.read(value) is None


@given(st.none() | st.text() | st.binary().map(header))
def test_no_header_makes_reading_fail(value):
    found = basic.read(value)
    assert found is None or found[0].isprintable()


# ---- refusals: protocol.md 3, 9.1


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_captcha_is_named_with_the_page_that_ends_it_whatever_the_status(status):
    """protocol.md 3."""
    response = answered(
        status,
        reason="AUTHENTICATION_DENIED",
        denied="CAPTCHA_CHALLENGE; login-url=https://jira.example.test/login.jsp?a=b",
    )
    assert basic.refusal_in(response) == Problem("captcha", (("login-url", "https://jira.example.test/login.jsp?a=b"),))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/login.jsp",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "https://fred:secret@evil.test/",
        "https://jira.example.test@evil.test/",
        'https://a.test/"><script>',
        "https://a.test/'x",
        "https://a.test\\@evil.test",
        "https://a.test/ x",
        "ftp://a.test/",
        "https://a.test/" + "x" * 3000,
    ],
)
def test_a_page_that_is_no_plain_web_address_is_left_out(address):
    """T-46, T-47."""
    assert basic.refusal_in(answered(403, denied=f"CAPTCHA_CHALLENGE; login-url={address}")) == Problem("captcha")


@pytest.mark.parametrize(
    ("denied", "companions"),
    [
        ("CAPTCHA_CHALLENGE", ()),
        ("captcha_challenge;login-url=http://a.test/;x=1", (("login-url", "http://a.test/;x=1"),)),
        ("CAPTCHA_CHALLENGE; login-url=http://a.test/login; other=1", (("login-url", "http://a.test/login"),)),
        ("CAPTCHA_CHALLENGE; other=1; login-url=http://a.test/", (("login-url", "http://a.test/"),)),
    ],
)
def test_a_captcha_is_found_in_every_spelling(denied, companions):
    assert basic.refusal_in(answered(403, denied=denied)) == Problem("captcha", companions)


@pytest.mark.parametrize(
    "reason", ["AUTHENTICATION_DENIED", "AUTHENTICATED_FAILED", "authentication_denied", "OK, AUTHENTICATED_FAILED"]
)
@pytest.mark.parametrize("status", [200, 302, 401, 403])
def test_a_wrong_password_is_seen_whatever_the_status(reason, status):
    """protocol.md 9.1: 200 with AUTHENTICATION_DENIED has been seen."""
    assert basic.refusal_in(answered(status, reason=reason)) == DENIED


def test_a_bare_401_refuses_the_password():
    """RFC 9110, 15.5.2."""
    assert basic.refusal_in(answered(401)) == DENIED


@pytest.mark.parametrize(
    "response",
    [
        answered(200),
        answered(200, reason="OK"),
        answered(200, reason="OUT"),
        answered(404, reason="OK"),
        answered(403),
        answered(500),
        answered(200, denied="other"),
        answered(200, reason="", denied=""),
    ],
    ids=range(8),
)
def test_another_answer_refuses_nothing(response):
    assert basic.refusal_in(response) is None


@given(
    st.integers(), st.none() | st.text(), st.none() | st.text() | st.text().map("CAPTCHA_CHALLENGE; login-url=https://".__add__)
)
def test_no_response_makes_reading_fail(status, reason, denied):
    found = basic.refusal_in(answered(status, reason=reason, denied=denied))
    assert found is None or all(value.isascii() and value.isprintable() for _, value in found.companions)
