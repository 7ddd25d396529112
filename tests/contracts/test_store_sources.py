"""What the questions about webhooks promise, and those about events that have to wait, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

from applinks.links import RemoveLink
from applinks.scripts import (
    ChangeSource,
    Event,
    EventOf,
    EventsReceived,
    KeepEvent,
    KeepSource,
    PostponeEvent,
    RemoveSource,
    Source,
    SourceOf,
    Sources,
)
from applinks.store import Store
from contracts.conftest import Clock
from in_memory import InMemory, link_to
from putting import put

SOURCE = Source(
    "s1", "Jira", "jira", False, None, True, None, 1_800_000_000.0, "root", secret="swordfish", previous_secret="marlin"
)


def kept(store: Store, delivery: str, item: str | None = "issue OPS-7", source: str = "webhook s1") -> int:
    event = Event(source, "jira", "jira:issue_updated", delivery, {}, 1_800_000_000.0, item)
    number: int = store.answer(KeepEvent(event)).number
    return number


def test_a_webhook_is_found_as_it_was_kept(store: Store):
    assert store.answer(KeepSource(SOURCE))
    other = replace(SOURCE, id="s2", name="A", secret=None, previous_secret=None, address_digest="d", previous_until=5.0)
    assert store.answer(KeepSource(other))
    assert store.answer(SourceOf("s1")) == SOURCE
    assert store.answer(Sources()) == (other, SOURCE)
    assert store.answer(SourceOf("s3")) is None


def test_no_two_webhooks_have_one_name(store: Store):
    store.answer(KeepSource(SOURCE))
    assert not store.answer(KeepSource(replace(SOURCE, id="s2")))
    other = replace(SOURCE, id="s2", name="Other")
    store.answer(KeepSource(other))
    assert not store.answer(ChangeSource(other, replace(other, name="Jira")))
    assert store.answer(SourceOf("s2")) == other


def test_a_change_is_based_on_what_was_read(store: Store):
    store.answer(KeepSource(SOURCE))
    changed = replace(SOURCE, believes_user=False, secret="mackerel")
    assert store.answer(ChangeSource(SOURCE, changed))
    assert not store.answer(ChangeSource(SOURCE, replace(SOURCE, name="Late")))
    assert store.answer(SourceOf("s1")) == changed


def test_a_webhook_is_taken_away_once(store: Store):
    store.answer(KeepSource(SOURCE))
    assert store.answer(RemoveSource("s1")) == SOURCE
    assert store.answer(RemoveSource("s1")) is None
    assert store.answer(Sources()) == ()


def test_a_webhook_outlives_its_link_and_remembers_that_it_had_one(store: Store):
    jira = link_to(InMemory("Jira"))
    put(store, jira)
    store.answer(KeepSource(replace(SOURCE, of_link=True, link_id=jira.id)))
    store.answer(RemoveLink(jira.id))
    found = store.answer(SourceOf("s1"))
    assert (found.of_link, found.link_id) == (True, None)


def test_an_event_that_was_postponed_waits_and_later_ones_about_its_item_with_it(store: Store, clock: Clock):
    first, second, other = kept(store, "1"), kept(store, "2"), kept(store, "3", "issue OPS-8")
    nothing, elsewhere = kept(store, "4", None), kept(store, "5", source="webhook s2")
    store.answer(PostponeEvent(first, clock.now + 30, "Jira is away."))
    assert store.answer(EventsReceived()) == (other, nothing, elsewhere)
    found = store.answer(EventOf(first))
    assert (found.note, found.tries) == ("Jira is away.", 1)
    clock.now += 30
    assert store.answer(EventsReceived()) == (first, second, other, nothing, elsewhere)
