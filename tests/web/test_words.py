from __future__ import annotations

import pytest

from applinks.web import Kind, Notice, Outcome, page, render
from applinks.web.words import NOTICES, OUTCOMES
from web.dom import Dom
from web.sights import FRAME


def test_every_kind_of_notice_and_every_outcome_has_its_words():
    assert NOTICES.keys() == set(Kind)
    assert OUTCOMES.keys() == set(Outcome)
    assert all(text.endswith(".") for text in [*OUTCOMES.values(), *(words.text for words in NOTICES.values())])


@pytest.mark.parametrize("kind", Kind)
def test_no_two_notices_say_the_same(kind):
    others = [words.heading for other, words in NOTICES.items() if other is not kind]
    assert NOTICES[kind].heading not in others


def test_what_went_well_is_told_with_200_and_whatever_else_with_a_status_of_its_fault():
    assert {kind for kind, words in NOTICES.items() if words.status == 200} == {Kind.DENIED, Kind.DONE, Kind.SIGNED_IN}
    assert all(400 <= words.status < 600 for words in NOTICES.values() if words.status != 200)


@pytest.mark.parametrize("kind", Kind)
def test_a_notice_is_answered_with_its_status_heading_and_text(kind):
    notice = Notice(FRAME, kind, "Wiki", continue_path="/back")
    answer, dom = page(notice), Dom(render(notice))
    words = NOTICES[kind]
    assert answer.status == words.status
    assert words.text.format(it="Wiki") in dom.text
    assert dom.text.startswith(f"{words.heading} · Tracker")
    assert {"role": "button", "href": "/back"} in dom.all("a")
    assert dom.text.endswith(words.going_on)


def test_a_far_side_whose_name_is_not_known_is_called_the_other_application():
    assert "the other application did not answer" in Dom(render(Notice(FRAME, Kind.UNREACHABLE))).text
