"""What the pages of administration call things."""

from __future__ import annotations

import pytest

from applinks.links import Level
from applinks.web.administration.words import INCOMING, LEVELS, OUTGOING


@pytest.mark.parametrize("words", [LEVELS, OUTGOING, INCOMING])
def test_there_are_words_for_each_level_and_no_two_share_them(words):
    assert set(words) == set(Level)
    assert len(set(words.values())) == len(words)
