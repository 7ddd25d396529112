"""The other application: a small HTTP server that counts what it was asked to do.

How it answers is told by the first part of the path, so that a test says it in its script: see `FarSide.answer`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Silence(Exception):
    """No answer is given."""


@dataclass
class FarSide:
    """What has arrived. `effects` counts by the name in the body, or by path; `keys` by idempotency key."""

    url: str = ""
    effects: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    arrived: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, name: str, key: str) -> tuple[int, Any]:
        """`failing/N` fails so many times first; `gate` answers when the test opens it; `missing` is not there before there was
        such an effect; `large` answers at length; `broken` does not answer at all. Whatever does not read has an effect.
        """
        what, _, more = path.removeprefix("bank/").partition("/")
        if what == "failing" and self._counted(self.refused, name) <= int(more):
            return 500, {}
        if what == "missing" and not self.effects[path]:
            return 404, {}
        if what == "gate":
            self.arrived.set()
            self.gate.wait(60)
        if method != "GET":
            self._counted(self.keys, key)
            self._counted(self.effects, name)
        if what == "broken":
            raise Silence
        return 200, {"count": self.effects[name], "path": path, "more": "x" * 2_000_000 if what == "large" else ""}

    def _counted(self, counter: Counter[str], name: str) -> int:
        with self.turn:
            counter[name] += 1
            return counter[name]

    def note(self, method: str, path: str, headers: dict[str, str]) -> None:
        """What was asked."""
        with self.turn:
            self.asked.append((method, path))
            self.headers.append(headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    far: FarSide

    def handle_one_request(self) -> None:
        """Every method is served alike."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path.strip("/")
        self.far.note(self.command, path, {name.lower(): value for name, value in self.headers.items()})
        told = json.loads(body) if body.startswith(b"{") else {}
        try:
            name, key = str(told.get("name", path)), self.headers.get("idempotency-key", "")
            status, answer = self.far.answer(self.command, path, name, key)
        except Silence:
            self.close_connection = True
            return
        written = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """Who asked is gone."""


@contextmanager
def far_side() -> Iterator[FarSide]:
    """One that runs."""
    far = FarSide()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"far": far}))
    far.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield far
    finally:
        far.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
