"""Any sequence of changes to links leaves what a simple model says: the promises of SaveLink and RemoveLink as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from applinks.errors import LinkExists
from applinks.links import Incoming, Link, LinkById, LinkByName, LinkOfConsumer, Links, RemoveLink
from applinks.store import Store
from putting import put

IDS = st.sampled_from(["i1", "i2", "i3", "i4", "i5"])
NAMES = st.sampled_from(["alpha", "ALPHA", "Beta", "beta", "gamma", "Delta", "epsilon", "zeta"])
TYPES = st.sampled_from(["jira", "confluence"])
CONSUMERS = st.sampled_from([None, None, "c1", "c2", "c3"])


class Model(RuleBasedStateMachine):
    """The links as a dictionary by id; `store` is what must agree with it."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        for link in self.store.answer(Links()):
            self.store.answer(RemoveLink(link.id))
        self.links: dict[str, Link] = {}

    @rule(id=IDS, name=NAMES, type=TYPES, consumer=CONSUMERS, primary=st.booleans())
    def save(self, id: str, name: str, type: str, consumer: str | None, primary: bool) -> None:  # noqa: A002
        link = Link(id, name, type, "https://d", "https://a", primary, incoming=Incoming(consumer_key=consumer))
        if self._taken(link):
            with pytest.raises(LinkExists):
                put(self.store, link)
            return
        saved = put(self.store, link)
        assert saved == self._after_saving(link)

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        gone = self.links.pop(data.draw(st.sampled_from(sorted(self.links))))
        self.store.answer(RemoveLink(gone.id))
        self._promote(gone.type)

    def _taken(self, link: Link) -> bool:
        return any(
            other.name.lower() == link.name.lower()
            or (link.incoming.consumer_key and other.incoming.consumer_key == link.incoming.consumer_key)
            for other in self.links.values()
            if other.id != link.id
        )

    def _after_saving(self, link: Link) -> Link:
        before = self.links.pop(link.id, None)
        kept = before is not None and before.primary and before.type == link.type
        alone = not any(other.primary for other in self.links.values() if other.type == link.type)
        if link.primary or kept or alone:
            for other in self.links.values():
                if other.type == link.type:
                    self.links[other.id] = replace(other, primary=False)
            link = replace(link, primary=True)
        self.links[link.id] = link
        if before is not None:
            self._promote(before.type)
        return link

    def _promote(self, type: str) -> None:  # noqa: A002
        same = sorted((link for link in self.links.values() if link.type == type), key=lambda link: link.name.lower())
        if same and not any(link.primary for link in same):
            self.links[same[0].id] = replace(same[0], primary=True)

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        expected = sorted(self.links.values(), key=lambda link: (not link.primary, link.name.lower()))
        assert self.store.answer(Links()) == tuple(expected)
        for link in expected:
            assert self.store.answer(LinkById(link.id)) == link
            assert self.store.answer(LinkByName(link.name.upper())) == link
        for consumer in ("c1", "c2", "c3"):
            owner = [link for link in expected if link.incoming.consumer_key == consumer]
            assert self.store.answer(LinkOfConsumer(consumer)) == (owner[0] if owner else None)

    @invariant()
    def each_type_that_has_links_has_one_primary(self) -> None:
        types = {link.type for link in self.links.values()}
        assert sorted(link.type for link in self.store.answer(Links()) if link.primary) == sorted(types)


def test_any_sequence_of_changes_leaves_what_the_model_says(url: str, store: Store) -> None:
    examples = 5 if url.startswith("postgresql") else 25  # the statements are the same, and over a socket ten times as slow
    run_state_machine_as_test(
        type("Links", (Model,), {"store": store}),
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None),
    )
