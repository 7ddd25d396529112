"""Every journey is made four times: from synchronous and asynchronous code, to an ASGI and to a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from applinks.mechanisms import TABLE
from applinks.store.sealing import FILE_VARIABLE
from journeys.people import ACCOUNTS_THERE, CAROL
from journeys.ways import Way
from journeys.world import ASGI, ASYNC, SYNC, WSGI, Caller, Pair, World, admit_deployment, linked_pair, linked_world
from servers import new_database


@pytest.fixture(scope="session")
def asgi_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with linked_world(tmp_path_factory.mktemp("asgi"), ASGI) as world:
        yield world


@pytest.fixture(scope="session")
def wsgi_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with linked_world(tmp_path_factory.mktemp("wsgi"), WSGI) as world:
        yield world


@pytest.fixture(params=[ASGI, WSGI])
def world(request: pytest.FixtureRequest) -> World:
    """Shared: a test that changes something puts it back."""
    return request.getfixturevalue(f"{request.param}_world")


@pytest.fixture(params=[SYNC, ASYNC])
def caller(request: pytest.FixtureRequest, world: World) -> Iterator[Caller]:
    yield Caller(world, request.param)
    admit_deployment(world.tracker)


@pytest.fixture(params=[ASGI, WSGI])
def fresh_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One for a test alone, which may leave it in pieces."""
    with linked_world(tmp_path, request.param) as world:
        yield world


@contextmanager
def _pairs(folder: Path, databases: Callable[[ExitStack], tuple[str | None, str | None]]) -> Iterator[Callable[[str], Pair]]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:

        @cache
        def pair(server: str) -> Pair:
            (own := folder / server).mkdir()
            where = databases(stack)
            if where[0] is not None:  # beside a file its keys lie by themselves
                patch.setenv(FILE_VARIABLE, str(own / "keys"))
            made = stack.enter_context(linked_pair(own, server, where, mechanisms=tuple(TABLE)))
            patch.delenv(FILE_VARIABLE, raising=False)
            made.front.people[CAROL.name] = CAROL
            made.tracker.people.update({person.name: person for person in ACCOUNTS_THERE})
            return made

        yield pair


@pytest.fixture(scope="session")
def pairs_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Pair]]:
    """Two linked applications on that kind of server, with every mechanism loaded; made when they are first needed."""
    with _pairs(tmp_path_factory.mktemp("pairs"), lambda stack: (None, None)) as pairs:
        yield pairs


@pytest.fixture(scope="session")
def pairs_on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql_server: str) -> Iterator[Callable[[str], Pair]]:
    """The same, each application on a database of its own."""

    def databases(stack: ExitStack) -> tuple[str, str]:
        return stack.enter_context(new_database(postgresql_server)), stack.enter_context(new_database(postgresql_server))

    with _pairs(tmp_path_factory.mktemp("pairs"), databases) as pairs:
        yield pairs


@pytest.fixture(scope="module")
def way(request: pytest.FixtureRequest) -> Way:
    """A way, and the link configured for it: `(way, face, server, store)`. What a test changes, it puts back."""
    name, face, server, store = request.param
    pairs = request.getfixturevalue(f"pairs_on_{store.lower()}")
    configured = Way(pairs(server), face, name)
    configured.configure()
    return configured
