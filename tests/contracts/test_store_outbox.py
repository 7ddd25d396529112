"""What the questions about events that are to be told promise, on every kind of database."""

from __future__ import annotations

import pytest

from applinks.links import RemoveLink
from applinks.scripts import HERE, ClaimUntold, Event, EventOf, ForgetUntold, KeepEvent, PostponeUntold
from applinks.store import Store
from contracts.conftest import Clock
from in_memory import InMemory, link_to
from putting import put

WIKI, FORGE = link_to(InMemory("Wiki")), link_to(InMemory("Forge"))


@pytest.fixture(autouse=True)
def links(store: Store) -> None:
    put(store, WIKI)
    put(store, FORGE)


def kept(store: Store, delivery: str, *tell: str, item: str | None = None, now: float = 1_800_000_000.0) -> int:
    number: int = store.answer(KeepEvent(Event(HERE, "jira", "changed", delivery, {}, now, item), tell)).number
    return number


def claimed(store: Store, *paused: str) -> tuple[str, int] | None:
    untold = store.answer(ClaimUntold(frozenset(paused), 60.0))
    return None if untold is None else (untold.link_id, untold.event)


def test_an_event_is_told_to_each_link_once(store: Store):
    number = kept(store, "1", WIKI.id, FORGE.id)
    kept(store, "1", WIKI.id)
    kept(store, "2")
    assert [claimed(store) for _ in range(3)] == [(WIKI.id, number), (FORGE.id, number), None]


def test_who_claims_it_has_it_for_a_while(store: Store, clock: Clock):
    number = kept(store, "1", WIKI.id)
    assert claimed(store) == (WIKI.id, number)
    clock.now += 59
    assert claimed(store) is None
    clock.now += 1
    assert claimed(store) == (WIKI.id, number)


def test_for_one_item_order_is_kept_and_others_do_not_wait(store: Store, clock: Clock):
    """T-79."""
    first, second = (kept(store, delivery, WIKI.id, item="issue OPS-7") for delivery in "12")
    other, nothing = kept(store, "3", WIKI.id, item="issue OPS-8"), kept(store, "4", WIKI.id)
    untold = store.answer(ClaimUntold())
    assert untold.event == first
    store.answer(PostponeUntold(untold.number, clock.now + 100, "away"))
    assert [claimed(store) for _ in range(3)] == [(WIKI.id, other), (WIKI.id, nothing), None]
    clock.now += 100
    again = store.answer(ClaimUntold())
    assert (again.event, again.tries) == (first, 1)
    store.answer(ForgetUntold(again.number))
    assert claimed(store) == (WIKI.id, second)


def test_nothing_is_taken_over_a_link_that_is_paused(store: Store):
    number = kept(store, "1", WIKI.id, FORGE.id)
    assert claimed(store, WIKI.id) == (FORGE.id, number)
    assert claimed(store, WIKI.id) is None


def test_what_was_not_told_is_noted_at_the_event(store: Store):
    number = kept(store, "1", WIKI.id, FORGE.id)
    for why in (None, "It was not told."):
        store.answer(ForgetUntold(store.answer(ClaimUntold()).number, why))
    assert store.answer(EventOf(number)).note == "It was not told."
    assert claimed(store) is None


def test_with_a_link_goes_what_was_to_be_told_over_it(store: Store):
    kept(store, "1", WIKI.id)
    store.answer(RemoveLink(WIKI.id))
    assert claimed(store) is None
