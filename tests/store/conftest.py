"""A database as a first start makes it: in a file, or on a server, with the keys in a file of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from applinks.store import Store
from applinks.store.sealing import FILE_VARIABLE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "applinks.db"


@pytest.fixture
def key_file(path: Path) -> Path:
    return path.with_name("applinks.db.key")


@pytest.fixture
def url(request: pytest.FixtureRequest, path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """SQLite; what is marked `on_both` runs on PostgreSQL too."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{path}"
    monkeypatch.setenv(FILE_VARIABLE, str(key_file))
    found: str = request.getfixturevalue("new_postgresql")
    return found


on_both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[[], Store]]:
    """Opens the same database again and again, each time as another process would."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store.open(url))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
