"""The records of an application, in dictionaries and in a database: what the links room asks is answered alike by both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from applinks.links import Link, LinkById, LinkByName, RemoveLink, SaveLink
from applinks.store import Sealing, Store
from in_memory import NOW, InMemory, key_of


class Stored:
    """As much of `InMemory` as these tests need, kept in SQLite."""

    def __init__(self, name: str) -> None:
        self.now = NOW
        self.store = Store.open("sqlite://", sealing=Sealing.fresh(), clock=lambda: self.now)
        self.identity = self.store.identify(name=name, type="jira", url=f"https://{name.lower()}.example.com")

    def answer(self, question: Any) -> Any:
        return self.store.answer(question)

    def save(self, link: Link) -> Link:
        saved: Link = self.answer(SaveLink(link, instead_of=self.answer(LinkById(link.id))))
        return saved

    def link(self, name: str) -> Link:
        found: Link = self.answer(LinkByName(name))
        return found

    def remove(self, id: str) -> None:  # noqa: A002
        self.answer(RemoveLink(id))


@pytest.fixture(params=["in dictionaries", "in a database"])
def application(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Makes an application of that name."""
    with ExitStack() as opened:

        def made(name: str) -> Any:
            if request.param == "in dictionaries":
                return InMemory(name)
            monkeypatch.setattr("applinks.store.store.new_key", lambda: key_of(name))  # making one is slow
            stored = Stored(name)
            opened.callback(stored.store.close)
            return stored

        yield made
