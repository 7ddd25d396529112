"""Every contract runs on each kind of database; a new kind is one more parameter here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from applinks.store import Sealing, Store


class Clock:
    """A clock that stands until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["in memory", "sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "postgresql":
        found: str = request.getfixturevalue("postgresql_url")
        return found
    return {"in memory": "sqlite://", "sqlite": f"sqlite:///{tmp_path}/applinks.db"}[request.param]


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    opened = Store.open(url, sealing=Sealing.fresh(), clock=clock)
    yield opened
    opened.close()


@pytest.fixture(params=["in memory", "sqlite", "postgresql", "valkey", "memory"])
def spending(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens a store again and again, each time as another process would; `memory` belongs to one, and so do databases in it."""
    opened: list[Store] = []
    replay: str | None = None
    url = f"sqlite:///{tmp_path}/applinks.db"
    match request.param:
        case "in memory":
            url = "sqlite://"
        case "postgresql":
            url = request.getfixturevalue("postgresql_url")
        case "valkey":
            replay = request.getfixturevalue("valkey_server")
        case "memory":
            replay = "memory"
    sealing = Sealing.fresh()

    def open_one() -> Store:
        if not opened or request.param not in {"in memory", "memory"}:
            opened.append(Store.open(url, replay=replay, sealing=sealing, clock=clock))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
