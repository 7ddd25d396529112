"""What SaveEntityLink, RemoveEntityLink and EntityLinks promise, on every kind of database."""

from __future__ import annotations

import pytest

from applinks.links import Entity, EntityLink, EntityLinks, Link, RemoveEntityLink, RemoveLink, SaveEntityLink
from applinks.store import Store
from putting import put

OPS, DEV = Entity("project", "OPS"), Entity("project", "DEV")
DOCS, WIKI = Entity("space", "DOCS", "Documents"), Entity("space", "WIKI", "Wiki of operations")


@pytest.fixture(autouse=True)
def links(store: Store) -> None:
    for name in ("one", "two"):
        address = f"https://{name}.example.test"
        put(store, Link(name, name, "confluence", address, address))


def save(
    store: Store, name: str, remote: Entity, *, local: Entity = OPS, link: str = "one", primary: bool = False
) -> EntityLink:
    saved: EntityLink = store.answer(SaveEntityLink(EntityLink(name, link, local, remote, primary)))
    return saved


def found(store: Store, *question: object) -> list[tuple[str, bool]]:
    return [(one.id, one.primary) for one in store.answer(EntityLinks(*question))]  # type: ignore[arg-type]


def test_the_first_of_a_type_is_primary_and_the_flag_can_be_taken(store: Store) -> None:
    assert save(store, "a", WIKI).primary
    assert not save(store, "b", DOCS).primary
    assert save(store, "c", Entity("page", "1")).primary
    assert found(store, OPS, None, "space") == [("a", True), ("b", False)]
    assert save(store, "d", DOCS, link="two", primary=True).primary
    assert found(store, OPS, None, "space") == [("d", True), ("b", False), ("a", False)]


def test_each_thing_of_ours_has_a_primary_one_of_its_own(store: Store) -> None:
    save(store, "a", WIKI)
    assert save(store, "b", WIKI, local=DEV).primary


def test_the_same_two_things_are_linked_once_and_renamed(store: Store) -> None:
    save(store, "a", WIKI)
    again = save(store, "b", Entity("space", "WIKI", "Another name"))
    assert (again.id, again.remote.name, again.primary) == ("a", "Another name", True)
    assert len(found(store)) == 1


def test_the_next_by_name_takes_over_when_the_primary_one_goes(store: Store) -> None:
    for name, remote in (("a", WIKI), ("b", Entity("space", "Z", "Zoo")), ("c", DOCS)):
        save(store, name, remote)
    gone = store.answer(RemoveEntityLink("a"))
    assert gone.remote == WIKI
    assert found(store, OPS) == [("c", True), ("b", False)]
    assert store.answer(RemoveEntityLink("a")) is None


def test_they_go_with_their_link_and_the_next_takes_over(store: Store) -> None:
    save(store, "a", WIKI)
    save(store, "b", DOCS, link="two")
    store.answer(RemoveLink("one"))
    assert found(store) == [("b", True)]


def test_they_are_found_by_link_and_by_type(store: Store) -> None:
    save(store, "a", WIKI)
    save(store, "b", DOCS, link="two")
    assert found(store, None, "two") == [("b", False)]
    assert found(store, None, None, "page") == []
