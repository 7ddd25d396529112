"""Who we are, our key, and the facts of a call, on every kind of database."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes

from applinks.errors import ConfigurationError
from applinks.links import Facts, FactsFor, Level, Link, LinkById, OurKey, Outgoing, RemoveLink, WhoWeAre
from applinks.store import Store
from putting import put

LINK = Link("far", "Far", "jira", "https://far.test", "https://far.test", primary=True)


def test_before_the_first_start_nobody_is_there_and_the_remedy_is_named(store: Store) -> None:
    put(store, LINK)
    for question in (WhoWeAre(), OurKey(), FactsFor("far")):
        with pytest.raises(ConfigurationError, match="applinks init"):
            store.answer(question)


def test_an_identity_gets_an_id_and_a_consumer_key_of_its_own(store: Store) -> None:
    ours = store.identify(name="Release Notes!", type="generic", url="https://notes.example.test/")
    assert store.answer(WhoWeAre()) == ours
    assert (ours.name, ours.type, ours.url) == ("Release Notes!", "generic", "https://notes.example.test")
    assert ours.consumer_key == f"release-notes:{uuid.UUID(ours.id)}"


def test_name_type_and_url_may_change_and_all_the_rest_stays_for_life(store: Store) -> None:
    first = store.identify(name="Notes", type="generic", url="https://notes.test")
    key = store.answer(OurKey())
    second = store.identify(name="日本", type="wiki", url="https://elsewhere.test")
    assert second == replace(first, name="日本", type="wiki", url="https://elsewhere.test")
    assert store.answer(WhoWeAre()) == second
    assert store.answer(OurKey()) is key


def test_facts_hold_the_link_the_identity_and_a_key_that_signs(store: Store) -> None:
    ours = store.identify(name="Notes", type="generic", url="https://notes.test")
    put(store, LINK)
    facts = store.answer(FactsFor("far"))
    assert facts == Facts(LINK, ours, store.answer(OurKey()))
    signature = facts.key.sign(b"base string", hashes.SHA256())
    assert facts.key.public.verify(signature, b"base string", hashes.SHA256())


def test_facts_follow_every_change_and_end_with_the_link(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.test")
    put(store, LINK)
    store.answer(FactsFor("far"))
    put(store, replace(LINK, outgoing=Outgoing(Level.OAUTH)))
    assert store.answer(FactsFor("far")).link.outgoing.level is Level.OAUTH
    store.identify(name="Notes 2", type="generic", url="https://notes.test")
    assert store.answer(FactsFor("far")).identity.name == "Notes 2"
    store.answer(RemoveLink("far"))
    assert store.answer(FactsFor("far")) is None
    assert store.answer(LinkById("far")) is None
