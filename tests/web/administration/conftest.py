"""Two applications that know nothing of each other, and somebody who administers both, in one browser."""

from __future__ import annotations

import pytest

from in_memory import InMemory, connect
from web.visitor import WIKI_ADDRESS, Visitor, at
from web.visitor import confirmed as confirm


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


@pytest.fixture
def wiki(tracker: InMemory) -> InMemory:
    made = InMemory("Wiki", url=WIKI_ADDRESS, type="confluence")
    connect(made, tracker)
    return made


@pytest.fixture
def root(tracker: InMemory, wiki: InMemory) -> Visitor:
    """At the tracker, having confirmed that it is they."""
    return confirm(at(tracker, "root"))
