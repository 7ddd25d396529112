"""Serves the three applications on free ports of this machine, each in a thread: two by uvicorn, one by waitress."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import uvicorn
import waitress.server
from waitress import wasyncore

from applinks.demo import forge, tracker, wiki


@dataclass(frozen=True)
class Running:
    """The three applications, each at its address."""

    tracker: tracker.Tracker
    wiki: wiki.Wiki
    forge: forge.Forge

    def addresses(self) -> dict[str, str]:
        """Name → address."""
        us = [application.applinks.identity for application in (self.tracker, self.wiki, self.forge)]
        return {identity.name: identity.url for identity in us}


@contextmanager
def running(data: Path) -> Iterator[Running]:
    """Start the three with their files in `data`; stop them at the end."""
    secret = token_urlsafe(32)
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        sockets = [stack.enter_context(_listening()) for _ in range(3)]
        urls = [f"http://127.0.0.1:{listening.getsockname()[1]}" for listening in sockets]
        three = Running(*(make(data, url, secret=secret) for make, url in zip(MAKERS, urls, strict=True)))
        stack.enter_context(_asgi(three.tracker.app, sockets[0]))
        stack.enter_context(_asgi(three.wiki.app, sockets[1]))
        stack.callback(three.forge.close)
        stack.enter_context(_wsgi(three.forge.app, sockets[2]))
        yield three


MAKERS: tuple[Callable[..., Any], ...] = (tracker.create, wiki.create, forge.create)


def _listening() -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    return listening


@contextmanager
def _asgi(app: Any, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", server_header=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _wsgi(app: Any, listening: socket.socket) -> Iterator[None]:
    server = waitress.server.create_server(app, sockets=[listening], ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()
