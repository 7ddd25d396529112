"""The host application's side under WSGI: Flask, Django, Pyramid, Bottle. The rules are those of `asgi.py`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from applinks.frameworks.target import Target, encoded_again
from applinks.incoming import BODY_LIMIT, Principal, receive, wants_body
from applinks.people import ActingAs, nobody_acts, set_depth
from applinks.wire.messages import Pairs, Response, first
from applinks.wire.problems import challenge

if TYPE_CHECKING:
    from applinks.assembly import Application

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


LONGEST_LENGTH = 16  # digits: longer numbers are no lengths, and reading them costs


class Input(Protocol):
    """What of `wsgi.input` is used here."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""


class WSGIMiddleware:
    """Wraps a WSGI application: admits requests that come over a link, serves our own endpoints, leaves the rest alone.

    An admitted request carries `environ["applinks.principal"]`, and `current_user()` is the person whose rights apply, until
    the last byte of the answer was made. `applinks` is an `AppLinks` with a `url`; `stripped` says that a proxy takes the path
    of that address away. Put it outermost: every request begins with nobody acting, in a context of its own.
    """

    def __init__(self, app: App, applinks: Application, *, stripped: bool = False) -> None:
        self.app = app
        self.applinks = applinks
        self._target = Target(applinks.identity, stripped=stripped)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        context = copy_context()
        context.run(nobody_acts)
        context.run(set_depth, 0)
        answer = context.run(self._http, environ, start_response)
        return answer if _is_made(answer, environ) else _InContext(answer, context)

    def _http(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        headers, path, query = headers_of(environ), raw_path(environ), environ.get("QUERY_STRING", "")
        if not self._target.concerns_us(path, query, headers):
            return self.app(environ, start_response)
        body, whole = b"", True
        if wants_body(self._target.below(path) or "", first(headers, "content-type")):
            body, whole = read_body(environ)
        client = environ.get("REMOTE_ADDR")
        request = self._target.request(environ["REQUEST_METHOD"], path, query, headers, body if whole else b"", client)
        flow = receive(request, self.applinks.mechanisms, whole=whole, address=self._target.realm)
        outcome = self.applinks.run(flow)
        if isinstance(outcome, Response):
            return respond(outcome, start_response, with_body=request.method != "HEAD")
        if isinstance(outcome, Principal):
            return self._as_principal(outcome, environ, start_response)
        return self.app(environ, start_response)

    def _as_principal(self, principal: Principal, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ["applinks.principal"] = principal
        set_depth(principal.depth)
        scope = self.applinks.acting_as(principal.person)
        scope.__enter__()
        try:
            answer = self.app(environ, _witnessing(start_response, principal, self._target.realm))
        except BaseException:
            scope.__exit__(None, None, None)
            raise
        return _Acting(answer, scope)


class _Acting:
    """An answer whose pieces are made while the person still acts: the scope ends with it."""

    def __init__(self, answer: Iterable[bytes], scope: ActingAs) -> None:
        self._answer = answer
        self._scope = scope

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            _close(self._answer)
        finally:
            self._scope.__exit__(None, None, None)


class _InContext:
    """An answer whose pieces are made in the context of its own request, whichever the server has by then."""

    def __init__(self, answer: Iterable[bytes], context: Context) -> None:
        self._answer = answer
        self._context = context
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._context.run(iter, self._answer)
        while (piece := self._context.run(next, pieces, None)) is not None:
            yield piece

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._context.run(_close, self._answer)


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _is_made(answer: Iterable[bytes], environ: Environ) -> bool:
    """Whether nobody's code runs any more while the answer is sent: then the server gets it as it is."""
    file_wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(answer, list | tuple) or (isinstance(file_wrapper, type) and isinstance(answer, file_wrapper))


class _Replayed(io.RawIOBase):
    """What was read already, then the rest of the input."""

    def __init__(self, read: bytes, rest: Input) -> None:
        self._read = io.BytesIO(read)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._read.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def headers_of(environ: Environ) -> Pairs:
    """The headers, in lower case."""
    pairs = [(name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name.startswith("HTTP_")]
    pairs += [(name, environ[key]) for name, key in _UNPREFIXED if environ.get(key)]
    return tuple(pairs)


_UNPREFIXED = (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH"))


def raw_path(environ: Environ) -> str:
    """The path as it was sent, where the server keeps it; else the decoded one, encoded again in the plain way."""
    for name in ("REQUEST_URI", "RAW_URI"):
        if environ.get(name):
            target = str(environ[name]).partition("?")[0]
            return _without_origin(target)
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return encoded_again(path.encode("latin-1"))


def _without_origin(target: str) -> str:
    """A target may be absolute (RFC 9112, 3.2.2); what is neither that nor a path stays what it is, and is none of ours."""
    scheme, mark, rest = target.partition("://")
    return f"/{rest.partition('/')[2]}" if mark and scheme.lower() in {"http", "https"} else target


def read_body(environ: Environ, limit: int = BODY_LIMIT) -> tuple[bytes, bool]:
    """Up to the limit of a body and whether that is all of it; the application finds it unread."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if length and not (length.isdecimal() and len(length) < LONGEST_LENGTH and int(length) <= limit):
        return b"", False
    if not length and not environ.get("wsgi.input_terminated"):
        return b"", True
    rest: Input = environ["wsgi.input"]
    wanted = int(length) if length else limit + 1
    body = b""
    while len(body) < wanted and (piece := rest.read(wanted - len(body))):
        body += piece
    environ["wsgi.input"] = io.BytesIO(body) if length else io.BufferedReader(_Replayed(body, rest))
    return body, len(body) <= limit


def respond(response: Response, start_response: StartResponse, *, with_body: bool) -> Iterable[bytes]:
    """Give an answer of our own."""
    length = [("content-length", str(len(response.body)))] if response.status != HTTPStatus.NO_CONTENT else []
    headers = [*response.headers, *length]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
    return [response.body] if with_body else []


def _witnessing(start_response: StartResponse, principal: Principal, realm: str) -> StartResponse:
    """Say on the answer for whom it was made; and on a 401 of the application itself, that OAuth is spoken here."""

    def witnessing(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        said = [("X-AUSERNAME", quote(principal.witness, safe="")), *principal.headers]
        more = [("WWW-Authenticate", challenge(realm))] if status.startswith("401") else []
        return start_response(status, [*headers, *said, *more], *rest)

    return witnessing
