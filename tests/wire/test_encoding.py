"""Percent-encoding and forms: one canonical spelling, and nothing read in two ways."""

from __future__ import annotations

from random import Random
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks.wire.encoding import (
    Malformed,
    canonical_pair,
    decode,
    decoded_pair,
    encode,
    encoded_pair,
    encoded_pairs,
    form,
    parse_form,
)
from wire.any_request import any_pairs, form_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
PAIRS = st.lists(st.tuples(TEXT, TEXT)).map(tuple)


@given(TEXT)
def test_encoding_is_that_of_rfc_3986_and_decoding_undoes_it(text):
    assert encode(text) == quote(text, safe="")
    assert decode(encode(text)) == text


@given(TEXT)
def test_canonical_text_holds_only_plain_characters_and_upper_case_escapes(text):
    assert encode(encode(text)) == encode(text).replace("%", "%25")
    assert set(encode(text)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%")


@given(TEXT, TEXT)
def test_a_pair_survives_its_encoded_form(name, value):
    assert decoded_pair(encoded_pair(name, value)) == (name, value)


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_encoded_pairs_sort_as_plain_strings_by_name_and_then_by_value(pairs):
    as_rfc = sorted((encode(name), encode(value)) for name, value in pairs)
    assert sorted(encoded_pair(*pair) for pair in pairs) == [f"{name} {value}" for name, value in as_rfc]


@given(PAIRS)
def test_a_form_that_we_wrote_is_read_back(pairs):
    pairs = tuple(pair for pair in pairs if pair != ("", ""))
    assert parse_form(form(pairs)) == pairs


def test_every_spelling_of_the_same_pairs_is_read_alike():
    random = Random(3986)
    for _ in range(3_000):
        pairs = any_pairs(random)
        assert parse_form(form_of(random, pairs)) == pairs
        assert sorted(encoded_pairs(form_of(random, pairs))) == sorted(encoded_pair(*pair) for pair in pairs)


@settings(max_examples=500)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40))
def test_what_we_read_from_a_query_is_what_the_standard_library_reads(text):
    try:
        ours = parse_form(text)
    except Malformed:
        return
    assert list(ours) == parse_qsl(text, keep_blank_values=True, errors="strict")


@pytest.mark.parametrize(
    ("raw", "pair"),
    [
        ("a=b", "a b"),
        ("a", "a "),
        ("a=", "a "),
        ("=a", " a"),
        ("a=b=c", "a b%3Dc"),
        ("%61=%7E%2f", "a ~%2F"),
        ("a=b;c", "a b%3Bc"),
        ("a=[b]", "a %5Bb%5D"),
        ("a=%C3%A4", "a %C3%A4"),
        ("a+b=c+d", "a%2Bb c%2Bd"),
    ],
)
def test_a_piece_becomes_one_canonical_pair(raw, pair):
    assert canonical_pair(raw) == pair


def test_a_plus_in_a_form_is_a_blank_and_empty_pieces_are_nothing():
    assert encoded_pairs("&a+b=c+d&&e&") == ["a%20b c%20d", "e "]
    assert encoded_pairs("") == []


@pytest.mark.parametrize(
    "raw",
    [
        "a=%",
        "a=%4",
        "a=%zz",
        "%=a",
        "a=%FF",
        "a=%C3",
        "a=%C0%AF",
        "a=%ED%A0%80",
        "a=%00",
        "%00=a",
        "a=ä",
        "a=\x00",
        "a=\r\n",
        "a=\x7f",
        "a=#b",
    ],
)
def test_what_cannot_be_read_in_exactly_one_way_is_malformed(raw):
    with pytest.raises(Malformed):
        parse_form(raw)


def test_half_a_surrogate_pair_cannot_be_encoded():
    with pytest.raises(Malformed):
        encode("\ud800")
