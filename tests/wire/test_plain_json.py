"""JSON that everybody reads alike."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.wire.plain_json import DEEPEST, NotJson, parse

CANARY = "canary-7d1f"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "letter 1"),
        (b"\xff", "no text in UTF-8"),
        (b'"\\ud800"', "no text in UTF-8"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[Infinity]", "Infinity is no number"),
        (b"1e999", "too large"),
        (b"[" * 100_000, "too deeply"),
    ],
    ids=lambda body: repr(body[:10]),
)
def test_what_others_may_read_otherwise_is_no_json(body: bytes, why: str):
    """T-02"""
    with pytest.raises(NotJson, match=why):
        parse(body)


def test_a_whole_number_may_be_written_with_a_point():
    assert parse(b'{"a": 10.0, "b": 1.5, "c": 2}') == {"a": 10, "b": 1.5, "c": 2}


def test_few_letters_do_not_become_many_digits():
    """T-73: an event of a mebibyte was kept as fifty."""
    assert (
        json.dumps(parse(b"[1e308, 1e16, 9007199254740992.0, -1e15]")) == "[1e+308, 1e+16, 9007199254740992, -1000000000000000]"
    )


@pytest.mark.parametrize("body", [b"[" * DEEPEST + b"]" * DEEPEST, b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST])
def test_sixty_four_levels_are_read_and_one_more_is_not(body: bytes):
    parse(body)
    with pytest.raises(NotJson, match="too deeply"):
        parse(b"[" + body + b"]")


@pytest.mark.parametrize("body", [f'{{"{CANARY}": 1, "{CANARY}": 2}}', f'["{CANARY}', f'"{CANARY}"x', f'{{"{CANARY}"}}'])
def test_what_was_sent_is_not_repeated(body: str):
    """T-66"""
    with pytest.raises(NotJson) as refused:
        parse(body.encode())
    assert CANARY not in str(refused.value)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(ANY)
def test_what_is_written_plainly_is_read_as_it_was(value):
    assert parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:0e1-tnu\\d8 ', max_size=80).map(str.encode))
def test_no_bytes_whatever_make_reading_fail_otherwise(body):
    with suppress(NotJson):
        parse(body)
