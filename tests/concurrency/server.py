"""One server process among several: `server.py asgi|wsgi DATABASE URL SOCKET`; serves until its standard input ends.

It says a line when it is ready.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import Any

from applinks import AppLinks, AsyncAppLinks, Person, current_user
from applinks.frameworks import ASGIMiddleware, WSGIMiddleware


class People:
    """alice, and somebody who can make links."""

    def find(self, name: str) -> Person | None:
        return Person(name) if name == "alice" else None

    def sign_in(self, name: str, password: str) -> Person | None:
        return Person(name, administrator=True) if (name, password) == ("admin", "open sesame") else None


def name_of_user() -> bytes:
    person = current_user(default=None)
    return person.name.encode() if person else b"nobody"


async def asgi_application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-process", str(os.getpid()).encode())]})
        await send({"type": "http.response.body", "body": name_of_user()})


def wsgi_application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Process", str(os.getpid()))])
    return [name_of_user()]


def serve_asgi(listening: socket.socket, **settings: Any) -> None:
    import uvicorn

    app = ASGIMiddleware(asgi_application, AsyncAppLinks(**settings))
    print("ready", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off")).run(sockets=[listening])


def serve_wsgi(listening: socket.socket, **settings: Any) -> None:
    import waitress

    app = WSGIMiddleware(wsgi_application, AppLinks(**settings))
    print("ready", flush=True)
    waitress.serve(app, sockets=[listening], threads=16, _quiet=True)


def main() -> None:
    kind, database, url, descriptor = sys.argv[1:]
    listening = socket.socket(fileno=int(descriptor))
    serve = {"asgi": serve_asgi, "wsgi": serve_wsgi}[kind]
    settings = {"database": database, "url": url, "name": "Callee", "people": People()}
    threading.Thread(target=serve, args=(listening,), kwargs=settings, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
