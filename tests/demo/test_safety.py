from __future__ import annotations

import time

import pytest

from applinks.demo import safety

URL = "https://tracker.example.com"


@pytest.mark.parametrize("address", ["/", "/browse/OPS-1", "/a?b=c&d=%20", "/a//b"])
def test_a_path_on_this_host_is_kept(address):
    assert safety.local_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/a\\b",
        "/a b",
        "/ä",
        "/a\r\nSet-Cookie: a=b",
        "evil.example",
        "?next=//evil.example",
    ],
)
def test_any_other_return_address_becomes_the_start_page(address):
    """T-42."""
    assert safety.local_path(address) == "/"


@pytest.mark.parametrize("address", ["http://a.example/x", "https://a.example", "HTTPS://a.example/?q=1#f"])
def test_web_addresses_may_be_shown(address):
    assert safety.is_web_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//a.example",
        "/a",
        "http://",
        "http://user@a.example",
        "http://[a",
        "http://a.example/\u202ex",
        "http://a.example/a b",
        "",
        None,
        7,
    ],
)
def test_other_addresses_may_not(address):
    """T-47."""
    assert not safety.is_web_address(address)


def session_of(name: str, **changed: int) -> dict:
    session: dict = {}
    safety.begin_session(session, name)
    return session | changed


def test_a_new_session_holds_nothing_from_before():
    session = {"token": "old", "said": "old"}

    safety.begin_session(session, "alice")

    assert "token" not in session
    assert "said" not in session
    assert safety.signed_in(session) == "alice"


def test_a_session_ends_when_it_was_not_used_for_long_or_is_old():
    now = int(time.time())

    assert safety.signed_in({}) is None
    assert safety.signed_in(session_of("alice", seen=now - safety.IDLE - 2)) is None
    assert safety.signed_in(session_of("alice", since=now - safety.LONGEST - 2)) is None


def test_using_a_session_keeps_it_alive():
    session = session_of("alice", seen=int(time.time()) - safety.IDLE + 60)

    assert safety.signed_in(session) == "alice"
    assert session["seen"] >= int(time.time()) - 60


@pytest.mark.parametrize(
    ("site", "origin"), [(None, None), ("same-origin", "null"), ("none", None), (None, URL), ("same-origin", URL)]
)
def test_our_own_forms_are_genuine(site, origin):
    session: dict = {}

    assert safety.genuine(session, safety.form_token(session), url=f"{URL}/path", site=site, origin=origin)


@pytest.mark.parametrize(
    ("site", "origin"),
    [("same-site", None), ("cross-site", "null"), (None, "https://evil.example"), (None, "http://tracker.example.com")],
)
def test_a_form_from_elsewhere_is_not_even_with_the_right_token(site, origin):
    """T-40: another port of the same host is same-site, but not same-origin."""
    session: dict = {}

    assert not safety.genuine(session, safety.form_token(session), url=URL, site=site, origin=origin)


@pytest.mark.parametrize("given", ["", "wrong", "ä", "\ud800"])
def test_nor_is_one_with_a_wrong_token(given):
    """T-40."""
    assert not safety.genuine({}, given, url=URL, site=None, origin=None)


def test_cookies_have_a_name_for_each_application_and_are_bound_to_the_host_under_https():
    """S-06."""
    assert safety.cookie_name("Wiki", "http://127.0.0.1:1") != safety.cookie_name("Forge", "http://127.0.0.1:2")
    assert safety.cookie_name("Wiki", URL).startswith("__Host-")


def test_https_is_announced_where_it_is_spoken():
    """S-04."""
    assert "Strict-Transport-Security" in safety.safe_headers(URL)
    assert "Strict-Transport-Security" not in safety.safe_headers("http://127.0.0.1:1")
