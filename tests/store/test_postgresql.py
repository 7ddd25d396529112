"""How PostgreSQL is used, and what happens when it goes away (security.md F-50 to F-57, T-10, T-11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from applinks.audit import AuditTrail, Entry, VerifyAudit, WriteDown
from applinks.errors import StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.links import Link, LinkById, Links
from applinks.store import Sealing, Store, postgresql
from applinks.store.database import Use
from applinks.store.postgresql import CONNECTIONS, WRITERS, PostgreSQL
from putting import put
from servers import PostgreSQLServer, asking

NONCE = SpendNonce("jira:1", "token", 1, "n-1", 2_000_000_000)
FAR = Link("far", "far", "jira", "https://far.test", "https://far.test", primary=True)
CALL = WriteDown(Entry(kind="call", outcome="done"))
CHANGE = WriteDown(Entry(kind="link made", outcome="done"))


@pytest.fixture
def open_store(postgresql_url: str) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []
    sealing = Sealing.fresh()

    def open_one() -> Store:
        opened.append(Store.open(postgresql_url, sealing=sealing))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


@pytest.fixture
def ask(postgresql_url: str) -> Iterator[Callable[[str], list[Any]]]:
    """Another program on the same database."""
    with asking(postgresql_url) as ask:
        yield ask


def database_of(store: Store) -> PostgreSQL:
    assert isinstance(store._database, PostgreSQL)
    return store._database


def end_all_others(ask: Callable[[str], list[Any]]) -> int:
    """What an administrator, a restart or a firewall does; it is over when they are gone."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return len(ask(f"SELECT pg_terminate_backend(pid, 10000) {others}"))


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use.READ, ("repeatable read", "on", "on")),
        (Use.SPEND, ("read committed", "off", "on")),
        (Use.WRITE, ("read committed", "off", "off")),
        (Use.WRITE_DURABLY, ("read committed", "off", "on")),
    ],
)
def test_each_use_says_what_it_needs(store: Store, use: Use, expected: tuple[str, ...]) -> None:
    with store._database.transaction(use) as connection:
        settings = [
            connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("transaction_isolation", "transaction_read_only", "synchronous_commit")
        ]
        waits = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "transaction_timeout")]
    assert tuple(settings) == expected
    assert waits == ["5s" if use in {Use.WRITE, Use.WRITE_DURABLY} else "0", "0"]


def test_a_process_that_stopped_in_the_middle_of_a_write_is_not_waited_for_for_ever_f56(store: Store) -> None:
    with store._database.transaction(Use.WRITE) as connection:
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "15s"


def test_nothing_is_left_set_for_whoever_has_the_session_next(store: Store) -> None:
    with store._database.transaction(Use.WRITE):
        pass
    with store._database.transaction(Use.SPEND) as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").scalar() == 0


@pytest.mark.parametrize(("question", "answer"), [(NONCE, True), (LinkById("far"), FAR), (CALL, None), (CHANGE, None)])
def test_connections_that_were_ended_while_they_rested_are_not_noticed_f51(
    store: Store, ask: Callable[[str], list[Any]], question: Any, answer: Any
) -> None:
    put(store, FAR)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(store.answer, [Links("jira", limit=number + 1) for number in range(8)]))
    assert end_all_others(ask) >= 1
    assert store.answer(question) == answer


@pytest.mark.parametrize("use", [Use.READ, Use.WRITE, Use.WRITE_DURABLY])
def test_a_transaction_that_was_ended_in_the_middle_fails_whole_and_the_next_one_goes_on_f51(
    store: Store, ask: Callable[[str], list[Any]], use: Use
) -> None:
    with pytest.raises(store._database.failures), store._database.transaction(use) as connection:  # noqa: PT012
        end_all_others(ask)
        connection.exec_driver_sql("SELECT 1")
    assert store.answer(NONCE) is True
    assert put(store, FAR) == FAR


