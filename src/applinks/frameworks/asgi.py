"""The host application's side under ASGI: Starlette, FastAPI, Django, Litestar, Quart.

Rules of this file:
- The address that is verified is the declared public one with the raw target as it was received; no header decides it.
- A body is read only where it takes part (forms, our own endpoints), never beyond a limit, and replayed byte for byte.
- Whoever was admitted acts for the length of the request, and no longer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from applinks.frameworks.target import Target, encoded_again
from applinks.incoming import BODY_LIMIT, Principal, receive, wants_body
from applinks.people import at_depth, nobody_acting, set_depth
from applinks.wire.messages import Pairs, Response, first
from applinks.wire.problems import challenge
from applinks.wire.trusted_apps import CERTIFICATE

if TYPE_CHECKING:
    from applinks.assembly import Application

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TELLING = frozenset({b"authorization", b"content-type", CERTIFICATE.encode()})
"""The headers that `concerns_us` looks at."""


class ASGIMiddleware:
    """Wraps an ASGI application: admits requests that come over a link, serves our own endpoints, leaves the rest alone.

    An admitted request carries `scope["state"]["applinks_principal"]` (in Starlette: `request.state.applinks_principal`), and
    `current_user()` is the person whose rights apply. `applinks` may be an `AppLinks` or an `AsyncAppLinks` with a `url`;
    `stripped` says that a proxy takes the path of that address away. Put it outermost: every request begins with nobody acting.
    """

    def __init__(self, app: App, applinks: Application, *, stripped: bool = False) -> None:
        self.app = app
        self.applinks = applinks
        self._target = Target(applinks.identity, stripped=stripped)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with nobody_acting(), at_depth(0):
            await (self._http if scope["type"] == "http" else self.app)(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, query = raw_path(scope), scope.get("query_string", b"").decode("latin-1")
        if not self._target.concerns_us(path, query, _telling(scope)):
            await self.app(scope, receive, send)
            return
        await self._look_closer(scope, receive, send, path, query)

    async def _look_closer(self, scope: Scope, receive_: Receive, send: Send, path: str, query: str) -> None:
        headers, body, whole, replay = headers_of(scope), b"", True, receive_
        if wants_body(self._target.below(path) or "", first(headers, "content-type")):
            body, whole, replay = await read_body(receive_, length_of(headers))
        request = self._target.request(scope["method"], path, query, headers, body if whole else b"", _client(scope))
        flow = receive(request, self.applinks.mechanisms, whole=whole, address=self._target.realm)
        outcome = await self.applinks.run_async(flow)
        if isinstance(outcome, Response):
            await respond(outcome, send, with_body=request.method != "HEAD")
        elif isinstance(outcome, Principal):
            await self._as_principal(outcome, scope, replay, send)
        else:
            await self.app(scope, replay, send)

    async def _as_principal(self, principal: Principal, scope: Scope, replay: Receive, send: Send) -> None:
        scope = {**scope, "state": {**scope.get("state", {}), "applinks_principal": principal}}
        async with self.applinks.acting_as(principal.person):
            set_depth(principal.depth)
            await self.app(scope, replay, _witnessing(send, principal, self._target.realm))


def headers_of(scope: Scope) -> Pairs:
    """The headers, in lower case."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])


def _telling(scope: Scope) -> Pairs:
    """Those of them by which a request may concern us; most do not, and need no more decoded."""
    found = [(name, value) for name, value in scope["headers"] if name.lower() in TELLING]
    return headers_of({"headers": found}) if found else ()


def raw_path(scope: Scope) -> str:
    """The path as it was sent; servers that keep only the decoded one get it encoded again in the plain way."""
    raw = scope.get("raw_path")
    if raw is None:
        return encoded_again(scope["path"])
    return bytes(raw).partition(b"?")[0].decode("latin-1")


def _client(scope: Scope) -> str | None:
    client = scope.get("client")
    return str(client[0]) if client else None


def length_of(headers: Pairs) -> int | None:
    """The declared length of the body, if it is a number."""
    text = first(headers, "content-length") or ""
    return int(text) if text.isdecimal() and len(text) < 16 else None


async def read_body(receive_: Receive, length: int | None, limit: int = BODY_LIMIT) -> tuple[bytes, bool, Receive]:
    """Up to the limit of a body, whether that is all of it, and a `receive` that gives it out again from the start."""
    if length is not None and length > limit:
        return b"", False, receive_
    read: list[Message] = []
    body = b""
    more = True
    while more and len(body) <= limit:
        message = await receive_()
        read.append(message)
        body += message.get("body", b"")
        more = message["type"] == "http.request" and bool(message.get("more_body", False))

    async def replay() -> Message:
        return read.pop(0) if read else await receive_()

    return body, not more and len(body) <= limit, replay


async def respond(response: Response, send: Send, *, with_body: bool) -> None:
    """Send an answer of our own."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status != HTTPStatus.NO_CONTENT:  # which has no length (RFC 9110, 8.6)
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body if with_body else b""})


def _witnessing(send: Send, principal: Principal, realm: str) -> Send:
    """Say on the answer for whom it was made; and on a 401 of the application itself, that OAuth is spoken here."""
    said = [(b"x-ausername", quote(principal.witness, safe="").encode())]
    said += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in principal.headers]

    async def witnessing(message: Message) -> None:
        if message["type"] == "http.response.start":
            more = [(b"www-authenticate", challenge(realm).encode("latin-1"))] if message["status"] == 401 else []
            message = {**message, "headers": [*message.get("headers", ()), *said, *more]}
        await send(message)

    return witnessing
