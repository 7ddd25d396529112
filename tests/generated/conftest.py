"""The attacked application, in this process and on a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generated.callee import Callee, in_process, on_a_socket


@pytest.fixture(scope="module", params=["asgi", "wsgi", "wsgi without target"])
def callee(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callee]:
    with in_process(tmp_path_factory.mktemp("callee"), request.param) as callee:
        yield callee


@pytest.fixture(scope="module", params=["asgi", "wsgi"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Callee, tuple[str, int]]]:
    with on_a_socket(tmp_path_factory.mktemp("served"), request.param) as served:
        yield served
