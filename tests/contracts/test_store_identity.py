"""Who we are, our key, and the facts of a call, on every kind of database."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select, update

from applinks.errors import ConfigurationError
from applinks.links import (
    AccessToken,
    BecomeAnother,
    Dance,
    Facts,
    FactsFor,
    Incoming,
    IsOurStamp,
    KeepDance,
    KeepRequestToken,
    KeepSecret,
    KeepToken,
    Level,
    Link,
    LinkById,
    NotePlace,
    NoticePlace,
    OurKey,
    Outgoing,
    RemoveLink,
    RequestToken,
    SecretUse,
    Stamp,
    WhoWeAre,
)
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.links import move_version
from applinks.store.tables import (
    access_tokens,
    api_tokens,
    dances,
    grants,
    identity,
    keys,
    link_secrets,
    links,
    request_tokens,
)
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


# ---- the place, and what becomes of a copy (G-06)

CALLED = replace(LINK, outgoing=Outgoing(Level.OAUTH))


def lies_elsewhere(store: Store) -> None:
    """What a copy finds noted."""
    with store._database.transaction(Use.WRITE) as connection:
        connection.execute(update(identity).values(place="sqlite inode=0 filesystem=0 path=/elsewhere"))
        move_version(connection)


def test_the_place_is_noted_at_the_first_start_and_again_after_a_move(store: Store) -> None:
    us = store.identify(name="Notes", type="generic", url="https://notes.test")
    assert us.place is None
    assert store.answer(NoticePlace(None)) is None
    noted = store.answer(WhoWeAre())
    assert noted == replace(us, place=store._database.place())
    version = store._database.version()
    assert store.answer(NoticePlace("https://notes.test")) is None
    assert store._database.version() == version, "nothing is written where nothing changed"


def test_where_nobody_is_yet_there_is_nothing_to_notice(store: Store) -> None:
    assert store.answer(NoticePlace("https://notes.test")) is None


def test_another_address_suspends_only_where_a_link_calls_out(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.test")
    put(store, replace(LINK, incoming=Incoming(Level.OAUTH, "far")))
    assert store.answer(NoticePlace("https://elsewhere.test")) is None
    put(store, CALLED)
    begun = store.answer(NoticePlace("https://elsewhere.test"))
    assert "https://elsewhere.test" in begun.why
    assert store.answer(FactsFor("far")).identity.suspension == store.answer(WhoWeAre()).suspension == begun
    assert store.answer(NoticePlace("https://a-third.test")) is None, "it was suspended before"
    assert store.answer(WhoWeAre()).suspension == begun
    assert store.answer(NotePlace()).suspension is None
    assert store.answer(FactsFor("far")).identity.suspension is None


def test_a_suspension_does_not_end_by_itself_where_the_links_are_gone(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.test")
    put(store, CALLED)
    begun = store.answer(NoticePlace("https://elsewhere.test"))
    store.answer(RemoveLink("far"))
    assert store.answer(NoticePlace(None)) is None
    assert store.answer(WhoWeAre()).suspension == begun


def test_a_database_in_memory_lies_nowhere_and_all_others_are_noticed_elsewhere(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.test")
    put(store, CALLED)
    store.answer(NoticePlace(None))
    lies_elsewhere(store)
    begun = store.answer(NoticePlace(None))
    if store._database.place() is None:
        assert begun is None
    else:
        assert "path=/elsewhere" in begun.why
        assert store._database.place() in begun.why
        assert store.answer(WhoWeAre()).place == "sqlite inode=0 filesystem=0 path=/elsewhere", "not noted anew"


def test_another_application_is_not_made_while_a_direction_is_on(store: Store) -> None:
    store.identify(name="Notes", type="generic", url="https://notes.test")
    known = store.answer(WhoWeAre()), store.answer(OurKey())
    for on in (CALLED, replace(LINK, incoming=Incoming(Level.OAUTH, "far"))):
        put(store, on)
        assert store.answer(BecomeAnother()) is None
        assert (store.answer(WhoWeAre()), store.answer(OurKey())) == known


def test_another_application_has_nothing_that_the_first_was_trusted_by(store: Store) -> None:
    first = store.identify(name="Notes", type="generic", url="https://notes.test")
    key = store.answer(OurKey())
    put(store, LINK)
    store.answer(KeepToken(AccessToken("far", "alice", "token", "secret", 1)))
    store.answer(KeepDance(Dance("state", "far", "alice", "token", "secret", "/", 4_000_000_000)))
    store.answer(KeepSecret("far", SecretUse.OUTGOING_OAUTH, LINK.origin, "secret"))
    store.answer(KeepRequestToken(RequestToken("digest", "secret", "far", None, 4_000_000_000)))
    with store._database.transaction(Use.WRITE) as connection:
        connection.execute(
            api_tokens.insert().values(
                id="one", digest="digest", label="", user_name="root", may_change=True, made_at=1, expires_at=2
            )
        )
        connection.execute(links.update().values(outgoing_key_id="old"))
    second = store.answer(BecomeAnother())
    assert store.answer(WhoWeAre()) == second
    assert second.suspension is None
    assert not {second.id, second.consumer_key} & {first.id, first.consumer_key}
    assert (second.name, second.type, second.url) == (first.name, first.type, first.url)
    assert store.answer(OurKey()).public != key.public
    assert store.answer(LinkById("far")) is not None
    with store._database.transaction(Use.READ) as connection:
        for gone in (access_tokens, dances, request_tokens, grants, link_secrets, api_tokens):
            assert connection.execute(select(gone)).all() == [], gone.name
        assert len(connection.execute(select(keys)).all()) == 1
        assert connection.execute(select(links.c.outgoing_key_id)).scalar() is None
