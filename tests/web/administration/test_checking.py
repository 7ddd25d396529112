"""How links are, looked at live from a page, and as it was last seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.doctor import Status
from applinks.links import Level
from applinks.web.administration.links import path_of
from applinks.web.administration.words import STATUS, TONES
from applinks.web.visit import LINKS, STATUS_PAGE
from in_memory import InMemory, connect, link_to, linked
from web.dom import Dom
from web.visitor import WIKI_ADDRESS, followed, said_by


@pytest.fixture
def wiki(tracker) -> InMemory:
    """It tells who is calling at an address that we have ourselves."""
    made = InMemory("Wiki", url=WIKI_ADDRESS, type="generic")
    connect(made, tracker)
    return made


@pytest.fixture
def link(tracker, wiki):
    linked(tracker, wiki)
    return tracker.link("Wiki")


def check(root, link, user: str = "alice"):
    page = root.get(path_of(link))
    return root.post(f"{path_of(link)}/check", {**Dom(page.body.decode()).fields(), "user": user})


def test_a_link_that_works_is_connected_and_both_ends_are_shown_side_by_side(root, link):
    text = said_by(check(root, link))
    assert "Wiki: connected" in text
    assert (
        text.index("Outgoing here") < text.index("Incoming there") < text.index("Incoming here") < text.index("Outgoing there")
    )
    assert "differs" not in text


def test_where_names_are_taken_across_the_way_to_a_comparison_of_the_people_is_shown(root, tracker, link):
    """A result of making a link, too: whoever said that the users are the same can have it proven at once."""
    people = f"{path_of(link)}/people"
    assert people in [path for path in Dom(check(root, link).body.decode()).links() if path]
    tracker.save(replace(link, same_users=None))
    assert people not in [path for path in Dom(check(root, link).body.decode()).links() if path]


def test_what_does_not_fit_is_marked_with_its_cause_and_what_to_do(root, wiki, link):
    theirs = wiki.link("Tracker")
    wiki.save(replace(theirs, incoming=replace(theirs.incoming, level=Level.DISABLED)))
    text = said_by(check(root, link))
    assert "Wiki: connected" not in text
    assert "Level differs OAuth with impersonation nothing" in text
    assert "What to do:" in text


def test_somebody_who_is_unknown_here_is_said_and_the_rest_is_looked_at_all_the_same(root, link):
    text = said_by(check(root, link, "nobody-here"))
    assert "There is no active user 'nobody-here' here." in text
    assert "What was looked at" in text


def test_an_administrator_who_cannot_be_impersonated_is_told_so_and_the_link_is_checked_all_the_same(root, link):
    text = said_by(check(root, link, "root"))
    assert "whom nobody may impersonate over there" in text
    assert "access denied" not in text


def test_a_look_is_a_call_in_the_name_of_that_user_by_that_administrator(root, tracker, link):
    check(root, link)
    call = next(entry for entry in reversed(tracker.entries) if entry.kind == "call")
    assert (call.subject, call.actor) == ("alice", "root")


def test_the_last_status_is_shown_wherever_the_link_is(root, tracker, link):
    assert "not checked yet" in said_by(root.get(LINKS))
    check(root, link)
    for path in (LINKS, path_of(link), STATUS_PAGE):
        assert "connected" in said_by(root.get(path))
        assert "not checked yet" not in said_by(root.get(path))


@pytest.mark.parametrize(("seconds", "words"), [(0, "just now"), (59, "just now"), (60, "1 min ago"), (7200, "2 h ago")])
def test_it_is_told_how_long_ago_that_was(root, tracker, link, seconds, words):
    check(root, link)
    tracker.now += seconds
    assert words in said_by(root.get(STATUS_PAGE))


def test_all_are_looked_at_one_after_the_other(root, tracker, link):
    tracker.save(link_to(InMemory("Gone")))
    page = root.get(STATUS_PAGE)
    done = root.post(STATUS_PAGE, Dom(page.body.decode()).fields())
    text = said_by(followed(root, done))
    assert "connected" in text
    assert "cannot be reached" in text


def test_without_links_there_is_nothing_to_check(root):
    assert "There are no links yet." in said_by(root.get(STATUS_PAGE))


def test_every_status_has_a_word_and_a_look():
    assert set(STATUS) == set(TONES) == set(Status)
