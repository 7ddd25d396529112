"""A database in a file, as a first start makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from applinks.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "applinks.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same file again and again, each time as another process would."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store.open(f"sqlite:///{path}"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
