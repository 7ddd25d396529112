"""An application of ours in both faces, and products that run."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from applinks import Administrator, AppLinks, AsyncAppLinks, Person
from products.imitation import Edition, Product, running

ADMIN = Administrator("admin", "s3cret")


class Directory:
    def find(self, name: str) -> Person | None:
        return Person(name, administrator=name == "root")

    def sign_in(self, name: str, password: str) -> Person | None:
        return None


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of an application that knows who it is, and has no links."""
    folder = tmp_path_factory.mktemp("template")
    with AppLinks(f"sqlite:///{folder}/links.db", url="http://127.0.0.1:9/front", name="Front", type="generic"):
        pass
    return folder


class Us:
    """The synchronous face; `do` calls one of its methods."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.applinks: Any = self.made()

    def made(self) -> Any:
        return AppLinks(self.database, people=Directory())

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return getattr(self.applinks, verb)(*args, **options)

    def close(self) -> None:
        self.do("close")

    def names(self) -> list[str]:
        return [linked.name for linked in self.do("links")]


class UsAsynchronously(Us):
    """The asynchronous one, in an event loop of its own."""

    def made(self) -> Any:
        self.runner = asyncio.Runner()
        return AsyncAppLinks(self.database, people=Directory())

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return self.runner.run(getattr(self.applinks, verb)(*args, **options))

    def close(self) -> None:
        super().close()
        self.runner.close()


@pytest.fixture
def us(template: Path, tmp_path: Path) -> Iterator[Us]:
    shutil.copytree(template, tmp_path / "files")
    made = Us(f"sqlite:///{tmp_path}/files/links.db")
    yield made
    made.close()


@pytest.fixture(params=[Us, UsAsynchronously], ids=["sync", "async"])
def face(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Us]:
    shutil.copytree(template, tmp_path / "files")
    made = request.param(f"sqlite:///{tmp_path}/files/links.db")
    yield made
    made.close()


@pytest.fixture
def start() -> Iterator[Callable[[Edition], Product]]:
    """Starts a product of an edition."""
    with ExitStack() as stack:
        yield lambda edition: stack.enter_context(running(edition))
