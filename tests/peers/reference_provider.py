"""A provider made from oauthlib, and another from Authlib: both as their documentation says, strict, with books in memory."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from authlib.oauth1 import AuthorizationServer, ResourceProtector, TemporaryCredential
from authlib.oauth1.rfc5849.errors import OAuth1Error
from authlib.oauth1.rfc5849.models import ClientMixin
from authlib.oauth1.rfc5849.wrapper import OAuth1Request
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from oauthlib.common import generate_token
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint, WebApplicationServer

from peers.provider import Answer, Asked, Consumer, Provider, Token

NOBODY = Consumer("nobody", "", secret="nobody's")


@cache
def _spare_key() -> str:
    """A key that nobody has, for consumers without one."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


# ---- oauthlib


class OAuthlibProvider(Provider):
    """Answers without an explanation: 401, or 400 with `error=…` where something is missing. A request without `oauth_token` is
    two-legged; the user is then whoever `user_id` in the query says, else the consumer."""

    def __init__(self) -> None:
        super().__init__()
        validator = _Books(self)
        self.server, self.two_legged = WebApplicationServer(validator), SignatureOnlyEndpoint(validator)

    def request_token(self, asked: Asked) -> Answer:
        return _answer(self.server.create_request_token_response(asked.url, asked.method, asked.body, asked.headers))

    def access_token(self, asked: Asked) -> Answer:
        return _answer(self.server.create_access_token_response(asked.url, asked.method, asked.body, asked.headers))

    def redirect(self, asked: Asked, user: str) -> str:
        headers, body, _ = self.server.create_authorization_response(asked.url, credentials={"user": user})
        return headers.get("Location", f"?{body}")

    def whoami(self, asked: Asked) -> str | Answer:
        if "oauth_token=" not in asked.headers.get("Authorization", "") + asked.url + asked.body:
            valid, request = self.two_legged.validate_request(asked.url, asked.method, asked.body, asked.headers)
            return (asked.parameter("user_id") or request.client_key) if valid else Answer(401)
        ask = self.server.validate_protected_resource_request
        valid, request = ask(asked.url, asked.method, asked.body, asked.headers, realms=[])
        return self.access_tokens[request.resource_owner_key].user if valid else Answer(401)


def _answer(given: tuple[dict[str, str], str | None, int]) -> Answer:
    headers, body, status = given
    return Answer(status, body or "", headers)


class _Books(RequestValidator):
    """What oauthlib asks the books of a provider. Unknown consumers and tokens get the dummies that it wants."""

    enforce_ssl = False
    dummy_client = dummy_request_token = dummy_access_token = "nobody"

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.books = provider

    def check_client_key(self, client_key: str) -> bool:
        return True

    check_request_token = check_access_token = check_nonce = check_verifier = check_client_key

    def consumer(self, key: str) -> Consumer:
        return self.books.consumers.get(key, NOBODY)

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return self.consumer(client_key).signature_method == request.signature_method

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self.consumer(client_key).secret

    def get_rsa_key(self, client_key: str, request: Any) -> str:
        return self.consumer(client_key).public_key or _spare_key()

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, request: Any, request_token: Any = None, access_token: Any = None
    ) -> bool:
        seen = (client_key, timestamp, nonce)
        new = seen not in self.books.nonces
        self.books.nonces.add(seen)
        return new

    # realms are not used

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def validate_requested_realms(self, client_key: str, realms: Any, request: Any) -> bool:
        return True

    def validate_realms(self, client_key: str, token: str, request: Any, uri: Any = None, realms: Any = None) -> bool:
        return True

    # request tokens

    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        return self.consumer(client_key).callback in {"", redirect_uri}

    def save_request_token(self, token: dict[str, str], request: Any) -> None:
        value, secret = token["oauth_token"], token["oauth_token_secret"]
        self.books.request_tokens[value] = Token(value, secret, request.client_key, request.redirect_uri)

    def verify_request_token(self, token: str, request: Any) -> bool:
        return token in self.books.request_tokens

    def get_redirect_uri(self, token: str, request: Any) -> str:
        return self.books.request_tokens[token].callback

    def save_verifier(self, token: str, verifier: dict[str, str], request: Any) -> None:
        known = self.books.request_tokens[token]
        known.verifier, known.user = verifier["oauth_verifier"], verifier.pop("user")

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        known = self.books.request_tokens.get(token)
        return known is not None and known.consumer == client_key

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        known = self.books.request_tokens.get(token)
        return known.secret if known else ""

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        known = self.books.request_tokens.get(token)
        return known is not None and known.verifier == verifier != ""

    def invalidate_request_token(self, client_key: str, request_token: str, request: Any) -> None:
        del self.books.request_tokens[request_token]

    # access tokens

    def save_access_token(self, token: dict[str, str], request: Any) -> None:
        value, secret = token["oauth_token"], token["oauth_token_secret"]
        user = self.books.request_tokens[request.resource_owner_key].user
        self.books.access_tokens[value] = Token(value, secret, request.client_key, user=user)

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        known = self.books.access_tokens.get(token)
        return known is not None and known.consumer == client_key

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        known = self.books.access_tokens.get(token)
        return known.secret if known else ""


