"""Keys of a consumer, providers that we did not write, and applications of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from peers.our_application import ASGI, WSGI, OurApplication, our_application
from peers.provider import Provider
from peers.reference_provider import PROVIDERS


@dataclass(frozen=True)
class KeyPair:
    """PEM. PKCS #1 for the private key, which every client reads."""

    private: str
    public: str


def new_key_pair() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    return KeyPair(private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


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
