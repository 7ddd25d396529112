"""What travels when people are compared."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.wire import comparison as wire
from applinks.wire.oauth1 import LONGEST_FORM, LONGEST_VALUE, MOST_PARAMETERS


def test_the_largest_form_is_one_that_is_read():
    """S-30"""
    pairs = wire.packed("points", bytes(wire.PIECE * 32))
    assert len(pairs) < MOST_PARAMETERS - 20
    assert max(len(text) for _, text in pairs) <= LONGEST_VALUE
    assert sum(len(name) + len(text) + 2 for name, text in pairs) < LONGEST_FORM * 3 / 4


@given(st.binary(max_size=20_000))
def test_bytes_come_back_from_the_parameters_of_a_form(data):
    assert wire.unpacked("points", dict(wire.packed("points", data))) == data


def test_a_part_that_is_not_there_ends_the_bytes():
    sent = dict(wire.packed("points", bytes(wire.PART * 3)))
    del sent["points1"]
    assert wire.unpacked("points", sent) == bytes(wire.PART)
    assert wire.unpacked("points", {}) == b""


@pytest.mark.parametrize("text", ["é", "A", "AAAAA"])
def test_what_is_no_base64_is_refused(text):
    with pytest.raises(ValueError, match="base64"):
        wire.unpacked("points", {"points0": text})


@given(st.lists(st.booleans(), max_size=50))
def test_bits_come_back(flags):
    assert wire.bits_in(wire.as_bits(flags), len(flags)) == flags


@pytest.mark.parametrize(("sent", "number"), [(b"", 1), (b"\0\0", 8), (b"\x10", 4), (b"\1", 0)])
def test_other_bits_than_are_expected_are_refused(sent, number):
    with pytest.raises(ValueError, match="bits"):
        wire.bits_in(sent, number)


def test_a_beginning_comes_back():
    begun = wire.Begun("a.b", "salt", 3, "email")
    assert wire.Begun.from_json(begun.to_json()) == begun


@pytest.mark.parametrize(
    "change",
    [{"people": -1}, {"people": True}, {"people": "3"}, {"session": 1}, {"salt": None}, {"by": []}, {"session": "x" * 501}],
)
def test_a_beginning_that_says_something_else_is_refused(change):
    data = {"session": "s", "salt": "s", "people": 1, "by": "email"} | change
    with pytest.raises(ValueError, match="begins a comparison"):
        wire.Begun.from_json(json.dumps(data).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"<html>", b"{}", b'{"session": "s"}', b"[" * 100_000, b"\xff"])
def test_what_is_no_beginning_at_all_is_refused(text):
    with pytest.raises(ValueError, match="begins a comparison"):
        wire.Begun.from_json(text)


def test_all_pieces_but_the_last_have_the_same_size():
    assert [wire.size_of(number, 10, 4) for number in (-1, 0, 1, 2, 3, 10**9)] == [0, 4, 4, 2, 0, 0]
    assert [wire.pieces(number, 4) for number in (0, 1, 4, 5)] == [0, 1, 1, 2]
