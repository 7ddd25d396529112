"""An application with scripts, its administrator, and somebody whose runs they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from applinks.errors import AppLinksError
from applinks.links import Link
from applinks.scripts import Fault, Hook
from in_memory import InMemory, link_to
from scripts.happened import hooks_in
from web.visitor import Visitor, at, confirmed


@dataclass
class Scripts:
    """What runs scripts in this process, as the pages know it."""

    loaded: Sequence[Hook] = ()
    faults: Sequence[Fault] = ()
    trouble: AppLinksError | None = None
    said: list[str] = field(default_factory=list)

    @property
    def hooks(self) -> Sequence[Hook]:
        if self.trouble is not None:
            raise self.trouble
        return self.loaded

    def say(self) -> None:
        self.said.append("something is to be done")


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


@pytest.fixture
def wiki(tracker: InMemory) -> Link:
    """The link of the tracker to a wiki."""
    return tracker.save(link_to(InMemory("Wiki", type="confluence")))


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    return Scripts(tuple(hooks_in(tmp_path).values()))


@pytest.fixture
def root(tracker: InMemory, scripts: Scripts) -> Visitor:
    """Administers the tracker, and has confirmed that it is they."""
    visitor = at(tracker, "root")
    visitor.scripts = scripts
    return confirmed(visitor)


@pytest.fixture
def alice(tracker: InMemory, scripts: Scripts) -> Visitor:
    visitor = at(tracker, "alice")
    visitor.scripts = scripts
    return visitor
