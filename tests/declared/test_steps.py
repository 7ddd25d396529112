"""What stands, and the key by which one application is to know another while that key is being changed."""

from __future__ import annotations

from dataclasses import replace

from applinks.declared.steps import Note, Observed, Plan
from applinks.links import Identity, Link
from in_memory import InMemory, link_to

WIKI, TRACKER = InMemory("Wiki"), InMemory("Tracker")
OLD, NOW = "old key", "present key"


def wiki(key_id: str | None) -> Observed:
    """The wiki, whose end of the link to the tracker signs with that key."""
    link = link_to(TRACKER)
    link = replace(link, outgoing=replace(link.outgoing, key_id=key_id))
    return Observed(WIKI.identity, NOW, (link,), (), {"1": NOW, "0": OLD})


def known(key: str, previous: str | None = None) -> Link:
    """The tracker's end."""
    link = link_to(WIKI)
    return replace(link, incoming=replace(link.incoming, public_key=key, previous_key=previous))


def us() -> Identity:
    return TRACKER.identity


def test_a_link_is_to_be_known_by_the_key_that_it_signs_with():
    """R-16"""
    assert wiki(None).key_for(us(), known(OLD)) == NOW
    assert wiki("0").key_for(us(), known(OLD)) == OLD
    assert wiki("0").key_for(us(), known("another")) == OLD
    assert wiki("0").key_for(us(), None) == OLD


def test_or_by_the_present_one_where_that_was_accepted_and_the_other_still_holds():
    assert wiki("0").key_for(us(), known(NOW, OLD)) == NOW
    assert wiki("0").key_for(us(), known(NOW)) == OLD, "its calls would be refused"


def test_without_a_link_there_yet_it_is_the_present_one():
    assert replace(wiki("0"), links=()).key_for(us(), None) == NOW
    assert wiki("0").key_for(None, None) == NOW


def test_a_key_that_is_not_there_any_more_is_the_present_one():
    assert wiki("gone").key_for(us(), known(OLD)) == NOW


def test_what_is_only_noted_differs_if_it_is_not_declared():
    note = Note("undeclared", "wiki", "Wiki", "Old", "…")
    assert Plan((), (note,)).differs
    assert not Plan((), (replace(note, kind="misfit"),)).differs
