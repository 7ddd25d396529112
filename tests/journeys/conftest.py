"""Every journey is made four times: from synchronous and asynchronous code, to an ASGI and to a WSGI application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.world import ASGI, ASYNC, SYNC, WSGI, Caller, World, admit_deployment, linked_world


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
