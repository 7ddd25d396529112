from __future__ import annotations

import pytest

from applinks.demo.bodies import BadBody, find, parse, text

NOT_JSON = [b"", b"{", b"\xff\xfe", b"nul", b'"\\ud800"', b"[" * 100_000, b'{"a": "\xed\xa0\x80"}', b"9" * 5000]


@pytest.mark.parametrize("raw", NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_is_not_json_that_we_can_keep_is_one_error(raw):
    with pytest.raises(BadBody):
        parse(raw)


def test_a_dotted_path_finds_what_stands_there_or_nothing():
    body = {"space": {"key": "OPS"}}

    assert find(body, "space.key") == "OPS"
    assert find(body, "space.name") is None
    assert find(body, "space.key.deeper") is None
    assert find([1], "space") is None


@pytest.mark.parametrize("body", [{}, {"a": 1}, {"a": None}, {"a": " "}, {"a": ["x"]}, {"a": "x" * 256}, [], None, "a"])
def test_a_text_that_is_no_text_names_its_field(body):
    with pytest.raises(BadBody) as caught:
        text(body, "a")

    assert caught.value.field == "a"


def test_a_text_comes_without_blanks_around_it():
    assert text({"a": " x "}, "a") == "x"
