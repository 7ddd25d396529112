"""One server process: the smallest application there is, by itself or behind somebody's middleware.

Serves by uvicorn on the file descriptor that it is told until its standard input ends. The application answers with the name
of whoever was admitted.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from contextvars import ContextVar
from typing import Any

import uvicorn

NOBODY = "nobody"
ADMITTED: ContextVar[str] = ContextVar("admitted", default=NOBODY)
"""Set by the middleware of others; ours says it by `current_user()`."""


def application(name_of_user: Any, far_side: bool) -> Any:
    """An ASGI application. A `far_side` says in a header for whom it answers, as the products do."""
    headers = [(b"content-type", b"text/plain"), *([(b"x-ausername", b"alice")] if far_side else [])]

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        body = name_of_user().encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    return answer


def made(kind: str, settings: dict[str, Any]) -> Any:
    """The application of that kind; only what it needs is loaded."""
    if kind == "applinks":
        return behind_applinks(settings)
    bare = application(ADMITTED.get, kind == "far side")
    if kind in {"alone", "far side"}:
        return bare
    from bench import others

    middleware = {"oauthlib": others.Oauthlib, "Authlib": others.Authlib}[kind]
    return middleware(bare, **settings)


def behind_applinks(settings: dict[str, Any]) -> Any:
    """Ours, on a database that has been set up."""
    from applinks import AsyncAppLinks, Person, current_user
    from applinks.frameworks import ASGIMiddleware

    class People:
        def find(self, name: str) -> Person | None:
            return Person(name) if name == "alice" else None

        def sign_in(self, name: str, password: str) -> None:
            """Nobody signs in here."""

    def name_of_user() -> str:
        person = current_user(default=None)
        return person.name if person else NOBODY

    return ASGIMiddleware(application(name_of_user, far_side=False), AsyncAppLinks(people=People(), **settings))


def serve(listening: socket.socket, app: Any) -> None:
    """Without a log, which would cost more than the application."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_keep_alive=600)
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Serve until the bench closes our input."""
    listening, told = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    threading.Thread(target=serve, args=(listening, made(**told)), daemon=True).start()
    sys.stdin.read()
    os._exit(0)