def test_a_write_waits_for_others_for_a_bounded_time_f50(
    store: Store, ask: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for use in (Use.WRITE, Use.WRITE_DURABLY):
        monkeypatch.setitem(postgresql._BEGIN, use, str(postgresql._BEGIN[use]).replace("'5s'", "'50ms'"))
    ask(f"SELECT pg_advisory_lock({WRITERS})")
    for question in (CALL, CHANGE):
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            store.answer(question)
    assert store.answer(NONCE) is True, "who only spends waits for nobody"
    assert store.answer(Links()) == ()
    ask(f"SELECT pg_advisory_unlock({WRITERS})")
    store.answer(CALL)


def test_who_finds_no_connection_free_is_told_so_f50(open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "BUSY_SECONDS", 0.05)
    store = open_store()
    held = [store._database.transaction(Use.SPEND) for _ in range(CONNECTIONS)]
    for each in held:
        each.__enter__()
    with pytest.raises(StoreUnavailable, match="QueuePool limit"):
        store.answer(NONCE)
    for each in held:
        each.__exit__(None, None, None)
    assert store.answer(NONCE) is True


def test_the_record_has_no_gap_under_many_writers_in_several_processes_t68(open_store: Callable[[], Store]) -> None:
    stores = [open_store() for _ in range(4)]

    def write(number: int) -> None:
        for turn in range(10):
            stores[number % 4].answer((CALL, CHANGE)[turn % 2])

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(12)))
    assert [written.sequence for written in stores[0].answer(AuditTrail(limit=1000))] == list(range(120, 0, -1))
    assert stores[0].answer(VerifyAudit()).broken is None


def test_tasks_that_ask_for_the_version_at_the_same_moment_share_one_reading_and_the_next_ones_read_anew(store: Store) -> None:
    """So a change that was made before somebody asked is in the answer, though many are answered at once."""
    database, readings = store._database, []
    assert isinstance(database, PostgreSQL)
    read = database.read_version
    database.read_version = lambda: readings.append(1) or read()  # type: ignore[method-assign, func-returns-value]

    async def ask() -> list[object]:
        return await asyncio.gather(*(store.answer_async(LinkById(FAR.id)) for _ in range(8)))

    put(store, FAR)
    assert (asyncio.run(ask()), asyncio.run(ask())) == ([FAR] * 8, [FAR] * 8)
    readings.clear()
    assert (asyncio.run(ask()), len(readings)) == ([FAR] * 8, 1)
    put(store, changed := replace(FAR, name="changed"))
    assert asyncio.run(ask()) == [changed] * 8


def test_the_event_loop_goes_on_while_a_write_waits(store: Store, ask: Callable[[str], list[Any]]) -> None:
    ask(f"SELECT pg_advisory_lock({WRITERS})")

    async def write_down() -> int:
        writing = asyncio.ensure_future(store.answer_async(CALL))
        turns = 0
        while not ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            await asyncio.sleep(0)
            turns += 1
        assert not writing.done()
        ask(f"SELECT pg_advisory_unlock({WRITERS})")
        await writing
        return turns

    assert asyncio.run(write_down()) > 0
    assert len(store.answer(AuditTrail(10))) == 1


def test_a_call_that_is_cancelled_leaves_no_connection_halfway_f57(store: Store, ask: Callable[[str], list[Any]]) -> None:
    async def cancelled() -> None:
        ask(f"SELECT pg_advisory_lock({WRITERS})")
        writing = [asyncio.ensure_future(store.answer_async(CALL)) for _ in range(CONNECTIONS + 4)]
        while not ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):  # noqa: ASYNC110 it sends no event
            await asyncio.sleep(0)
        for each in writing:
            each.cancel()
        assert all(isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*writing, return_exceptions=True))
        ask(f"SELECT pg_advisory_unlock({WRITERS})")
        await store.answer_async(CALL)

    asyncio.run(cancelled())
    store.close()
    assert store.answer(VerifyAudit()).broken is None
    assert store.answer(NONCE) is True


def test_text_that_postgresql_does_not_know_is_kept_as_something_else_and_found_again(store: Store) -> None:
    put(store, replace(FAR, name="a\0b"))
    assert store.answer(LinkById("far")).name == "a\ufdd0b"
    assert store.answer(LinkById("fa\0r")) is None


def test_a_server_that_stops_is_unavailable_and_when_it_is_back_nothing_is_forgotten_t10_t11_f51(
    postgresql_server_of_our_own: PostgreSQLServer,
) -> None:
    server = postgresql_server_of_our_own
    store = Store.open(server.url(), sealing=Sealing.fresh())
    kept = put(store, FAR)
    store.answer(CALL)
    assert store.answer(NONCE) is True
    server.stop()
    for question in (replace(NONCE, nonce="while it is away"), LinkById("far"), CALL, CHANGE):
        with pytest.raises(StoreUnavailable, match="of the links failed"):
            store.answer(question)
    with pytest.raises(StoreUnavailable):
        asyncio.run(store.answer_async(replace(NONCE, nonce="while it is away")))
    server.start()
    assert store.answer(NONCE) is False
    assert store.answer(LinkById("far")) == kept
    store.answer(CHANGE)
    assert store.answer(VerifyAudit()).broken is None
    assert asyncio.run(store.answer_async(replace(NONCE, nonce="n-2"))) is True
    store.close()
