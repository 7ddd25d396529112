"""The application that is attacked: it tells what it sees and as whom it thinks it is asked. Once in Starlette, once in Flask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask import request as flask_request
from starlette.requests import Request
from starlette.responses import Response

from applinks import AppLinks, AsyncAppLinks, current_user
from applinks.frameworks import ASGIMiddleware, WSGIMiddleware
from applinks.links import Incoming, Link, SameUsers
from generated.forging import CONSUMERS
from generated.raw import VIEW, Outcome, Raw, through_asgi, through_wsgi
from journeys.people import Directory
from journeys.serving import address_of, asgi, listen, wsgi
from putting import put


def name_of_user() -> str | None:
    person = current_user(default=None)
    return person.name if person else None


async def in_starlette(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    try:
        async with request.form() as sent:
            form = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    except Exception:  # noqa: BLE001 what cannot be parsed is not seen
        form = []
    seen = {"user": name_of_user(), "method": request.method, "path": scope["path"]}
    seen |= {"query": request.query_params.multi_items(), "form": form}
    await Response(headers={VIEW: json.dumps(seen)})(scope, receive, send)


def in_flask() -> Flask:
    app = Flask(__name__)

    @app.before_request
    def view() -> Any:
        seen = {"user": name_of_user(), "method": flask_request.method, "path": flask_request.path}
        for name, parsed in (("query", "args"), ("form", "form")):
            try:
                seen[name] = list(getattr(flask_request, parsed).items(multi=True))
            except Exception:  # noqa: BLE001 what cannot be parsed is not seen
                seen[name] = []
        return "", {VIEW: json.dumps(seen)}

    return app


def register(applinks: Any) -> None:
    """The consumers that the application knows, each with its key and the method it is pinned to."""
    for consumer in CONSUMERS.values():
        incoming = Incoming(consumer.level, consumer.key, consumer.public, consumer.method)
        address = f"https://{consumer.key}.test"
        same = SameUsers(True, "admin", 0)
        put(applinks, Link(consumer.key, consumer.key, "generic", address, address, incoming=incoming, same_users=same))


@dataclass(frozen=True)
class Callee:
    """`send` delivers a request; `url` is the declared address, `applinks` its records."""

    kind: str
    url: str
    send: Callable[[Raw], Outcome]
    applinks: AppLinks


@contextmanager
def in_process(folder: Path, kind: str) -> Iterator[Callee]:
    """No server: what a server might let through comes through."""
    url, database = "https://callee.test/wiki", f"sqlite:///{folder}/callee.db"
    settings = {"url": url, "name": "Callee", "people": Directory()}
    with AppLinks(database, **settings) as applinks:
        register(applinks)
        if kind == "asgi":
            with asyncio.Runner() as runner:
                app: Any = ASGIMiddleware(in_starlette, AsyncAppLinks(database, **settings))
                yield Callee(kind, url, lambda raw: through_asgi(runner.get_loop(), app, raw), applinks)
        else:
            app = WSGIMiddleware(in_flask(), applinks)
            yield Callee(kind, url, lambda raw: through_wsgi(app, raw, keeps_target=kind == "wsgi"), applinks)


@contextmanager
def on_a_socket(folder: Path, kind: str) -> Iterator[tuple[Callee, tuple[str, int]]]:
    """The same behind uvicorn or waitress."""
    with ExitStack() as stack:
        listening = stack.enter_context(listen())
        url, database = address_of(listening), f"sqlite:///{folder}/callee.db"
        settings = {"url": url, "name": "Callee", "people": Directory()}
        applinks = stack.enter_context(AppLinks(database, **settings))
        register(applinks)
        app = (
            ASGIMiddleware(in_starlette, AsyncAppLinks(database, **settings))
            if kind == "asgi"
            else WSGIMiddleware(in_flask(), applinks)
        )
        stack.enter_context((asgi if kind == "asgi" else wsgi)(app, listening))
        yield Callee(kind, url, lambda _: Outcome(0, {}, b""), applinks), listening.getsockname()
