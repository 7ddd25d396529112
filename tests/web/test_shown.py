from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.web import shown

HOUR, DAY, YEAR = 3600, 24 * 3600, 365 * 24 * 3600
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("control", BIDI, ids=unicodedata.name)
def test_a_control_of_direction_does_not_reach_the_page(control):
    """T-48."""
    assert shown.harmless(f"evil{control}gpj.exe") == "evil�gpj.exe"


@pytest.mark.parametrize(
    "unseen", ["\0", "\x1b", "\x7f", "\x85", "\xad", "\u200b", "\u2028", "\ufeff", "\ud800", "\ue000", "\U000e0041"]
)
def test_what_nobody_sees_is_made_visible(unseen):
    """T-48."""
    assert shown.harmless(f"Wi{unseen}ki") == "Wi�ki"


@pytest.mark.parametrize("text", ["Wiki", "Bücher & Wissen", "<b>", "علی‌رضا", "東京 Wiki", "👩‍💻", "Ǻ́", "Nguyễn Văn A"])
def test_ordinary_text_of_any_language_stays_as_it_is(text):
    assert shown.harmless(text) == text


@pytest.mark.parametrize(("before", "after"), [("Wi", "ki"), ("é", "ki"), ("Wi", "é"), ("", "Wiki"), ("é", "")])
def test_a_joiner_that_only_makes_two_equal_names_different_is_made_visible(before, after):
    """T-48."""
    assert shown.harmless(f"{before}\u200d{after}") == f"{before}�{after}"


def test_accents_do_not_pile_up_over_other_lines():
    assert shown.harmless("a" + "\u0301" * 50 + "b") == "a\u0301\u0301\u0301b"


@given(st.text())
def test_harmless_text_is_printable_and_stays_so(text):
    once = shown.harmless(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in once)
    assert not set(once) & set(BIDI)
    assert shown.harmless(once) == once


def test_a_long_text_is_cut_and_says_so():
    assert shown.brief("a" * 100) == "a" * 100
    assert shown.brief("a" * 101) == "a" * 100 + "…"
    assert shown.brief("abc", 2) == "ab…"


def test_a_badge_shows_the_first_letter_or_a_question_mark():
    assert [shown.initial(name) for name in ("wiki", "  über", "", " ")] == ["W", "Ü", "?", "?"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5 * YEAR, "5 years"),
        (5 * YEAR + 30 * DAY, "5 years"),
        (YEAR, "1 year"),
        (30 * DAY, "30 days"),
        (DAY, "1 day"),
        (8 * HOUR, "8 hours"),
        (HOUR, "1 hour"),
        (600, "less than an hour"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds, words):
    assert shown.span(seconds) == words


def test_a_moment_is_a_day_for_people_and_a_second_for_machines():
    assert shown.day(1_764_037_706) == "25 November 2025"
    assert shown.iso(1_764_037_706) == "2025-11-25T02:28:26Z"


def test_commands_and_labels_are_set_apart_in_our_sentences():
    assert shown.worded("Run `applinks doctor`, see *Consumer Key*.") == (
        "Run <code>applinks doctor</code>, see <strong>Consumer Key</strong>."
    )


def test_what_a_sentence_quotes_stays_text():
    """T-46, T-48"""
    assert shown.worded("`<img src=x>` or *<b>*") == "<code>&lt;img src=x&gt;</code> or *&lt;b&gt;*"
    assert shown.worded("a\u202eb") == "a\ufffdb"
    assert shown.worded("`" + "a" * 20, 5) == "`aaaa…"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("alice\nbob", "alice\nbob"),
        ("alice\r\nbob", "alice\nbob"),
        ("a\tb", "a    b"),
        ("<b>\n&", "&lt;b&gt;\n&amp;"),
        ("a\x00\n\u202eb", "a�\n�b"),
        ("", ""),
    ],
)
def test_the_ends_of_lines_stay_where_a_text_has_several(text, becomes):
    """T-46, T-48: a field of several lines is sent back as it was shown."""
    assert shown.in_lines(text) == becomes


def test_a_long_text_of_lines_is_cut():
    assert shown.in_lines("a" * 30, 10) == "a" * 10 + "…"
