"""What the questions about comparisons of people promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import ComparisonOf, FactsFor, KeepComparison, Link, LinkById, RemoveLink, SameUsers, VerdictOf
from applinks.people import By, Compared, Comparison, Names, Verdict
from applinks.store import Store
from putting import put

NOW = 1_800_000_000
LINK = Link("far", "Wiki", "confluence", "https://w.test", "https://w.test", same_users=SameUsers(True, "root", NOW))
FOUND = Comparison(
    (Compared("Alice", Verdict.PROVEN), Compared("bob", Verdict.ANOTHER), Compared("carol", Verdict.MISSING)),
    7,
    5,
    By.EMAIL,
    NOW,
)


@pytest.fixture(autouse=True)
def link(store: Store) -> None:
    put(store, LINK)


def keep(store: Store, found: Comparison = FOUND, names: Names | None = None) -> bool:
    kept: bool = store.answer(KeepComparison("far", found, names or Names()))
    return kept


def verdict(store: Store, name: str) -> Verdict | None:
    found: Verdict | None = store.answer(VerdictOf("far", name))
    return found


def test_before_there_was_one_there_is_none(store: Store) -> None:
    assert store.answer(ComparisonOf("far")) is None
    assert verdict(store, "alice") is None


def test_all_of_it_comes_back(store: Store) -> None:
    assert keep(store) is True
    assert store.answer(ComparisonOf("far")) == FOUND


def test_a_verdict_is_found_by_name_in_any_case_of_letters(store: Store) -> None:
    keep(store)
    assert [verdict(store, name) for name in ("ALICE", "bob", "carol", "dave")] == [
        Verdict.PROVEN,
        Verdict.ANOTHER,
        Verdict.MISSING,
        None,
    ]


def test_the_last_one_takes_the_place_of_the_one_before_at_once(store: Store) -> None:
    keep(store)
    assert verdict(store, "alice") is Verdict.PROVEN  # which is kept in memory
    newer = Comparison((Compared("alice", Verdict.DISABLED),), 1, 0, By.FULL_NAME, NOW + 1)
    keep(store, newer)
    assert verdict(store, "alice") is Verdict.DISABLED
    assert verdict(store, "bob") is None
    assert store.answer(ComparisonOf("far")) == newer


def test_one_of_nobody_is_kept_too(store: Store) -> None:
    nobody = Comparison((), 0, 0, By.FULL_NAME, NOW)
    keep(store, nobody)
    assert store.answer(ComparisonOf("far")) == nobody


def test_one_that_was_made_with_other_names_is_not_kept(store: Store) -> None:
    keep(store)
    assert keep(store, names=Names((("carol", "cclark"),))) is False
    assert store.answer(ComparisonOf("far")) == FOUND


def test_of_a_link_that_is_gone_nothing_is_kept_and_nothing_remains(store: Store) -> None:
    keep(store)
    store.answer(RemoveLink("far"))
    assert (store.answer(ComparisonOf("far")), verdict(store, "alice")) == (None, None)
    assert keep(store) is False


def test_what_was_found_about_a_name_that_means_another_person_by_now_is_forgotten_with_the_change(store: Store) -> None:
    keep(store)
    mapped = replace(LINK.same_users, names=Names((("carol", "bob"),)))  # type: ignore[type-var]
    put(store, replace(LINK, same_users=mapped))
    assert [verdict(store, name) for name in ("alice", "bob", "carol")] == [Verdict.PROVEN, None, None]
    found = store.answer(ComparisonOf("far"))
    assert found == replace(FOUND, people=FOUND.people[:1])
    put(store, replace(store.answer(LinkById("far")), name="Other"))
    assert verdict(store, "alice") is Verdict.PROVEN, "any other change leaves it"


def test_the_facts_of_a_call_hold_the_verdict_where_the_link_asks_for_it(store: Store) -> None:
    store.identify(name="Front", type="jira", url="https://front.test")
    keep(store)
    assert store.answer(FactsFor("far", "alice")).verdict is None
    only = replace(LINK.same_users, only_proven=True)  # type: ignore[type-var]
    put(store, replace(LINK, same_users=only))
    assert [store.answer(FactsFor("far", name)).verdict for name in ("Alice", "bob", "eve", None)] == [
        Verdict.PROVEN,
        Verdict.ANOTHER,
        None,
        None,
    ]


def test_ten_thousand_people_are_kept(store: Store) -> None:
    many = Comparison(tuple(Compared(f"user{number:05}", Verdict.PROVEN) for number in range(10_000)), 10_000, 0, By.EMAIL, NOW)
    keep(store, many)
    assert store.answer(ComparisonOf("far")) == many
