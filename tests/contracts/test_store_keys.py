"""Our key pairs and the id of a link, on every kind of database: each change in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import ConfigurationError, LinkExists
from applinks.links import (
    AccessToken,
    ChangeLinkId,
    Dance,
    DanceOf,
    Facts,
    FactsFor,
    Grant,
    GrantOfToken,
    Incoming,
    KeepDance,
    KeepRequestToken,
    KeepSecret,
    KeepToken,
    Level,
    Link,
    LinkById,
    LinkByName,
    Links,
    OurKey,
    OurKeys,
    Outgoing,
    RequestToken,
    RequestTokenOf,
    RetireKeys,
    RotateKey,
    SaveLink,
    SecretOf,
    SecretUse,
    SpendRequestToken,
    signing_keys,
)
from applinks.store import Store
from applinks.store.renaming import _referring
from applinks.wire.oauth1 import SignatureMethod
from contracts.conftest import Clock
from in_memory import key_of
from putting import put

NOW = 1_800_000_000
LINK = Link("far", "Far", "jira", "https://far.test", "https://far.test", primary=True, outgoing=Outgoing(Level.OAUTH))


@pytest.fixture(autouse=True)
def identity(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applinks.store.store.new_key", lambda: key_of("first"))
    store.identify(name="Notes", type="generic", url="https://notes.test")


def facts(store: Store, link_id: str = "far", user: str | None = None) -> Facts:
    found: Facts = store.answer(FactsFor(link_id, user))
    return found


def test_a_new_key_is_current_and_a_link_goes_on_with_the_one_before(store: Store, clock: Clock) -> None:
    put(store, LINK)
    first = store.answer(OurKey())
    clock.now += 5
    made = store.answer(RotateKey(key_of("second")))
    assert (made.made_at, made.key.public) == (clock.now, key_of("second").public)
    assert store.answer(OurKey()).public == key_of("second").public
    assert facts(store).key is first
    assert [key.key.public for key in store.answer(OurKeys())] == [key_of("second").public, first.public]
    put(store, replace(LINK, id="later", name="Later"))
    assert facts(store, "later").key.public == key_of("second").public


OUTGOING = [
    Outgoing(level, method)
    for level in Level
    for method in (SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA512, SignatureMethod.HMAC_SHA1, SignatureMethod.HMAC_SHA256)
]


def test_which_links_are_pinned_is_what_the_rule_says(store: Store) -> None:
    for number, outgoing in enumerate(OUTGOING):
        put(store, replace(LINK, id=f"{number}", name=f"{number}", outgoing=outgoing))
        put(store, replace(LINK, id=f"{number} x", name=f"{number} x", outgoing=outgoing, application_url=""))
    store.answer(RotateKey(key_of("second")))
    links = store.answer(Links())
    assert {link.id for link in links if link.outgoing.key_id} == {link.id for link in links if signing_keys.signs(link)}


def test_keys_are_parsed_once(store: Store) -> None:
    put(store, LINK)
    store.answer(RotateKey(key_of("second")))
    assert facts(store).key is store.answer(OurKeys())[1].key
    assert store.answer(OurKey()) is store.answer(OurKeys())[0].key


def test_a_pin_that_names_no_key_of_ours_means_the_current_one(store: Store) -> None:
    put(store, replace(LINK, outgoing=Outgoing(Level.OAUTH, key_id="of another database")))
    assert facts(store).key is store.answer(OurKey())


def test_a_change_that_was_based_on_the_link_before_the_rotation_does_not_undo_it(store: Store) -> None:
    before = put(store, LINK)
    store.answer(RotateKey(key_of("second")))
    assert store.answer(SaveLink(replace(before, name="Renamed"), instead_of=before)) is None


def test_keys_that_nothing_signs_with_are_retired_and_no_others(store: Store) -> None:
    used = put(store, LINK)
    first = store.answer(OurKeys())[0].id
    second = store.answer(RotateKey(key_of("second"))).id
    put(store, replace(LINK, id="disabled", name="Disabled", outgoing=Outgoing(key_id=second)))
    third = store.answer(RotateKey(key_of("third"))).id
    assert store.answer(RetireKeys()) == (second,)
    assert store.answer(LinkById("disabled")).outgoing.key_id is None
    put(store, replace(used, outgoing=Outgoing(Level.OAUTH)))
    assert store.answer(RetireKeys()) == (first,)
    assert [key.id for key in store.answer(OurKeys())] == [third]
    assert store.answer(RetireKeys()) == ()


def test_all_keys_are_sealed_and_are_sealed_anew(tmp_path) -> None:
    with_file = Store.open(f"sqlite:///{tmp_path}/own.db")
    try:
        with_file.identify(name="Notes", type="generic", url="https://notes.test")
        with_file.answer(RotateKey(key_of("second")))
        assert sum(with_file.values_per_key().values()) == 2
        assert with_file.rotate() == 2
        assert len(with_file.answer(OurKeys())) == 2
    finally:
        with_file.close()


def test_nobody_has_no_keys(tmp_path) -> None:
    nobody = Store.open(f"sqlite:///{tmp_path}/nobody.db")
    try:
        for question in (OurKeys(), RotateKey(key_of("second"))):
            with pytest.raises(ConfigurationError, match="applinks init"):
                nobody.answer(question)
    finally:
        nobody.close()


# ---- the id of a link


def fill(store: Store) -> None:
    """Something of everything that belongs to a link."""
    store.answer(KeepSecret("far", SecretUse.OUTGOING_BASIC, "https://far.test", "secret"))
    store.answer(KeepSecret("far", SecretUse.INCOMING_OAUTH, "", "theirs"))
    store.answer(KeepToken(AccessToken("far", "alice", "token", "", NOW)))
    store.answer(KeepDance(Dance("state", "far", "alice", "t", "s", "/", NOW + 600)))
    for digest in ("wish", "other"):
        store.answer(KeepRequestToken(RequestToken(digest, "s", "far", None, NOW + 600)))
    store.answer(SpendRequestToken("other", Grant("g", "far", "bob", "digest", "s", "", NOW, NOW + 10, NOW + 10)))


def test_a_link_changes_its_id_with_everything_that_belongs_to_it(store: Store) -> None:
    """R-10"""
    put(store, replace(LINK, incoming=Incoming(Level.OAUTH, "far:1")))
    put(store, replace(LINK, id="another", name="Another", primary=False))
    fill(store)
    moved = store.answer(ChangeLinkId("far", "elsewhere"))
    assert moved == store.answer(LinkByName("Far")) == replace(LINK, id="elsewhere", incoming=Incoming(Level.OAUTH, "far:1"))
    assert store.answer(LinkById("far")) is None
    assert store.answer(SecretOf("elsewhere", SecretUse.OUTGOING_BASIC, "https://far.test")) == "secret"
    assert store.answer(SecretOf("elsewhere", SecretUse.INCOMING_OAUTH, "")) == "theirs"
    assert store.answer(SecretOf("far", SecretUse.INCOMING_OAUTH, "")) is None
    assert facts(store, "elsewhere", "alice").token == AccessToken("elsewhere", "alice", "token", "", NOW)
    assert store.answer(DanceOf("state")).link_id == "elsewhere"
    assert store.answer(RequestTokenOf("wish")).link_id == "elsewhere"
    assert store.answer(GrantOfToken("digest")).link_id == "elsewhere"
    assert store.answer(LinkById("another")).name == "Another"


def test_an_id_that_is_taken_changes_nothing(store: Store) -> None:
    put(store, LINK)
    put(store, replace(LINK, id="another", name="Another"))
    fill(store)
    with pytest.raises(LinkExists):
        store.answer(ChangeLinkId("far", "another"))
    assert facts(store, "far", "alice").token is not None
    assert store.answer(ChangeLinkId("nobody", "somebody")) is None


def test_every_table_that_refers_to_links_is_followed() -> None:
    assert {table.name for table in _referring()} == {
        "access_tokens", "comparisons", "dances", "entity_links", "grants", "link_secrets", "outbox", "people_compared", "refusals",
        "request_tokens", "sources",
    }  # fmt: skip
