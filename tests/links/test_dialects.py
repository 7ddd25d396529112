"""What we know about each type of application."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.links import DIALECTS, GENERIC, Endpoints, dialect_of, endpoints_of, who_am_i
from applinks.links.dialects import ALIASES, ANYWHERE
from in_memory import InMemory, link_to

ANSWERS = {
    "jira": ("rest/auth/1/session", {"name": "alice"}),
    "confluence": ("rest/api/user/current", {"username": "alice"}),
    "bamboo": ("rest/api/latest/currentUser.json", {"name": "alice"}),
}
LINK = link_to(InMemory("Wiki", url="https://example.com/wiki", type="confluence"))


# ---- who am I


@pytest.mark.parametrize("type_", ANSWERS)
def test_each_product_says_at_its_own_place_who_is_calling(type_):
    """protocol.md 9.1"""
    path, answer = ANSWERS[type_]
    question = who_am_i(type_)
    assert question.path == path
    assert question.read(json.dumps(answer).encode()) == "alice"


@pytest.mark.parametrize("type_", ["bitbucket", "stash", "generic", "something new", ""])
def test_all_others_say_it_in_plain_text(type_):
    assert who_am_i(type_) is ANYWHERE
    assert ANYWHERE.read(b" alice\n") == "alice"
    assert ANYWHERE.read(b"") == ""


def test_confluence_answers_200_to_nobody_which_is_nobody():
    """protocol.md 9.1"""
    anonymous = {"type": "anonymous", "profilePicture": {"path": "/x"}, "displayName": "Anonymous"}
    assert who_am_i("confluence").read(json.dumps(anonymous).encode()) == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b'"alice"', b'{"name": null}', b"{}", b"[" * 100_000])
def test_an_answer_that_says_nothing_of_the_kind_names_nobody(body):
    """T-36"""
    assert who_am_i("jira").read(body) == ""


@given(st.sampled_from(sorted(DIALECTS)), st.binary(max_size=60))
def test_any_bytes_are_some_name_or_nobody_and_never_an_error(type_, body):
    assert isinstance(who_am_i(type_).read(body), str)


# ---- the dance


@pytest.mark.parametrize("type_", [*DIALECTS, "fisheye", "something new"])
def test_all_of_them_dance_at_the_same_places_below_their_address(type_):
    """protocol.md 1.1"""
    assert endpoints_of(replace(LINK, type=type_)) == Endpoints(
        "https://example.com/wiki/plugins/servlet/oauth/request-token",
        "https://example.com/wiki/plugins/servlet/oauth/authorize",
        "https://example.com/wiki/plugins/servlet/oauth/access-token",
    )


def test_a_link_may_name_its_own_of_which_relative_ones_lie_below_its_address():
    """protocol.md 1.1"""
    own = Endpoints("bitbucket/oauth/request-token", "/bbs-oauth/authorize", "https://id.example.com/access-token")
    assert endpoints_of(replace(LINK, outgoing=replace(LINK.outgoing, endpoints=own))) == Endpoints(
        "https://example.com/wiki/bitbucket/oauth/request-token",
        "https://example.com/wiki/bbs-oauth/authorize",
        "https://id.example.com/access-token",
    )


def test_a_slash_at_the_end_of_an_address_makes_no_difference():
    assert endpoints_of(replace(LINK, application_url="https://example.com/wiki/")) == endpoints_of(LINK)


# ---- habits


def test_products_on_seraph_are_asked_to_refuse_a_wrong_password():
    """protocol.md 3"""
    asked = {type_ for type_, dialect in DIALECTS.items() if dialect.basic_query == "os_authType=basic"}
    assert asked == {"jira", "confluence", "bamboo"}
    assert dialect_of("something new").basic_query == ""


def test_an_older_name_of_a_type_is_the_same_type():
    """protocol.md 4.3"""
    assert {old: dialect_of(old) for old in ALIASES} == {old: DIALECTS[new] for old, new in ALIASES.items()}
    assert dialect_of("anything else") is DIALECTS[GENERIC]
