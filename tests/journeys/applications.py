"""The application that is called, twice with the same resources: in Starlette for ASGI, in Flask for WSGI.

It tells what it was sent, as its framework shows it to a view, and as whom. Nothing in it knows OAuth.
"""

from __future__ import annotations

import contextvars
import hashlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import Flask, jsonify, request
from flask import Response as FlaskResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from werkzeug.exceptions import HTTPException

from applinks import AsyncAppLinks, Person, current_user

VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LOGIN_PAGE = "<!DOCTYPE html><title>Log in</title><form action='/login'></form>"
PIECE = 64 * 1024


@dataclass
class Records:
    """What the application keeps: pages; and what tests look at while a request is on its way."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    first_piece_came: threading.Event = field(default_factory=threading.Event)
    background: list[str | None] = field(default_factory=list)
    background_done: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add_page(self, sent: dict[str, Any]) -> dict[str, Any]:
        page = {"id": str(next(self.numbers)), "title": sent["title"], "author": current_user().name}
        self.pages.append(page)
        return page | {"_links": {"webui": f"/pages/{page['id']}"}}


def name_of_user() -> str | None:
    person: Person | None = current_user(default=None)
    return person.name if person else None


def piece(number: int) -> bytes:
    """One of the pieces of a big file; no two are equal."""
    return hashlib.sha256(b"%d" % number).digest() * (PIECE // 32)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refused_there() -> tuple[dict[str, Any], int]:
    return {"errorMessages": ["You may look, not touch."], "errors": {"summary": "too short"}}, 403


# ---- Starlette


def starlette_application(records: Records, applinks: AsyncAppLinks, relay: Callable[[], Any] | None = None) -> Starlette:
    """`relay` is called by `/relay`, to reach a third application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            yield

    async def echo(request: Request) -> Response:
        body = await request.body()
        async with request.form() as sent:
            form = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
        return JSONResponse(
            {
                "user": name_of_user(),
                "method": request.method,
                "path": request.url.path,
                "query": request.query_params.multi_items(),
                "form": form,
                "type": request.headers.get("content-type", ""),
                "body": digest(body),
                "cookies": dict(request.cookies),
            }
        )

    async def session(request: Request) -> Response:
        name = name_of_user()
        return JSONResponse({"name": name}) if name else Response(status_code=401)

    async def content(request: Request) -> Response:
        return JSONResponse(records.add_page(await request.json()))

    async def upload(request: Request) -> Response:
        async with request.form() as form:
            file, comment = form["file"], form["comment"]
            content = await file.read()
        return JSONResponse({"user": name_of_user(), "name": file.filename, "comment": comment, "digest": digest(content)})

    async def download(request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(int(request.path_params["pieces"])):
                yield piece(number) if name_of_user() == "alice" else b"the scope had ended"

        return StreamingResponse(pieces(), media_type="application/octet-stream")

    async def swallow(request: Request) -> Response:
        whole = hashlib.sha256()
        async for part in request.stream():
            records.first_piece_came.set()
            whole.update(part)
        return JSONResponse({"user": name_of_user(), "digest": whole.hexdigest()})

    async def forbidden(request: Request) -> Response:
        body, status = refused_there()
        return JSONResponse(body, status)

    async def login(request: Request) -> Response:
        return HTMLResponse(LOGIN_PAGE)

    async def away(request: Request) -> Response:
        return Response(status_code=302, headers={"location": request.query_params["to"]})

    async def own_401(request: Request) -> Response:
        return PlainTextResponse("not you", 401)

    async def cookie(request: Request) -> Response:
        response = PlainTextResponse("kept?")
        response.set_cookie("session", "of the user before")
        return response

    async def background(request: Request) -> Response:
        _start_in_background(records)
        return PlainTextResponse("started")

    async def relayed(request: Request) -> Response:
        assert relay is not None
        return JSONResponse(await relay())

    routes = {
        "/echo": echo,
        "/deeper/down/echo": echo,
        "/rest/auth/1/session": session,
        "/rest/api/content": content,
        "/upload": upload,
        "/download/{pieces}": download,
        "/swallow": swallow,
        "/forbidden": forbidden,
        "/login": login,
        "/away": away,
        "/own-401": own_401,
        "/cookie": cookie,
        "/background": background,
        "/relay": relayed,
    }
    return Starlette(routes=[Route(path, view, methods=VERBS) for path, view in routes.items()], lifespan=lifespan)


# ---- Flask


def flask_application(records: Records, relay: Callable[[], Any] | None = None) -> Flask:
    """The same resources."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]

    def echo() -> Any:
        body = request.get_data(cache=True, parse_form_data=False)
        return jsonify(
            user=name_of_user(),
            method=request.method,
            path=request.script_root + request.path,
            query=list(request.args.items(multi=True)),
            form=list(request.form.items(multi=True)),
            type=request.headers.get("Content-Type", ""),
            body=digest(body),
            cookies=dict(request.cookies),
        )

    def session() -> Any:
        name = name_of_user()
        return jsonify(name=name) if name else FlaskResponse(status=401)

    def content() -> Any:
        return jsonify(records.add_page(request.get_json()))

    def upload() -> Any:
        file = request.files["file"]
        return jsonify(user=name_of_user(), name=file.filename, comment=request.form["comment"], digest=digest(file.read()))

    def download(pieces: int) -> Any:
        def parts() -> Iterator[bytes]:
            for number in range(pieces):
                yield piece(number) if name_of_user() == "alice" else b"the scope had ended"

        return FlaskResponse(parts(), mimetype="application/octet-stream")

    def swallow() -> Any:
        whole = hashlib.sha256()
        while part := request.stream.read(PIECE):
            records.first_piece_came.set()
            whole.update(part)
        return jsonify(user=name_of_user(), digest=whole.hexdigest())

    def forbidden() -> Any:
        body, status = refused_there()
        return jsonify(body), status

    def login() -> Any:
        return FlaskResponse(LOGIN_PAGE, mimetype="text/html")

    def away() -> Any:
        return FlaskResponse(status=302, headers={"location": request.args["to"]})

    def own_401() -> Any:
        return FlaskResponse("not you", 401, mimetype="text/plain")

    def cookie() -> Any:
        response = FlaskResponse("kept?")
        response.set_cookie("session", "of the user before")
        return response

    def background() -> Any:
        _start_in_background(records)
        return "started"

    def relayed() -> Any:
        assert relay is not None
        return jsonify(relay())

    routes = {
        "/echo": echo,
        "/deeper/down/echo": echo,
        "/rest/auth/1/session": session,
        "/rest/api/content": content,
        "/upload": upload,
        "/download/<int:pieces>": download,
        "/swallow": swallow,
        "/forbidden": forbidden,
        "/login": login,
        "/away": away,
        "/own-401": own_401,
        "/cookie": cookie,
        "/background": background,
        "/relay": relayed,
    }
    for number, (path, view) in enumerate(routes.items()):
        app.add_url_rule(path, str(number), view, methods=VERBS)
    app.register_error_handler(HTTPException, lambda error: error)
    return app


# ---- both


def _start_in_background(records: Records) -> None:
    """A thread with a copy of the request's context; it notes who acts at its start, and once nobody does any more."""
    context = contextvars.copy_context()
    records.background.append(name_of_user())

    def look() -> None:
        end = time.monotonic() + 20
        while name_of_user() is not None and time.monotonic() < end:
            records.first_piece_came.wait(0.005)
        records.background.append(name_of_user())
        records.background_done.set()

    threading.Thread(target=context.run, args=(look,), daemon=True).start()
