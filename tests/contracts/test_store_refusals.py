"""What KeepRefusal, RefusalOf and Refusals promise, on every kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from applinks.incoming import KEPT_FOR, KEPT_OF_EACH, PAUSE, KeepRefusal, Refusal, RefusalOf, Refusals
from applinks.links import Link, RemoveLink
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.tables import refusals
from applinks.wire.messages import Request
from contracts.conftest import Clock
from putting import put

REQUEST = Request("POST", "https://wiki.test/x?q=canary", (("authorization", "OAuth x"),), b"a=\xe4\x00")


@pytest.fixture(autouse=True)
def links(store: Store) -> None:
    for name in ("one", "two"):
        put(store, Link(name, name, "jira", f"https://{name}.test", f"https://{name}.test"))


def keep(store: Store, clock: Clock, id: str, link: str = "one", after: float = PAUSE) -> Refusal:  # noqa: A002
    clock.now += after
    refusal = Refusal(id, link, clock.now, "signature_invalid", "It does not hold.", REQUEST, "examine", True)
    assert store.answer(KeepRefusal(refusal)) is None
    return refusal


def ids(store: Store, link: str | None = None) -> list[str]:
    return [refusal.id for refusal in store.answer(Refusals(link))]


def test_it_is_found_as_it_was_kept(store: Store, clock: Clock) -> None:
    refusal = keep(store, clock, "1")
    assert store.answer(RefusalOf("1")) == refusal
    assert store.answer(RefusalOf("2")) is None


def test_they_are_listed_the_newest_first_of_one_link_or_of_all(store: Store, clock: Clock) -> None:
    keep(store, clock, "1")
    keep(store, clock, "2", "two")
    keep(store, clock, "3")
    assert ids(store) == ["3", "2", "1"]
    assert ids(store, "one") == ["3", "1"]


def test_one_of_a_link_within_a_second_is_enough_t77(store: Store, clock: Clock) -> None:
    keep(store, clock, "1")
    keep(store, clock, "2", after=PAUSE / 2)
    keep(store, clock, "other", "two", after=0)
    keep(store, clock, "3", after=PAUSE / 2)
    assert ids(store) == ["3", "other", "1"]


def test_the_oldest_of_a_link_make_room_t77(store: Store, clock: Clock) -> None:
    keep(store, clock, "other", "two")
    for number in range(KEPT_OF_EACH + 3):
        keep(store, clock, str(number))
    assert ids(store, "one") == [str(number) for number in reversed(range(3, KEPT_OF_EACH + 3))]
    assert ids(store, "two") == ["other"]


def test_after_some_days_they_are_not_shown_and_then_swept_t77(store: Store, clock: Clock) -> None:
    keep(store, clock, "1")
    keep(store, clock, "2", after=KEPT_FOR + 1)
    assert ids(store) == ["2"]
    assert store.answer(RefusalOf("1")) is None
    with store._database.transaction(Use.READ) as connection:
        assert len(connection.execute(select(refusals.c.id)).all()) == 1


def test_those_of_a_link_go_with_it_and_nothing_is_kept_for_one_that_is_gone(store: Store, clock: Clock) -> None:
    keep(store, clock, "1")
    store.answer(RemoveLink("one"))
    keep(store, clock, "2")
    assert ids(store) == []


def test_the_request_is_sealed_t66(store: Store, clock: Clock) -> None:
    keep(store, clock, "1")
    with store._database.transaction(Use.READ) as connection:
        (row,) = connection.execute(select(refusals)).all()
    assert b"canary" not in bytes(row.request)
    assert "canary" not in str((row.id, row.problem, row.link_id))


def test_it_survives_the_rotation_of_sealing_keys(store: Store, clock: Clock) -> None:
    refusal = keep(store, clock, "1")
    assert store.reseal() == 0
    assert store.answer(RefusalOf("1")) == refusal
