"""Keys of consumers, providers that we did not write, and applications of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from peers.keys import KeyPair, new_key_pair
from peers.our_application import ASGI, WSGI, OurApplication, our_application
from peers.provider import Provider
from peers.reference_provider import PROVIDERS


@pytest.fixture(scope="session")
def key_pair() -> KeyPair:
    return new_key_pair()


@pytest.fixture(scope="session")
def other_key_pair() -> KeyPair:
    return new_key_pair()


@pytest.fixture(params=list(PROVIDERS))
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Each of the two, with empty books."""
    with PROVIDERS[request.param]() as provider:
        yield provider


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OurApplication]:
    """Under ASGI. Shared: each test registers consumers of its own."""
    with our_application(tmp_path_factory.mktemp("ours"), ASGI) as application:
        yield application


@pytest.fixture(scope="session")
def ours_in_flask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OurApplication]:
    """The same under WSGI."""
    with our_application(tmp_path_factory.mktemp("ours-in-flask"), WSGI, "Flask") as application:
        yield application
