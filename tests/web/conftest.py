"""Two applications that are linked: people of one are led to the other, to be asked there."""

from __future__ import annotations

import pytest

from in_memory import InMemory, connect, linked
from web.visitor import WIKI_ADDRESS, Visitor, at, wish


@pytest.fixture
def tracker() -> InMemory:
    """It is called by the wiki, and asks people whether they allow that."""
    return InMemory("Tracker")


@pytest.fixture
def wiki(tracker: InMemory) -> InMemory:
    """It calls the tracker, and leads people there; its address has a path."""
    made = InMemory("Wiki", url=WIKI_ADDRESS, type="confluence")
    linked(made, tracker)
    connect(made, tracker)
    return made


@pytest.fixture
def alice(tracker: InMemory, wiki: InMemory) -> Visitor:
    """At the tracker, where the wiki has asked for her consent."""
    wish(tracker, wiki.identity.id)
    return at(tracker, "alice")
