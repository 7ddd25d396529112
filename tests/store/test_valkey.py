"""Nonces in Valkey: what it may do to us, and that nothing is admitted twice for it (security.md F-53, F-54, T-10, T-11)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks.errors import ConfigurationError, StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.store import Sealing, Store
from applinks.store.valkey import AHEAD
from servers import own_valkey

NOW = 1_800_000_000
NONCE = SpendNonce("jira:1", "token", NOW, "n-1", NOW + 360)


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """One that these tests alone may stop, empty and spoil."""
    pytest.importorskip("valkey")
    with own_valkey() as server:
        yield server


@pytest.fixture
def admin(server: Any) -> Iterator[Any]:
    if not server.is_running():
        server.start()
    client = server.client()
    client.flushall()
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 0)
    yield client
    client.close()


@pytest.fixture
def open_store(server: Any, admin: Any, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []
    sealing = Sealing.fresh()

    address = f"{server.connection_url}/0"

    def open_one() -> Store:
        opened.append(Store.open(f"sqlite:///{tmp_path}/applinks.db", replay=address, sealing=sealing, clock=clock))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture(params=["sync", "async"])
def spend(request: pytest.FixtureRequest) -> Callable[[Store, SpendNonce], bool]:
    """Both ways to ask."""
    return sync if request.param == "sync" else asynchronously


def sync(store: Store, question: SpendNonce) -> bool:
    return store.answer(question)


def asynchronously(store: Store, question: SpendNonce) -> bool:
    async def ask() -> bool:
        try:
            return await store.answer_async(question)
        finally:
            await store.close_of_this_loop()

    return asyncio.run(ask())


Spend = Callable[[Store, SpendNonce], bool]


def after_the_floor(clock: Clock) -> SpendNonce:
    """A request that can only have been made after everything was forgotten."""
    clock.now += AHEAD + 1
    return replace(NONCE, timestamp=int(clock.now), keep_until=int(clock.now) + 360)


def test_a_new_database_and_a_new_server_begin_at_once(open_store: Callable[[], Store], spend: Spend) -> None:
    store = open_store()
    assert spend(store, replace(NONCE, timestamp=0)) is True
    assert spend(store, NONCE) is True


def test_where_nonces_lie_in_the_database_those_who_may_have_been_admitted_before_are_not_again_t10(
    open_store: Callable[[], Store], tmp_path: Path, clock: Clock
) -> None:
    before = Store.open(f"sqlite:///{tmp_path}/applinks.db", sealing=Sealing.fresh(), clock=clock)
    before.answer(NONCE)
    before.close()
    store = open_store()
    with pytest.raises(StoreUnavailable, match="has lost what was spent"):
        store.answer(NONCE)
    assert store.answer(after_the_floor(clock)) is True


def test_a_nonce_is_kept_for_its_time_whatever_the_servers_clock_says_t12(open_store: Callable[[], Store], admin: Any) -> None:
    open_store().answer(NONCE)
    (key,) = (key for key in admin.keys() if not key.endswith(b":epoch"))  # noqa: SIM118 a command, no dictionary
    assert 350 < admin.ttl(key) <= 361
    assert NONCE.nonce.encode() not in key


def test_applications_on_one_server_do_not_meet(
    open_store: Callable[[], Store], server: Any, tmp_path: Path, clock: Clock
) -> None:
    other = Store.open(f"sqlite:///{tmp_path}/other.db", replay=server.connection_url, sealing=Sealing.fresh(), clock=clock)
    assert open_store().answer(NONCE) is True
    assert other.answer(NONCE) is True
    other.close()


def test_a_server_that_was_emptied_between_two_sends_admits_none_again_f54(
    open_store: Callable[[], Store], admin: Any, spend: Spend, clock: Clock
) -> None:
    store, other = open_store(), open_store()
    assert spend(store, NONCE) is True
    admin.flushall()
    for again in (store, other, store, other):
        with pytest.raises(StoreUnavailable, match="has lost what was spent"):
            spend(again, NONCE)
    ahead = replace(NONCE, timestamp=NOW + 300, nonce="from a clock that is ahead")
    with pytest.raises(StoreUnavailable):
        spend(other, ahead)
    fresh = after_the_floor(clock)
    assert [spend(other, fresh), spend(store, fresh)] == [True, False]


def test_a_server_that_was_restarted_is_away_then_back_and_admits_none_again_t11_f54(
    open_store: Callable[[], Store], server: Any, spend: Spend, clock: Clock
) -> None:
    store, other = open_store(), open_store()
    assert spend(store, NONCE) is True
    server.stop()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="Valkey server where nonces are spent failed"):
            spend(store, replace(NONCE, nonce="while it is away"))
    server.start()
    with pytest.raises(StoreUnavailable, match="has lost what was spent"):
        spend(store, NONCE)
    fresh = after_the_floor(clock)
    assert [spend(store, fresh), spend(other, fresh)] == [True, False]


def test_a_server_that_was_restarted_with_an_old_copy_admits_none_again_f54(
    open_store: Callable[[], Store], server: Any, admin: Any, spend: Spend, clock: Clock
) -> None:
    store = open_store()
    admin.save()
    assert spend(store, NONCE) is True
    server.terminate()
    server.start()
    with server.client() as again:
        assert any(key.endswith(b":epoch") for key in again.keys())  # noqa: SIM118
    with pytest.raises(StoreUnavailable, match="has lost what was spent"):
        spend(store, NONCE)
    assert spend(store, after_the_floor(clock)) is True


def test_a_request_too_old_to_be_decided_on_takes_no_other_along_f54(
    open_store: Callable[[], Store], admin: Any, clock: Clock
) -> None:
    store = open_store()
    admin.flushall()
    with pytest.raises(StoreUnavailable):
        store.answer(NONCE)
    fresh = after_the_floor(clock)

    async def both() -> list[Any]:
        answers = await asyncio.gather(store.answer_async(NONCE), store.answer_async(fresh), return_exceptions=True)
        await store.close_of_this_loop()
        return answers

    old, new = asyncio.run(both())
    assert isinstance(old, StoreUnavailable)
    assert new is True


def test_a_full_server_admits_nothing_f53(open_store: Callable[[], Store], admin: Any, spend: Spend) -> None:
    store = open_store()
    admin.config_set("maxmemory", 1)
    with pytest.raises(StoreUnavailable, match="failed"):
        spend(store, NONCE)
    admin.config_set("maxmemory", 0)
    assert spend(store, replace(NONCE, nonce="n-2")) is True


def test_a_server_that_takes_no_writes_admits_nothing_f53(
    open_store: Callable[[], Store], admin: Any, server: Any, spend: Spend
) -> None:
    store = open_store()
    admin.replicaof("127.0.0.1", "1")
    with pytest.raises(StoreUnavailable, match="failed"):
        spend(store, NONCE)
    admin.replicaof("NO", "ONE")


def test_a_server_that_hangs_counts_as_away_f53(
    open_store: Callable[[], Store], admin: Any, spend: Spend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("applinks.store.valkey.SECONDS", 0.1)
    store = open_store()
    admin.execute_command("CLIENT", "PAUSE", "1000", "WRITE")
    with pytest.raises(StoreUnavailable, match="failed"):
        spend(store, NONCE)
    admin.execute_command("CLIENT", "UNPAUSE")
    assert spend(store, replace(NONCE, nonce="n-2")) is True


def test_a_server_that_may_drop_keys_is_refused_at_the_start_f53(open_store: Callable[[], Store], admin: Any) -> None:
    admin.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(ConfigurationError, match=r"allkeys-lru.*noeviction"):
        open_store()


def test_a_first_start_that_failed_is_made_good_by_the_next_one(
    open_store: Callable[[], Store], server: Any, admin: Any
) -> None:
    server.stop()
    with pytest.raises(StoreUnavailable):
        open_store()
    server.start()
    assert open_store().answer(NONCE) is True


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_a_connection_of_its_own_t10(open_store: Callable[[], Store], admin: Any) -> None:
    store = open_store()
    assert store.answer(NONCE) is True
    before = len(admin.client_list())
    child = os.fork()
    if not child:
        right = store.answer(NONCE) is False and store.answer(replace(NONCE, nonce="child")) is True
        os._exit(0 if right and len(admin.client_list()) > before else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.answer(replace(NONCE, nonce="child")) is False
    assert store.answer(replace(NONCE, nonce="parent")) is True


def test_nothing_shows_an_address(open_store: Callable[[], Store]) -> None:
    assert "127.0.0.1" not in repr(open_store()._nonces._ledger)
