"""One request as bytes, and three ways to deliver it: to an ASGI and a WSGI application in this process, and over a socket."""

from __future__ import annotations

import asyncio
import io
import json
import re
import select
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

VIEW = "x-view"
"""The header in which the application tells what it saw: answers to HEAD have no body."""


@dataclass(frozen=True)
class Raw:
    """Header names are lower case; `target` is path and query as they travel."""

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """What came back; `status` 0 stands for a connection that was closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any] | None:
        """What the application saw, if the request got that far."""
        return json.loads(self.headers[VIEW]) if VIEW in self.headers else None

    @property
    def problem(self) -> str | None:
        """The OAuth problem by which it was refused: the same in header and body, where there is a body."""
        told = re.match(r'OAuth realm="[^"]*", oauth_problem="([a-z_]+)"', self.headers.get("www-authenticate", ""))
        if told is None or (self.body and self.body.decode().partition("&")[0] != f"oauth_problem={told[1]}"):
            return None
        return told[1]


def through_asgi(loop: asyncio.AbstractEventLoop, app: Any, raw: Raw) -> Outcome:
    """As an ASGI server would hand it on."""
    path, _, query = raw.target.partition(b"?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": raw.method,
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(_with_length(raw)),
        "server": ("callee.test", 80),
    }
    pieces = [raw.body[:7], raw.body[7:]] if raw.body else [b""]
    incoming = [{"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]} for piece in pieces]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    loop.run_until_complete(app(scope, receive, send))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Outcome(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def through_wsgi(app: Any, raw: Raw, *, keeps_target: bool) -> Outcome:
    """As a WSGI server would hand it on; not all keep the target as it came."""
    path, _, query = raw.target.partition(b"?")
    environ = {
        "REQUEST_METHOD": raw.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "callee.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(raw.body),
        "wsgi.errors": io.StringIO(),
        **({"REQUEST_URI": raw.target.decode("latin-1")} if keeps_target else {}),
    }
    for name, value in _with_length(raw):
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value.decode('latin-1')}" if key in environ else value.decode("latin-1")
    started: list[Any] = []
    answer = app(environ, lambda status, headers, *_: started.extend((status, headers)))
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    status, headers = started
    return Outcome(int(status[:3]), {name.lower(): value for name, value in headers}, body)


PATIENCE = 1.0
"""Seconds without an answer, after which the server is told that nothing more will come."""


def through_socket(address: tuple[str, int], data: bytes) -> Outcome:
    """Whatever these bytes are, sent at once.

    The sending half is closed only if there is no answer for a while: uvicorn hangs up on who does so earlier, and what was
    admitted would look as if it had not been.
    """
    with socket.create_connection(address, timeout=30) as connection:
        try:
            connection.sendall(data)
            if not select.select([connection], [], [], PATIENCE)[0]:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it hung up at once: what it said, if anything, can still be read
        response = HTTPResponse(connection)
        try:
            response.begin()
            body = response.read()
        except OSError:
            return Outcome(0, {}, b"")
        except Exception as error:
            if type(error).__name__ in {"BadStatusLine", "RemoteDisconnected", "IncompleteRead"}:
                return Outcome(0, {}, b"")
            raise
        finally:
            response.close()
        return Outcome(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def on_the_wire(raw: Raw) -> bytes:
    """HTTP/1.1, with nothing mended."""
    lines = [b"%s %s HTTP/1.1" % (raw.method.encode("latin-1"), raw.target), b"host: callee.test", b"connection: close"]
    lines += [b"%s: %s" % header for header in _with_length(raw)]
    return b"\r\n".join([*lines, b"", raw.body])


def _with_length(raw: Raw) -> tuple[tuple[bytes, bytes], ...]:
    has_one = any(name == b"content-length" for name, _ in raw.headers)
    return raw.headers if has_one or not raw.body else (*raw.headers, (b"content-length", b"%d" % len(raw.body)))
