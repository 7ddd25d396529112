"""What KeepSecret and SecretOf promise, on every kind of database."""

from __future__ import annotations

import pytest

from applinks.links import HoldsSecret, KeepSecret, Level, Link, Outgoing, RemoveLink, SecretOf, SecretUse
from applinks.store import Store
from putting import put

HERE = "https://jira.example.test"
LINK = Link("far", "Jira", "jira", HERE, f"{HERE}/jira", outgoing=Outgoing(Level.BASIC, account="svc"))
OUR_PASSWORD = SecretUse.OUTGOING_BASIC


@pytest.fixture(autouse=True)
def link(store: Store) -> None:
    put(store, LINK)


def keep(store: Store, secret: str | None, use: SecretUse = OUR_PASSWORD, origin: str = HERE) -> None:
    assert store.answer(KeepSecret("far", use, origin, secret)) is None


def find(store: Store, use: SecretUse = OUR_PASSWORD, origin: str = HERE, link_id: str = "far") -> str | None:
    found: str | None = store.answer(SecretOf(link_id, use, origin))
    return found


def test_a_secret_is_found_by_link_use_and_origin(store: Store) -> None:
    keep(store, "Grüße, 100 %")
    assert find(store) == "Grüße, 100 %"


@pytest.mark.parametrize("use", [use for use in SecretUse if use is not OUR_PASSWORD])
def test_it_is_not_found_for_another_use(store: Store, use: SecretUse) -> None:
    keep(store, "for Basic only")
    assert find(store, use) is None


@pytest.mark.parametrize("origin", ["https://jira.example.test:8443", "http://jira.example.test", "https://evil.example", ""])
def test_it_is_void_where_the_link_leads_elsewhere_t37(store: Store, origin: str) -> None:
    keep(store, "for this origin only")
    assert find(store, origin=origin) is None


def test_a_new_one_takes_the_place_of_the_old_one_wherever_that_was_for(store: Store) -> None:
    keep(store, "old", origin="https://old.example.test")
    keep(store, "new")
    assert (find(store), find(store, origin="https://old.example.test")) == ("new", None)


def test_it_can_be_taken_away(store: Store) -> None:
    keep(store, "short-lived")
    keep(store, None)
    assert find(store) is None


def test_other_links_and_uses_keep_theirs(store: Store) -> None:
    put(store, Link("far", "Jira", "jira", HERE, HERE))
    put(store, Link("far ", "Jira 2", "jira", HERE, HERE))
    keep(store, "one")
    keep(store, "two", SecretUse.INCOMING_OAUTH, "")
    store.answer(KeepSecret("far ", OUR_PASSWORD, HERE, "three"))
    assert (find(store), find(store, SecretUse.INCOMING_OAUTH, ""), find(store, link_id="far ")) == ("one", "two", "three")


def test_it_goes_with_its_link(store: Store) -> None:
    keep(store, "orphan")
    store.answer(RemoveLink("far"))
    put(store, LINK)
    assert find(store) is None


def test_nothing_shows_it(store: Store) -> None:
    """T-66"""
    assert "canary" not in repr(KeepSecret("far", OUR_PASSWORD, HERE, "canary"))


def test_whether_it_is_this_secret_is_answered_by_yes_or_no_only(store: Store) -> None:
    def holds(secret: str, use: SecretUse = OUR_PASSWORD, origin: str = HERE) -> bool:
        return store.answer(HoldsSecret("far", use, origin, secret)) is True

    assert not holds("Grüße")
    keep(store, "Grüße")
    assert holds("Grüße")
    assert not holds("Grüß")
    assert not holds("")
    assert not holds("Grüße", origin="https://elsewhere.example.test")
    assert not holds("Grüße", SecretUse.OUTGOING_OAUTH)
    assert "Grüße" not in repr(HoldsSecret("far", OUR_PASSWORD, HERE, "Grüße"))