# ---- Authlib


class AuthlibProvider(Provider):
    """Answers with `error=…&error_description=…`. A failed exchange uses the request token up; two-legged requests it does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.server, self.protector = _Server(self), _Protector(self)

    def request_token(self, asked: Asked) -> Answer:
        return self.server.create_temporary_credentials_response(asked)

    def access_token(self, asked: Asked) -> Answer:
        return self.server.create_token_response(asked)

    def redirect(self, asked: Asked, user: str) -> str:
        return self.server.create_authorization_response(asked, user or None).headers["Location"]

    def refuse(self, request_token: str) -> str:
        """What happens when the person does not agree: the address to which the browser is sent, with the error."""
        return self.approve(request_token, "")

    def whoami(self, asked: Asked) -> str | Answer:
        try:
            request = self.protector.validate_request(asked.method, asked.url, asked.body, asked.headers)
        except OAuth1Error as error:
            return self.server.handle_error_response(error)
        return str(request.credential.get("user_id"))


class _Client(ClientMixin):
    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer

    def get_default_redirect_uri(self) -> str:
        return self.consumer.callback

    def get_client_secret(self) -> str:
        return self.consumer.secret

    def get_rsa_public_key(self) -> str:
        return self.consumer.public_key


class _Asking:
    """What both halves of Authlib's server ask the books."""

    SUPPORTED_SIGNATURE_METHODS = ("HMAC-SHA1", "RSA-SHA1")

    def __init__(self, provider: Provider) -> None:
        self.books = provider

    def get_client_by_id(self, client_id: str) -> _Client | None:
        known = self.books.consumers.get(client_id)
        return _Client(known) if known else None

    def exists_nonce(self, nonce: str, request: OAuth1Request) -> bool:
        seen = (str(request.client_id), str(request.timestamp), nonce)
        known = seen in self.books.nonces
        self.books.nonces.add(seen)
        return known


class _Server(_Asking, AuthorizationServer):
    def create_oauth1_request(self, asked: Asked | OAuth1Request) -> OAuth1Request:
        if isinstance(asked, OAuth1Request):
            return asked
        return OAuth1Request(asked.method, asked.url, asked.body, asked.headers)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Answer:
        return Answer(status_code, payload if isinstance(payload, str) else urlencode(payload), dict(headers))

    def create_temporary_credential(self, request: OAuth1Request) -> TemporaryCredential:
        made = Token(generate_token(), generate_token(), request.client_id, request.redirect_uri)
        self.books.request_tokens[made.value] = made
        return _credential(made)

    def get_temporary_credential(self, request: OAuth1Request) -> TemporaryCredential | None:
        return _credential(self.books.request_tokens.get(request.token), request.client_id)

    def delete_temporary_credential(self, request: OAuth1Request) -> None:
        self.books.request_tokens.pop(request.token, None)

    def create_authorization_verifier(self, request: OAuth1Request) -> str:
        known = self.books.request_tokens[request.token]
        known.user, known.verifier = request.user, generate_token()
        return known.verifier

    def create_token_credential(self, request: OAuth1Request) -> TemporaryCredential:
        user = request.credential.get_user_id()
        made = Token(generate_token(), generate_token(), request.client_id, user=user)
        self.books.access_tokens[made.value] = made
        return _credential(made)


class _Protector(_Asking, ResourceProtector):
    def get_token_credential(self, request: OAuth1Request) -> TemporaryCredential | None:
        return _credential(self.books.access_tokens.get(request.token), request.client_id)


def _credential(token: Token | None, consumer: str | None = None) -> Any:
    """A token as Authlib knows it; None if there is none, or it belongs to another consumer than the one who asks."""
    if token is None or consumer not in {None, token.consumer}:
        return None
    verifier = token.verifier or None
    parts = {"client_id": token.consumer, "user_id": token.user, "oauth_callback": token.callback, "oauth_verifier": verifier}
    return TemporaryCredential(oauth_token=token.value, oauth_token_secret=token.secret, **parts)


PROVIDERS = {"oauthlib": OAuthlibProvider, "Authlib": AuthlibProvider}
