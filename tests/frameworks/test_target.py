"""The declared address, and what lies below it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.frameworks.target import Target
from in_memory import InMemory

IDENTITY = InMemory("Wiki").identity


def target(url: str, *, stripped: bool = False) -> Target:
    return Target(replace(IDENTITY, url=url), stripped=stripped)


@pytest.mark.parametrize(
    ("url", "stripped", "path", "below"),
    [
        ("https://example.com", False, "/x", "/x"),
        ("https://example.com", False, "/", "/"),
        ("https://example.com", False, "//x", "//x"),
        ("https://example.com", False, "", None),
        ("https://example.com", False, "*", None),
        ("https://example.com/wiki", False, "/wiki/x", "/x"),
        ("https://example.com/wiki", False, "/wiki", ""),
        ("https://example.com/wiki", False, "/wiki/", "/"),
        ("https://example.com/wiki", False, "/wiki/wiki/x", "/wiki/x"),
        ("https://example.com/wiki", False, "/wikis", None),
        ("https://example.com/wiki", False, "/x", None),
        ("https://example.com/wiki", False, "/WIKI/x", None),
        ("https://example.com/wiki", False, "/%77iki/x", None),
        ("https://example.com/wiki", False, "/wiki%2Fx", None),
        ("https://example.com/wiki", True, "/x", "/x"),
        ("https://example.com/wiki", True, "/wiki/x", "/wiki/x"),
        ("https://example.com/wiki", True, "", None),
    ],
)
def test_what_lies_below_our_address(url, stripped, path, below):
    """T-64"""
    assert target(url, stripped=stripped).below(path) == below


@given(st.text(st.sampled_from(list("/wik.%2e;x")), max_size=12), st.booleans())
def test_the_address_that_is_verified_is_the_declared_one_with_the_raw_target(path, stripped):
    """T-64: sent and verified are the same but for what the proxy took away."""
    here = target("https://example.com:8443/wiki", stripped=stripped)
    sent = f"/{path}"
    if here.below(sent) is None:
        assert not here.concerns_us(sent, "oauth_signature=x", ())
        return
    request = here.request("GET", sent, "a=%20", (("host", "evil.example.com"),), b"")
    assert request.url == f"https://example.com:8443{'/wiki' if stripped else ''}{sent}?a=%20"


def test_without_a_query_there_is_no_question_mark():
    assert target("https://example.com").request("GET", "/x", "", (), b"").url == "https://example.com/x"


def test_the_realm_is_our_address():
    assert target("https://example.com/wiki").realm == "https://example.com/wiki"
