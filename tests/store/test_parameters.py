"""What is set for a script lies sealed: only the script says which of it is a secret (security.md T-66, T-71, T-72)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from applinks.errors import ConfigurationError
from applinks.scripts import BeginRun, ClaimRun, HookSettings, HooksLately, NewRun, QueueRuns, RunOf, Runs, SetHook
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.script_tables import hook_settings, runs
from store.conftest import on_both

HOOK, CANARY = "publish:publish", "hunter2 \N{SNOWMAN}"
VALUES = {"password": CANARY, "days": 3, "loud": True, "labels": ["a"], "until": None}


def new(key: str, **parameters: object) -> NewRun:
    return NewRun(key, HOOK, "listener", "alice", "alice", parameters=parameters)


def lying(store: Store) -> list[bytes | None]:
    """What lies in the database."""
    with store._database.transaction(Use.READ) as connection:
        return [*connection.scalars(select(runs.c.parameters)), *connection.scalars(select(hook_settings.c.parameters))]


@on_both
def test_it_is_read_as_it_was_set_however_a_run_is_read(open_store: Callable[[], Store]):
    store = open_store()
    store.answer(SetHook(HOOK, True, VALUES, "ada"))
    (number,) = store.answer(QueueRuns((new("one", **VALUES),)))
    begun = store.answer(BeginRun(new("two", **VALUES), "me"))
    claimed = store.answer(ClaimRun("me", number))
    found = [claimed, begun, store.answer(RunOf(number)), *store.answer(Runs()), store.answer(HooksLately(0.0))[HOOK].last]
    assert [each.parameters for each in found] == [VALUES] * 6
    assert store.answer(HookSettings())[HOOK].parameters == VALUES


@on_both
def test_nothing_of_it_lies_open(open_store: Callable[[], Store]):
    store = open_store()
    store.answer(SetHook(HOOK, True, VALUES, "ada"))
    store.answer(QueueRuns((new("one", **VALUES),)))
    found = lying(store)
    assert [each for each in found if each is None or b"hunter2" in each or b"password" in each] == []
    assert len(set(found)) == 2


@on_both
def test_a_run_that_is_queued_twice_keeps_what_it_was_queued_with(open_store: Callable[[], Store]):
    store = open_store()
    numbers = {*store.answer(QueueRuns((new("one", days=1),))), *store.answer(QueueRuns((new("one", days=2),)))}
    (number,) = numbers
    assert store.answer(RunOf(number)).parameters == {"days": 1}


@on_both
def test_nothing_is_sealed_where_nothing_is_set(open_store: Callable[[], Store]):
    store = open_store()
    store.answer(SetHook(HOOK, False, {}, "ada"))
    store.answer(QueueRuns((new("one"),)))
    assert lying(store) == [None, None]
    assert (store.answer(RunOf(1)).parameters, store.answer(HookSettings())[HOOK].parameters) == ({}, {})


@on_both
def test_with_a_new_key_it_is_sealed_anew(open_store: Callable[[], Store]):
    store = open_store()
    store.answer(SetHook(HOOK, True, VALUES, "ada"))
    store.answer(QueueRuns((new("one", **VALUES),)))
    before = lying(store)
    assert store.rotate() == 2
    assert not {*before} & {*lying(store)}
    assert (store.answer(RunOf(1)).parameters, store.answer(HookSettings())[HOOK].parameters) == (VALUES, VALUES)


def test_that_of_one_run_is_worth_nothing_in_another(open_store: Callable[[], Store]):
    store = open_store()
    store.answer(QueueRuns((new("one", **VALUES), new("two", days=1))))
    with store._database.transaction(Use.WRITE) as connection:
        connection.execute(update(runs).where(runs.c.number == 2).values(parameters=lying_of(store, 1)))
    with pytest.raises(ConfigurationError, match=r"runs\.parameters does not unseal"):
        store.answer(RunOf(2))


def lying_of(store: Store, number: int) -> bytes | None:
    with store._database.transaction(Use.READ) as connection:
        return connection.scalar(select(runs.c.parameters).where(runs.c.number == number))
