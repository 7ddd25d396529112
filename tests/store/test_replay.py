"""What the setting `replay` may say."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError, StoreUnavailable
from applinks.store import Store
from applinks.store.grouping import Grouped
from applinks.store.replay import VALKEY, spending_at
from applinks.store.spending import Memory

SECRET = "canary-7d1f"


@pytest.fixture
def database() -> object:
    return Store.open("sqlite://")._database


def test_nothing_is_the_database_and_memory_is_this_process(database) -> None:
    assert isinstance(spending_at(None, database, lambda: 0.0), Grouped)
    assert isinstance(spending_at("memory", database, lambda: 0.0), Memory)


@pytest.mark.parametrize("replay", ["", "Memory", "database", "memcached://x", f"valkey:{SECRET}", f"http://u:{SECRET}@host"])
def test_anything_else_is_refused_and_not_repeated(database, replay: str) -> None:
    with pytest.raises(ConfigurationError, match="APPLINKS_REPLAY") as refused:
        spending_at(replay, database, lambda: 0.0)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("scheme", VALKEY)
def test_a_valkey_server_that_is_away_is_unavailable_at_the_start_and_its_password_is_not_told(database, scheme: str) -> None:
    with pytest.raises(StoreUnavailable, match="Valkey") as caught:
        spending_at(f"{scheme}user:{SECRET}@127.0.0.1:1/0", database, lambda: 0.0)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("rest", ["host:port/0", "host:70000000/0", f"user:{SECRET}@host:x"])
def test_an_address_that_makes_no_sense_is_refused_and_not_repeated(database, rest: str) -> None:
    with pytest.raises((ConfigurationError, StoreUnavailable)) as refused:
        spending_at(f"valkey://{rest}", database, lambda: 0.0)
    assert SECRET not in str(refused.value)
