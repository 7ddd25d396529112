"""The page on which somebody says whether this is the original or a copy."""

from __future__ import annotations

import pytest

from applinks.links import Level, Told
from applinks.web.administration.identity import TOLD
from applinks.web.visit import GRANTS, IDENTITY, KEYS, LINKS
from in_memory import link_to
from suspended import suspend
from web.dom import Dom
from web.visitor import at, followed, heading, outcome, records, said_by

WARNING = "Nothing is sent to other applications: this may be a copy."


@pytest.fixture
def link(tracker, wiki):
    wiki.save(link_to(tracker))
    return tracker.save(link_to(wiki))


def press(root, do: str, **fields: str):
    page = root.get(IDENTITY)
    assert ("do", do) in Dom(page.body.decode()).buttons()
    return root.post(IDENTITY, {**Dom(page.body.decode()).fields(), "do": do, **fields})


@pytest.mark.parametrize("path", [LINKS, KEYS, GRANTS])
def test_each_page_warns_administrators_while_this_may_be_a_copy(root, tracker, path):
    """G-06"""
    assert WARNING not in said_by(root.get(path))
    suspend(tracker)
    page = root.get(path)
    assert WARNING in said_by(page)
    assert IDENTITY in Dom(page.body.decode()).links()


def test_nobody_else_is_warned(tracker):
    suspend(tracker)
    assert WARNING not in said_by(at(tracker, "alice").get(GRANTS))


def test_what_was_noticed_is_told(root, tracker):
    suspend(tracker)
    page = root.get(IDENTITY)
    assert heading(page) == "The original, or a copy?"
    assert "the database lies elsewhere" in said_by(page)


def test_the_original_calls_again_once_somebody_says_that_it_is(root, tracker, link):
    suspend(tracker)
    before = tracker.identity.id
    page = followed(root, press(root, "moved"))
    assert "Calls go out again." in said_by(page)
    assert (tracker.identity.id, tracker.identity.suspension) == (before, None)
    assert (tracker.entries[-1].kind, tracker.entries[-1].actor) == ("identity moved", "root")


def test_a_copy_becomes_an_application_of_its_own(root, tracker, link):
    suspend(tracker)
    before = tracker.identity.id
    page = followed(root, press(root, "copied", sure="yes"))
    assert "an application of its own now" in said_by(page)
    assert tracker.identity.id != before
    assert tracker.link("Wiki").incoming.level is Level.DISABLED


def test_a_copy_that_nobody_is_sure_of_stays_as_it_is(root, tracker, link):
    suspend(tracker)
    before, identity = records(tracker), tracker.identity
    answer = press(root, "copied")
    assert outcome(answer) == (400, "Not done – The original, or a copy?")
    assert (records(tracker), tracker.identity) == (before, identity)


def test_the_others_are_told_our_address_and_what_each_said_is_shown(root, tracker, wiki, link):
    page = press(root, "announce")
    assert outcome(page) == (200, "Our address")
    assert "Wiki it follows" in said_by(page)


def test_a_button_that_is_not_there_does_nothing(root, tracker, link):
    before = records(tracker)
    answer = root.post(IDENTITY, {**Dom(root.get(IDENTITY).body.decode()).fields(), "do": "something"})
    assert (answer.header("location"), records(tracker)) == (IDENTITY, before)


def test_who_has_not_confirmed_is_asked_and_comes_back_here(tracker):
    suspend(tracker)
    visitor = at(tracker, "root")
    answer = visitor.post(IDENTITY, {**Dom(visitor.get(IDENTITY).body.decode()).fields(), "do": "moved"})
    assert (answer.header("location") or "").endswith("%2Fidentity")
    assert tracker.identity.suspension


def test_there_are_words_for_each_way_in_which_telling_ends():
    assert set(TOLD) == set(Told)
