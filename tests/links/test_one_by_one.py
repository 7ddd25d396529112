"""Deciding about one person of a link: the others stay as they are, and nothing that is decided at the same time is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import Link, SameUsers, remove
from applinks.links.one_by_one import as_anybody, exclude, goes_by
from applinks.people import Names
from in_memory import InMemory, link_to

STANDS = SameUsers(True, "root", 1, frozenset({"eve"}), names=Names((("dave", "dd"),)))


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front")


@pytest.fixture
def link(us: InMemory) -> Link:
    return us.save(replace(link_to(InMemory("Tracker")), same_users=STANDS))


def stands(us: InMemory) -> SameUsers:
    found = us.link("Tracker").same_users
    assert found is not None
    return found


def test_whoever_is_excluded_keeps_another_name(us, link):
    us.run(exclude(link, "Dave", by="root"))
    assert stands(us) == replace(STANDS, excluded=frozenset({"eve", "Dave"}))


def test_whoever_has_another_name_is_not_excluded_any_more(us, link):
    us.run(goes_by(link, "Eve", "ee", by="root"))
    assert stands(us) == replace(STANDS, excluded=frozenset(), names=Names((("dave", "dd"), ("Eve", "ee"))))


def test_the_other_name_replaces_the_one_before_in_any_case_of_letters(us, link):
    us.run(goes_by(link, "DAVE", "david", by="root"))
    assert stands(us).names.pairs == (("DAVE", "david"),)


@pytest.mark.parametrize(
    ("name", "left"), [("EVE", replace(STANDS, excluded=frozenset())), ("dave", replace(STANDS, names=Names()))]
)
def test_what_was_decided_is_taken_back(us, link, name, left):
    us.run(as_anybody(link, name, by="root"))
    assert stands(us) == left


def test_two_who_have_read_the_same_link_and_decide_at_once_both_have_their_way(us, link):
    us.run(exclude(link, "bob", by="root"))
    us.run(goes_by(link, "carol", "cc", by="other"))
    us.run(as_anybody(link, "eve", by="third"))
    assert stands(us) == replace(STANDS, excluded=frozenset({"bob"}), names=Names((("carol", "cc"), ("dave", "dd"))))


def test_it_is_written_down_who_decided_what(us, link):
    us.run(exclude(link, "bob", by="root"))
    entry = us.entries[-1]
    assert (entry.kind, entry.actor) == ("link changed", "root")
    assert [name for name, *_ in entry.changes] == ["excluded"]


@pytest.mark.parametrize("name", ["", "bo\nb"])
@pytest.mark.parametrize("decide", [exclude, as_anybody, lambda link, name, by: goes_by(link, name, "x", by=by)])
def test_somebody_must_be_named(us, link, decide, name):
    with pytest.raises(ConfigurationError, match="Nobody was named"):
        us.run(decide(link, name, by="root"))
    assert stands(us) == STANDS


@pytest.mark.parametrize("other", ["", " ee", "dd"])
def test_the_other_name_must_be_one_and_nobody_elses(us, link, other):
    with pytest.raises(ConfigurationError):
        us.run(goes_by(link, "bob", other, by="root"))
    assert stands(us) == STANDS


def test_where_nobody_has_said_that_the_users_are_the_same_nothing_is_decided(us, link):
    us.save(replace(link, same_users=None))
    with pytest.raises(ConfigurationError, match="Nobody has said whose users"):
        us.run(exclude(link, "bob", by="root"))


def test_a_link_that_was_deleted_meanwhile_does_not_come_back(us, link):
    us.run(remove(link, by="root"))
    with pytest.raises(LinkNotFound):
        us.run(exclude(link, "bob", by="root"))
