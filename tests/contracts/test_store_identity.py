"""Who we are, our key, and the facts of a call, on every kind of database."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from applinks.errors import ConfigurationError
from applinks.links import Facts, FactsFor, IsOurStamp, Level, Link, LinkById, OurKey, Outgoing, RemoveLink, Stamp, WhoWeAre
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


def test_a_stamp_is_recognised_for_its_own_text_only(store: Store) -> None:
    stamp = store.answer(Stamp("dance 3:far alice"))
    assert store.answer(IsOurStamp("dance 3:far alice", stamp))
    for text in ("dance 3:far bob", "dance 3:far alice ", "", "\udc80"):
        assert not store.answer(IsOurStamp(text, stamp))
    for other in ("", ".", "x", f"{stamp}0", f"unknown.{stamp}", stamp.upper(), stamp.partition(".")[2], "ä.\udc80"):
        assert not store.answer(IsOurStamp("dance 3:far alice", other))


def test_a_stamp_outlives_a_rotation_of_the_keys_and_means_nothing_elsewhere(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    with closing(Store.open(url)) as one, closing(Store.open(url)) as same, closing(Store.open("sqlite://")) as another:
        before = one.answer(Stamp("text"))
        one.rotate()
        after = one.answer(Stamp("text"))
        assert before != after
        assert all(node.answer(IsOurStamp("text", stamp)) for node in (one, same) for stamp in (before, after))
        assert not another.answer(IsOurStamp("text", before))
