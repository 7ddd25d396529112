"""What the query of a page asks for."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError
from applinks.web.filters import begin_of, words_of


def test_words_are_those_that_are_asked_for_without_their_blanks_and_empty_where_nothing_is_said():
    assert words_of({"user": " alice ", "other": "x"}, ("user", "link"), "run") == {"user": "alice", "link": ""}


def test_what_no_such_thing_can_have_is_said():
    with pytest.raises(ConfigurationError, match="No run has such a user"):
        words_of({"user": "al\x00ice"}, ("user",), "run")


def test_a_day_begins_at_midnight_utc():
    assert begin_of("1970-01-02") == 86_400


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "31.01.2026"])
def test_anything_else_is_no_day(day: str):
    with pytest.raises(ConfigurationError, match="is no day"):
        begin_of(day)
