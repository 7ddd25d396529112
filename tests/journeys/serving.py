"""Serves applications on sockets of this machine, in threads, as a real server would."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
import waitress.server
from waitress import wasyncore


def listen() -> socket.socket:
    """A socket that takes connections from now on, on a free port."""
    return socket.create_server(("127.0.0.1", 0), backlog=256)


def address_of(listening: socket.socket, path: str = "", scheme: str = "http") -> str:
    host, port = listening.getsockname()
    return f"{scheme}://{host}:{port}{path}"


@contextmanager
def asgi(app: Any, listening: socket.socket, **tls: Any) -> Iterator[None]:
    """By uvicorn; `tls` are its settings."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, **tls))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def wsgi(app: Any, listening: socket.socket) -> Iterator[None]:
    """By waitress."""
    channels: dict[int, Any] = {}
    server = waitress.server.create_server(app, sockets=[listening], threads=8, map=channels, max_request_body_size=2**26)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=30, map=channels, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(channels)
