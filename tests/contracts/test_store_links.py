"""What SaveLink, RemoveLink, RememberParameter and the questions about links promise, on every kind of database."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from applinks.errors import LinkExists
from applinks.links import (
    Endpoints,
    Incoming,
    Level,
    Limits,
    Link,
    LinkById,
    LinkByName,
    LinkOfConsumer,
    Links,
    Outgoing,
    RememberParameter,
    RemoveLink,
    SameUsers,
    SaveLink,
)
from applinks.people import Names, Policy
from applinks.store import Store
from applinks.wire.oauth1 import SignatureMethod
from putting import put

FULL = Link(
    id="7c1e4a52-3a0e-3d2b-9a3e-000000000001",
    name="Jira Zürich",
    type="jira",
    display_url="https://jira.example.test",
    application_url="https://jira.internal.test/jira",
    primary=True,
    outgoing=Outgoing(
        level=Level.OAUTH_IMPERSONATION,
        signature_method=SignatureMethod.RSA_SHA256,
        impersonation_parameter="xoauth_requestor_id",
        consumer_key="ours over there",
        endpoints=Endpoints("/request", "https://jira.example.test/authorize", "/access"),
        fixed_user=True,
        account="service",
        key_id="the one before",
    ),
    incoming=Incoming(
        level=Level.OAUTH,
        consumer_key="jira:4711",
        public_key="MIIBIjANBgkqhkiG9w0B\nAQEFAAOC",
        signature_method=SignatureMethod.RSA_SHA512,
        policy=Policy(
            users=frozenset({"alice", "bób"}),
            groups=frozenset({"staff"}),
            excluded_users=frozenset({"mallory"}),
            excluded_groups=frozenset({"guests"}),
            administrators=frozenset({"root"}),
            methods=frozenset({"GET"}),
            paths=("/rest/api", "/rest/auth"),
        ),
        callback="https://jira.example.test/back",
        execute_as="robot",
        limits=Limits(addresses=("10.1.*.*",), paths=("/rest",), max_age=5_000),
        previous_key="MIIBIjANBgkqhkiG9w0B",
        previous_key_until=1_800_000_001,
    ),
    same_users=SameUsers(
        answer=True,
        said_by="root",
        said_at=1_800_000_000,
        excluded=frozenset({"admin"}),
        only_proven=True,
        names=Names((("carol", "cclark"),)),
    ),
)


def link(number: int = 1, **changes: Any) -> Link:
    """A plain link; each number gives another application."""
    plain = Link(f"id-{number}", f"Link {number}", "jira", f"https://{number}.test", f"https://{number}.test")
    return replace(plain, **changes)


def save(store: Store, *links: Link) -> list[Link]:
    return [put(store, each) for each in links]


def primaries(store: Store) -> list[str]:
    return [each.name for each in store.answer(Links()) if each.primary]


def values(value: Any) -> list[Any]:
    """All values inside a frozen value, depth first."""
    if not hasattr(value, "__dataclass_fields__"):
        return [value]
    return [inner for field in fields(value) for inner in values(getattr(value, field.name))]


def test_every_field_of_a_link_comes_back_as_it_was_saved(store: Store) -> None:
    assert put(store, FULL) == FULL
    assert store.answer(LinkById(FULL.id)) == FULL


def test_the_link_used_above_leaves_no_field_at_its_default() -> None:
    plain = values(link(same_users=SameUsers(False, "", 0), outgoing=Outgoing(endpoints=Endpoints("", "", ""))))
    assert [same for same, other in zip(values(FULL), plain, strict=True) if same == other and same != "jira"] == []


def test_a_link_with_nothing_set_comes_back_too(store: Store) -> None:
    (saved,) = save(store, link(primary=True))
    assert saved == link(primary=True)
    assert store.answer(LinkById("id-1")) == saved


@pytest.mark.parametrize("said", [True, False])
def test_an_answer_of_no_about_same_users_is_not_taken_for_none(store: Store, said: bool) -> None:
    save(store, link(same_users=SameUsers(said, "root", 0)))
    assert store.answer(LinkById("id-1")).same_users == SameUsers(said, "root", 0)


def test_saving_again_replaces_every_field(store: Store) -> None:
    save(store, replace(link(), id=FULL.id), FULL)
    assert store.answer(Links()) == (FULL,)
    cleared = replace(link(), id=FULL.id, primary=True)
    save(store, cleared)
    assert store.answer(Links()) == (cleared,)


def test_what_is_not_there_is_none(store: Store) -> None:
    save(store, link())
    for question in (LinkById("id-2"), LinkById("ID-1"), LinkByName("id-1"), LinkOfConsumer("x"), LinkOfConsumer("")):
        assert store.answer(question) is None, question


def test_a_name_is_found_in_any_case_of_letters(store: Store) -> None:
    (saved,) = save(store, link(name="Größe"))
    for name in ("Größe", "GRÖSSE", "größe", "Gro\u0308ße"):
        assert store.answer(LinkByName(name)) == saved


@pytest.mark.parametrize("text", ["\0", "Größe\0", "\x1b", "\u202e", "ä" * 5000])
def test_what_cannot_be_a_key_or_a_name_is_not_found_and_breaks_nothing(store: Store, text: str) -> None:
    """Strangers choose it, and no database may fail over it (T-07)."""
    save(store, link(name="Größe"))
    for question in (LinkById(text), LinkByName(text), LinkOfConsumer(text)):
        assert store.answer(question) is None, question


def test_a_consumer_key_is_found_exactly_as_it_is(store: Store) -> None:
    (saved,) = save(store, link(incoming=Incoming(consumer_key="jira:1")))
    assert store.answer(LinkOfConsumer("jira:1")) == saved
    assert store.answer(LinkOfConsumer("JIRA:1")) is None


def test_links_come_with_the_primary_ones_first_and_then_by_name(store: Store) -> None:
    save(store, link(1, name="zeta"), link(2, name="Beta"), link(3, name="alpha"), link(4, name="Gamma", type="wiki"))
    assert [each.name for each in store.answer(Links())] == ["Gamma", "zeta", "alpha", "Beta"]
    assert [each.name for each in store.answer(Links("jira"))] == ["zeta", "alpha", "Beta"]
    assert [each.name for each in store.answer(Links("jira", limit=2))] == ["zeta", "alpha"]
    assert store.answer(Links("bamboo")) == ()


def test_the_first_link_of_a_type_becomes_primary_the_second_does_not(store: Store) -> None:
    first, second, other = save(store, link(1), link(2), link(3, type="wiki"))
    assert (first.primary, second.primary, other.primary) == (True, False, True)


def test_a_link_saved_with_the_flag_takes_it_from_the_other_of_its_type_only(store: Store) -> None:
    save(store, link(1), link(2), link(3, type="wiki"))
    save(store, link(2, primary=True))
    assert primaries(store) == ["Link 2", "Link 3"]


def test_the_flag_cannot_be_dropped_only_taken(store: Store) -> None:
    save(store, link(1), link(2))
    (saved,) = save(store, link(1, name="Renamed", primary=False))
    assert saved.primary
    assert primaries(store) == ["Renamed"]


def test_when_the_primary_link_is_removed_the_next_by_name_takes_over(store: Store) -> None:
    save(store, link(1), link(2, name="zeta"), link(3, name="Beta"), link(4, name="alpha", type="wiki"))
    assert store.answer(RemoveLink("id-1")) == "Beta"
    assert primaries(store) == ["alpha", "Beta"]
    assert store.answer(LinkById("id-1")) is None


def test_removing_another_link_leaves_the_primary_one_alone(store: Store) -> None:
    save(store, link(1), link(2), link(3))
    assert store.answer(RemoveLink("id-2")) is None
    assert store.answer(RemoveLink("id-that-never-was")) is None
    assert primaries(store) == ["Link 1"]


def test_a_primary_link_that_changes_its_type_leaves_a_primary_one_behind(store: Store) -> None:
    save(store, link(1), link(2), link(3, type="wiki"))
    (moved,) = save(store, link(1, type="wiki"))
    assert not moved.primary
    assert primaries(store) == ["Link 2", "Link 3"]


def test_a_name_that_is_taken_in_other_letters_is_refused_and_nothing_changes(store: Store) -> None:
    (first,) = save(store, link(1, name="Straße"))
    with pytest.raises(LinkExists, match="Straße"):
        save(store, link(2, name="STRASSE", primary=True))
    assert store.answer(Links()) == (first,)


def test_a_consumer_key_that_is_taken_is_refused(store: Store) -> None:
    save(store, link(1, incoming=Incoming(consumer_key="jira:1")))
    with pytest.raises(LinkExists, match="jira:1"):
        save(store, link(2, incoming=Incoming(consumer_key="jira:1")))


def test_many_links_may_have_no_consumer_key(store: Store) -> None:
    assert len(save(store, link(1), link(2), link(3))) == 3


def test_a_link_may_keep_its_own_name_and_consumer_key(store: Store) -> None:
    mine = Incoming(consumer_key="jira:1")
    save(store, link(1, incoming=mine))
    (again,) = save(store, link(1, name="LINK 1", incoming=mine))
    assert again.name == "LINK 1"


def test_a_remembered_parameter_is_there_for_the_next_question(store: Store) -> None:
    save(store, link(1), link(2))
    assert store.answer(LinkById("id-1")).outgoing.impersonation_parameter is None
    assert store.answer(RememberParameter("id-1", "user_id")) is None
    assert store.answer(LinkById("id-1")).outgoing.impersonation_parameter == "user_id"
    assert store.answer(LinkById("id-2")).outgoing.impersonation_parameter is None


def test_a_change_is_seen_by_every_question_that_was_asked_before(store: Store) -> None:
    questions = (LinkById("id-1"), LinkByName("Link 1"), LinkOfConsumer("one"), Links("jira", limit=1))
    save(store, link(1, incoming=Incoming(consumer_key="one")))
    for question in questions:
        store.answer(question)
    save(store, link(1, incoming=Incoming(Level.OAUTH, consumer_key="one")))
    for question in questions:
        answer = store.answer(question)
        found = answer[0] if isinstance(answer, tuple) else answer
        assert found.incoming.level is Level.OAUTH


def test_a_change_that_is_based_on_what_is_no_longer_there_changes_nothing(store: Store) -> None:
    """No change is lost to another one, and no deleted link comes back."""
    first = put(store, FULL)
    second = put(store, replace(first, display_url="https://moved.test"))
    assert store.answer(SaveLink(replace(first, name="late"), instead_of=first)) is None
    assert store.answer(LinkById(FULL.id)) == second
    store.answer(RemoveLink(FULL.id))
    assert store.answer(SaveLink(second, instead_of=second)) is None
    assert store.answer(LinkById(FULL.id)) is None
    assert store.answer(SaveLink(second)) is not None
    assert store.answer(SaveLink(second)) is None
