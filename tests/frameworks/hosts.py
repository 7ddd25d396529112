"""One table of requests for both kinds of host: what a server hands over, what the application saw, what went back."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from applinks.frameworks import ASGIMiddleware, WSGIMiddleware
from applinks.people import current_user
from applinks.wire.messages import Request, first
from in_memory import InMemory

Headers = list[tuple[str, str]]


@dataclass
class Call:
    """A request as a server receives it: `target` raw, the body in the pieces in which it comes."""

    method: str = "GET"
    target: str = "/wiki/rest/page"
    headers: Headers = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    chunked: bool = False
    raw: bool = True
    """Whether the server keeps the target as it was sent."""
    cut: bool = False
    """Whether the sender hangs up before the whole body is there."""

    @classmethod
    def of(cls, request: Request, **more: Any) -> Call:
        """One that was signed for its public address."""
        target = "/" + request.url.partition("://")[2].partition("/")[2]
        return cls(request.method, target, list(request.headers), [request.body] if request.body else [], **more)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def announced(self) -> int | None:
        given = first(self.headers, "content-length")
        if given is not None:
            return int(given)
        return None if self.chunked or not self.pieces else sum(map(len, self.pieces))


@dataclass
class Application:
    """What the host application does, and what it saw. `fails` at "start" or "middle" of its answer."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    pieces: tuple[bytes, ...] = (b"one", b"two")
    fails: str = ""
    reads: bool = True

    calls: int = 0
    principal: Any = None
    users: list[str | None] = field(default_factory=list)
    body: bytes | None = None
    untouched: bool | None = None
    """Whether it was given the server's own body to read."""
    read_before: int | None = None
    """How many bytes of the body had been read before its turn."""
    path: str = ""

    def begin(self, principal: Any) -> None:
        self.calls += 1
        self.principal = principal
        self.note()
        if self.fails == "start":
            raise LookupError("the application failed")

    def note(self) -> None:
        user = current_user(None)
        self.users.append(user.name if user else None)

    def made(self) -> Iterator[bytes]:
        for number, piece in enumerate(self.pieces):
            if number and self.fails == "middle":
                raise LookupError("the application failed")
            self.note()
            yield piece


@dataclass
class Answer:
    status: int | None
    headers: Headers
    pieces: list[bytes]
    error: Exception | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


class Asgi:
    """As uvicorn hands requests over."""

    def serve(self, called: InMemory, application: Application, call: Call, **options: Any) -> Answer:
        return asyncio.run(self.serve_async(called, application, call, **options))

    async def serve_async(self, called: InMemory, application: Application, call: Call, **options: Any) -> Answer:
        given = {"bytes": 0}
        messages = list(self._messages(call))

        async def receive() -> dict[str, Any]:
            message = messages.pop(0) if messages else {"type": "http.disconnect"}
            given["bytes"] += len(message.get("body", b""))
            return message

        answer = Answer(None, [], [])

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            else:
                answer.pieces.append(message.get("body", b""))

        async def app(scope: dict[str, Any], receive_: Any, send_: Any) -> None:
            application.untouched = receive_ is receive
            application.read_before = given["bytes"]
            application.path = scope["path"]
            application.begin(scope.get("state", {}).get("applinks_principal"))
            if application.reads:
                application.body = await self._body(receive_)
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in application.headers]
            await send_({"type": "http.response.start", "status": application.status, "headers": headers})
            for piece in application.made():
                await send_({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.sleep(0)
            await send_({"type": "http.response.body", "body": b""})

        try:
            await ASGIMiddleware(app, called, **options)(self._scope(call), receive, send)
        except Exception as error:  # noqa: BLE001 the server would log it
            answer.error = error
        return answer

    @staticmethod
    def _messages(call: Call) -> Iterator[dict[str, Any]]:
        for number, piece in enumerate(call.pieces):
            yield {"type": "http.request", "body": piece, "more_body": call.cut or number + 1 < len(call.pieces)}
        if not call.pieces:
            yield {"type": "http.request"}

    @staticmethod
    async def _body(receive: Any) -> bytes:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                return body

    @staticmethod
    def _scope(call: Call) -> dict[str, Any]:
        headers = list(call.headers)
        if call.announced() is not None and first(headers, "content-length") is None:
            headers.append(("content-length", str(call.announced())))
        scope = {
            "type": "http",
            "method": call.method,
            "path": unquote_to_bytes(call.path).decode("utf-8", "replace"),
            "query_string": call.query.encode("latin-1"),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            "state": {"of_the_server": 1},
        }
        return scope | ({"raw_path": call.path.encode("latin-1")} if call.raw else {})


class Pipe(io.RawIOBase):
    """A `wsgi.input` that gives at most one piece at a time and counts what it gave."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        if not self._pieces or size == 0:
            return b""
        piece = self._pieces.pop(0)
        if 0 <= size < len(piece):
            self._pieces.insert(0, piece[size:])
            piece = piece[:size]
        self.given += len(piece)
        return piece


class Wsgi:
    """As a server under PEP 3333 does. `consume` is what it does with the answer before it closes it."""

    def serve(
        self,
        called: InMemory,
        application: Application,
        call: Call,
        consume: Callable[[Iterable[bytes]], list[bytes]] = list,
        **options: Any,
    ) -> Answer:
        pipe = Pipe(call.pieces)
        environ = self._environ(call, pipe)
        answer = Answer(None, [], [])

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
            answer.status, answer.headers = int(status.split(" ")[0]), headers

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            application.untouched = environ["wsgi.input"] is pipe
            application.read_before = pipe.given
            application.path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
            application.begin(environ.get("applinks.principal"))
            if application.reads:
                application.body = self._body(environ)
            start(f"{application.status} Said", list(application.headers))
            return application.made()

        try:
            result = WSGIMiddleware(app, called, **options)(environ, start_response)
            try:
                answer.pieces = consume(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
        except Exception as error:  # noqa: BLE001 the server would log it
            answer.error = error
        return answer

    @staticmethod
    def _body(environ: dict[str, Any]) -> bytes:
        length = environ.get("CONTENT_LENGTH")
        if length:
            body, wanted = b"", int(length)
            while len(body) < wanted and (piece := environ["wsgi.input"].read(wanted - len(body))):
                body += piece
            return body
        if not environ.get("wsgi.input_terminated"):
            return b""
        body = b""
        while piece := environ["wsgi.input"].read(8192):
            body += piece
        return body

    @staticmethod
    def _environ(call: Call, pipe: Pipe) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": call.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(call.path).decode("latin-1"),
            "QUERY_STRING": call.query,
            "SERVER_NAME": "inner.local",
            "SERVER_PORT": "8080",
            "wsgi.url_scheme": "http",
            "wsgi.input": pipe,
        }
        if call.raw:
            environ["REQUEST_URI"] = call.target
        for name, value in call.headers:
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        if call.announced() is not None:
            environ["CONTENT_LENGTH"] = str(call.announced())
        if call.chunked:
            environ["wsgi.input_terminated"] = True
        return environ
