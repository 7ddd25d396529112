"""Facts that rooms tell one another."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from answering import Answers
from applinks.announcements import Announce, ConsentEnded, ConsentGiven
from applinks.questions import drive

FACTS = [ConsentGiven("id", "Wiki", "alice"), ConsentEnded("id", "Wiki", "alice")]


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_says_over_which_link_and_about_whom_and_does_not_change(fact):
    assert (fact.link_id, fact.link, fact.user) == ("id", "Wiki", "alice")
    with pytest.raises(FrozenInstanceError):
        fact.user = "bob"


def test_that_consent_was_given_is_not_that_it_has_ended():
    given, ended = FACTS
    assert given != ended


@pytest.mark.parametrize("fact", FACTS)
def test_a_flow_tells_one_as_it_asks_anything_else(fact):
    def flow():
        yield Announce(fact)
        return "went on"

    answers = Answers({Announce: None})
    assert drive(flow(), answers) == "went on"
    assert answers.asked == [Announce(fact)]


@pytest.mark.parametrize("fact", FACTS)
def test_no_fact_holds_a_token(fact):
    """T-66: whoever listens looks it up."""
    assert {"token", "secret"}.isdisjoint(type(fact).__dataclass_fields__)
