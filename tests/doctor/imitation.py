"""A far side of our own making: it answers as an application with links does, until a test says otherwise. On a real socket."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

from applinks.links import new_key
from applinks.wire import consumer_info, manifest
from applinks.wire.consumer_info import ConsumerInfo
from applinks.wire.manifest import AuthenticationKind, Manifest

KEY = new_key()
ID = "7c4b6a52-2f5d-4d0c-9c53-0d8f1c7b0f11"
CONSUMER_KEY = f"wiki:{ID}"
OAUTH = (
    AuthenticationKind.THREE_LEGGED,
    AuthenticationKind.TWO_LEGGED,
    AuthenticationKind.TWO_LEGGED_IMPERSONATING,
)
MANIFEST, CONSUMER, WHO = "/rest/applinks/1.0/manifest", "/plugins/servlet/oauth/consumer-info", "/rest/auth/1/session"

Answer = tuple[int, dict[str, str], bytes]
Answers = Callable[[Any], Answer]


class Imitation:
    """Its port is its own for good: it can be stopped and started. `answers` hold what is said at a path instead of the usual."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.manifest = Manifest(ID, "Wiki", "jira", self.url, "10.3.2", 1, "9.2.2", OAUTH, OAUTH)
        self.answers: dict[str, Answer | Answers] = {}
        self.password: str | None = None
        self.tls: SSLContext | None = None
        self.silent, self.rude = threading.Event(), False
        self._server: _Server | None = None

    def start(self) -> None:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self.silent.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        self.silent.clear()

    def answer(self, handler: BaseHTTPRequestHandler) -> Answer:
        path = handler.path.partition("?")[0]
        said = self.answers.get(path)
        if said is not None:
            return said(handler) if callable(said) else said
        if path == MANIFEST:
            return 200, {"content-type": "application/xml"}, manifest.write_xml(self.manifest)
        if path == CONSUMER:
            info = ConsumerInfo(CONSUMER_KEY, "Wiki", KEY.public.text)
            return 200, {"content-type": "application/xml"}, consumer_info.write(info)
        if path == WHO:
            return self._who(handler)
        return 404, {"content-type": "text/plain"}, b"nothing here"

    def _who(self, handler: BaseHTTPRequestHandler) -> Answer:
        """Whoever signs is alice; whoever brings a password must bring the right one."""
        proof = handler.headers.get("authorization") or ""
        if self.password is not None and proof != f"Basic {b64encode(f'wiki-bot:{self.password}'.encode()).decode()}":
            return 401, {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}, b"no"
        name = "wiki-bot" if self.password is not None else "alice"
        return 200, {"content-type": "application/json", "x-ausername": name}, f'{{"name": "{name}"}}'.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, imitation: Imitation) -> None:
        self.imitation = imitation
        super().__init__(("127.0.0.1", imitation.port), _Handler)

    def get_request(self) -> Any:
        connection, address = super().get_request()
        if self.imitation.tls is not None:
            connection = self.imitation.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever breaks off does so on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        imitation = self.server.imitation
        if imitation.rude:
            return
        with suppress(OSError):
            super().handle()

    def do_GET(self) -> None:
        imitation = self.server.imitation
        if imitation.answers.get("silent"):
            imitation.silent.wait(30)
            return
        status, headers, body = imitation.answer(self)
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            if name != "date":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "Imitation"

    def log_message(self, *_: object) -> None:
        """Nothing."""
