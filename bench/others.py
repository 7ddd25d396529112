"""oauthlib and Authlib as ASGI middleware, doing what ours does: signature, time, nonce, person.

Each is used by its own documented way. Links, people and nonces are plain dictionaries and a set: the least that a careful
integrator could write, and nothing is kept beyond the process.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from authlib.oauth1.rfc5849.resource_protector import ResourceProtector
from authlib.oauth1.rfc5849.signature import verify_rsa_sha1
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from oauthlib.oauth1 import SignatureOnlyEndpoint

from bench.oauth1 import Validator
from bench.server import ADMITTED

WINDOW = 300
PEOPLE = {"alice": SimpleNamespace(name="alice", active=True)}


class Middleware:
    """Admits a request or answers 401."""

    def __init__(self, app: Any, url: str) -> None:
        self.app = app
        self.url = url

    def admitted(self, method: str, url: str, headers: dict[str, str]) -> bool:
        """Whether the proof holds for the first time."""
        raise NotImplementedError

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"].decode("latin-1")
        headers = {name.decode("latin-1").title(): value.decode("latin-1") for name, value in scope["headers"]}
        person = None
        if self.admitted(scope["method"], f"{self.url}{scope['raw_path'].decode('latin-1')}?{query}", headers):
            person = PEOPLE.get(parse_qs(query)["user_id"][0])
        if person is None or not person.active:
            await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
            return
        token = ADMITTED.set(person.name)
        try:
            await self.app(scope, receive, send)
        finally:
            ADMITTED.reset(token)


class Oauthlib(Middleware):
    """With its endpoint for signatures without tokens, and a key object: from text, it reads it anew each time."""

    def __init__(self, app: Any, url: str, consumer: str, public_key: str) -> None:
        super().__init__(app, url)
        self._endpoint = SignatureOnlyEndpoint(Remembering(consumer, load_pem_public_key(public_key.encode())))

    def admitted(self, method: str, url: str, headers: dict[str, str]) -> bool:
        """Its whole check."""
        valid, _ = self._endpoint.validate_request(url, method, None, headers)
        return bool(valid)


class Remembering(Validator):
    """Knows one consumer, and what it has spent."""

    def __init__(self, consumer: str, public: Any) -> None:
        super().__init__()
        self.public = public
        self._keys = {consumer: public}
        self._spent: set[tuple[str, str, str]] = set()

    def validate_client_key(self, client_key: str, *_: Any) -> bool:
        """Known."""
        return client_key in self._keys

    def validate_timestamp_and_nonce(self, client_key: str, timestamp: str, nonce: str, *_: Any, **__: Any) -> bool:
        """In time, and for the first time."""
        once = (client_key, timestamp, nonce)
        if abs(time.time() - int(timestamp)) > WINDOW or once in self._spent:
            return False
        self._spent.add(once)
        return True

    def get_rsa_key(self, client_key: str, *_: Any) -> Any:
        """The consumer's public key."""
        return self._keys.get(client_key, self.public)


class Authlib(Middleware):
    """With its resource protector, which takes keys as text only."""

    def __init__(self, app: Any, url: str, consumer: str, public_key: str) -> None:
        super().__init__(app, url)
        self._protector = Protector(consumer, public_key)

    def admitted(self, method: str, url: str, headers: dict[str, str]) -> bool:
        """Its whole check; it raises where it refuses."""
        return self._protector.validate_request(method, url, None, headers) is not None


class Protector(ResourceProtector):
    """Knows one consumer with one token, and what was spent."""

    SUPPORTED_SIGNATURE_METHODS = ("RSA-SHA1",)
    SIGNATURE_METHODS = {"RSA-SHA1": verify_rsa_sha1}  # noqa: RUF012

    def __init__(self, consumer: str, public_key: str) -> None:
        self._consumers = {consumer: SimpleNamespace(get_client_secret=str, get_rsa_public_key=lambda: public_key)}
        self._tokens = {"token": SimpleNamespace(get_oauth_token_secret=str)}
        self._spent: set[tuple[str, str, str]] = set()

    def get_client_by_id(self, client_id: str) -> Any:
        """The consumer."""
        return self._consumers.get(client_id)

    def get_token_credential(self, request: Any) -> Any:
        """The token, which it insists on."""
        return self._tokens.get(request.token)

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Whether it was there before; from now on it was."""
        once = (request.client_id, request.timestamp, nonce)
        if once in self._spent:
            return True
        self._spent.add(once)
        return False
