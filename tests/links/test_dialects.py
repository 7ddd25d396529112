from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.links import who_am_i
from applinks.links.dialects import ANYWHERE, DIALECTS

ANSWERS = {
    "jira": ("rest/auth/1/session", {"name": "alice"}),
    "confluence": ("rest/api/user/current", {"username": "alice"}),
    "bamboo": ("rest/api/latest/currentUser.json", {"name": "alice"}),
}


@pytest.mark.parametrize("type_", ANSWERS)
def test_each_product_says_at_its_own_place_who_is_calling(type_):
    path, answer = ANSWERS[type_]
    question = who_am_i(type_)
    assert question.path == path
    assert question.read(json.dumps(answer).encode()) == "alice"


@pytest.mark.parametrize("type_", ["bitbucket", "generic", "something new", ""])
def test_all_others_say_it_in_plain_text(type_):
    assert who_am_i(type_) is ANYWHERE
    assert ANYWHERE.read(b" alice\n") == "alice"
    assert ANYWHERE.read(b"") == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b'"alice"', b'{"name": null}', b"{}", b"[" * 100_000])
def test_an_answer_that_says_nothing_of_the_kind_names_nobody(body):
    """T-36"""
    assert who_am_i("jira").read(body) == ""


@given(st.sampled_from(sorted(DIALECTS)), st.binary(max_size=60))
def test_any_bytes_are_some_name_or_nobody_and_never_an_error(type_, body):
    assert isinstance(who_am_i(type_).read(body), str)
