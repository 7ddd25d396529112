"""The other application: a small HTTP server that counts what it was asked to do.

What it is asked for is told by the path, so that a test says it in its script:
`effect` counts and answers with the count; `flaky/N` asks for patience so many times first; `slow/SECONDS` takes its time;
`broken` ends the connection after the effect, without an answer; `gate` answers when the test opens it.
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


@dataclass
class FarSide:
    """What has arrived. `effects` counts by what the caller said in its body, `keys` by idempotency key."""

    url: str
    effects: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    arrived: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def far_side() -> Iterator[FarSide]:
    """One that runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        do_POST = do_PUT = do_DELETE = do_GET

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told = json.loads(body) if body else {}
            path = urlsplit(self.path).path.strip("/")
            with far.turn:
                far.asked.append((self.command, path))
                far.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = self._answer(path.removeprefix("bank/"), told)
            written = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(written)))
            if status == 429:
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(written)

        def _answer(self, path: str, told: dict[str, Any]) -> tuple[int, Any]:
            what, _, more = path.partition("/")
            name = str(told.get("name", path))
            if what == "flaky":
                with far.turn:
                    far.refused[name] += 1
                    if far.refused[name] <= int(more):
                        return 429, {}
            if what == "failing":
                with far.turn:
                    far.refused[name] += 1
                    if far.refused[name] <= int(more):
                        return 500, {}
            if what == "gate":
                far.arrived.set()
                far.gate.wait(60)
            if self.command != "GET":
                with far.turn:
                    far.effects[name] += 1
                    far.keys[self.headers.get("idempotency-key", "")] += 1
            if what == "broken":
                self.close_connection = True
                raise ConnectionAbortedError
            return 200, {"count": far.effects[name], "path": path}

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    far = FarSide(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield far
    finally:
        far.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
