"""What the OAuth 1.0a providers that our consumer is tested against have in common: a server, people who agree, and books.

Which requests they accept is decided by the library that each is made from, and by nothing here.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

from journeys.serving import address_of, listen, wsgi


@dataclass(frozen=True)
class Consumer:
    """Who may ask: with a shared secret (HMAC) or a public key in PEM (RSA)."""

    key: str
    signature_method: str
    secret: str = ""
    public_key: str = ""
    callback: str = ""


@dataclass
class Token:
    """A request token until it is exchanged, or an access token."""

    value: str
    secret: str
    consumer: str
    callback: str = ""
    user: str = ""
    verifier: str = ""


@dataclass(frozen=True)
class Asked:
    """A request as it came, the address as the consumer signed it."""

    method: str
    url: str
    headers: dict[str, str]
    body: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def parameter(self, name: str) -> str:
        """From the form or the query."""
        return (parse_qs(self.body) | parse_qs(urlsplit(self.url).query)).get(name, [""])[0]


@dataclass(frozen=True)
class Answer:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Provider(ABC):
    """One that runs: `with OAuthlibProvider() as provider:` or start() and stop(). All addresses are known once it runs."""

    def __init__(self) -> None:
        self.url = ""
        self.other_url = ""
        """The same, at another origin: for links whose resources live elsewhere than the dance."""
        self.consumers: dict[str, Consumer] = {}
        self.request_tokens: dict[str, Token] = {}
        self.access_tokens: dict[str, Token] = {}
        self.nonces: set[tuple[str, ...]] = set()
        self.asked: list[Asked] = []
        """All requests, oldest first."""
        self._stack = ExitStack()

    # ---- its face

    def start(self) -> None:
        self.url, self.other_url = self._listen(), self._listen()

    def _listen(self) -> str:
        listening = self._stack.enter_context(listen())
        url = address_of(listening)
        self._stack.enter_context(wsgi(partial(self._serve, url), listening))
        return url

    def stop(self) -> None:
        self._stack.close()

    def __enter__(self) -> Provider:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def request_token_url(self) -> str:
        return f"{self.url}/request-token"

    @property
    def authorize_url(self) -> str:
        return f"{self.url}/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{self.url}/access-token"

    @property
    def whoami_url(self) -> str:
        """Answers the name of the user as text; `/rest/api/2/myself` answers it as Jira would."""
        return f"{self.url}/whoami"

    def register_consumer(
        self, key: str, *, secret: str = "", public_key: str = "", signature_method: str = "", callback: str = ""
    ) -> Consumer:
        """Let a consumer in, with a secret or a public key in PEM. With a callback of its own it may name no other."""
        method = signature_method or ("RSA-SHA1" if public_key else "HMAC-SHA1")
        self.consumers[key] = Consumer(key, method, secret, public_key, callback)
        return self.consumers[key]

    def approve(self, request_token: str, user: str) -> str:
        """What happens when the person agrees: the address at the consumer's to which the browser is sent, with the verifier."""
        return self.redirect(Asked("GET", f"{self.authorize_url}?oauth_token={quote(request_token)}", {}, ""), user)

    def revoke(self, token: str) -> None:
        """Forget an access token."""
        del self.access_tokens[token]

    # ---- what the library does

    @abstractmethod
    def request_token(self, asked: Asked) -> Answer: ...

    @abstractmethod
    def redirect(self, asked: Asked, user: str) -> str:
        """The address after consent; raises what the library raises for a token that it does not know."""

    @abstractmethod
    def access_token(self, asked: Asked) -> Answer: ...

    @abstractmethod
    def whoami(self, asked: Asked) -> str | Answer:
        """The user, or a refusal."""

    # ---- serving

    def _serve(self, url: str, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked = _read(environ, url)
        self.asked.append(asked)
        answer = self._answer(asked)
        headers = {"Content-Type": "text/plain; charset=utf-8"} | answer.headers
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [answer.body.encode()]

    def _answer(self, asked: Asked) -> Answer:
        match asked.path:
            case "/request-token":
                return self.request_token(asked)
            case "/access-token":
                return self.access_token(asked)
            case "/authorize":
                return self._consent(asked)
            case "/whoami" | "/rest/api/2/myself":
                return self._resource(asked)
        return Answer(404)

    def _resource(self, asked: Asked) -> Answer:
        found = self.whoami(asked)
        if isinstance(found, Answer):
            return found
        if asked.path == "/whoami":
            return Answer(200, found)
        return Answer(200, json.dumps({"name": found}), {"Content-Type": "application/json"})

    def _consent(self, asked: Asked) -> Answer:
        """A form with the name of whoever agrees; sent, it leads back to the consumer."""
        if asked.method == "POST":
            return Answer(302, headers={"Location": self.redirect(asked, asked.parameter("user"))})
        return Answer(200, CONSENT, {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'none'"})


CONSENT = """<!doctype html>
<html lang="en"><head><title>Allow access</title></head>
<body><main><h1>Allow access</h1>
<form method="post"><label>Name <input name="user"></label> <button>Allow</button></form>
</main></body></html>"""


def _read(environ: dict[str, Any], url: str) -> Asked:
    query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
    headers = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if kind := environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = kind
    body = environ["wsgi.input"].read().decode()
    return Asked(environ["REQUEST_METHOD"], f"{url}{quote(environ['PATH_INFO'])}{query}", headers, body)


def verifier_of(redirect: str) -> str:
    """The verifier in the address to which a person's browser is sent back."""
    return dict(parse_qsl(urlsplit(redirect).query))["oauth_verifier"]
