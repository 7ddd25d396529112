"""Every contract runs on each kind of database; a new kind is one more parameter here."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    url = {"memory": "sqlite://", "sqlite": f"sqlite:///{tmp_path}/applinks.db"}[request.param]
    opened = Store.open(url, sealing=Sealing.fresh(), clock=clock)
    yield opened
    opened.close()
