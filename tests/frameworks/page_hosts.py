"""Host applications as people write them: a sign-in of their own, our middleware outermost, our pages inside."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from typing import Any

import flask
import httpx2
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from applinks.frameworks import ASGIMiddleware, ASGIPages, WSGIMiddleware, WSGIPages
from applinks.frameworks.flask import pages
from applinks.people import current_user
from in_memory import InMemory

SIGN_IN = "/wiki/login?next={}"
BELOW = "/plugins/servlet"


def whoami() -> str:
    """What the hosts say at all other addresses."""
    person = current_user(default=None)
    return f"the application's own, for {person.name if person else 'nobody'}"


# ---- ASGI


class SignedIn:
    """The host's sign-in: a cookie says who it is, unless an application was admitted."""

    def __init__(self, app: Any, applinks: InMemory) -> None:
        self.app, self.applinks = app, applinks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = HTTPConnection(scope).cookies.get("who") if scope["type"] == "http" else None
        if name is None or current_user(default=None):
            await self.app(scope, receive, send)
        else:
            async with self.applinks.acting_as(name):
                await self.app(scope, receive, send)


def _asgi(app: Any, called: InMemory, stripped: bool) -> httpx2.Client:
    return TestClient(ASGIMiddleware(SignedIn(app, called), called, stripped=stripped), "https://example.com")


def starlette_mount(called: InMemory, stripped: bool) -> httpx2.Client:
    """`Mount`, as the documentation of `ASGIPages` has it."""
    prefix = "" if stripped else "/wiki"
    shown = Mount(f"{prefix}{BELOW}", ASGIPages(called, sign_in=SIGN_IN, stripped=stripped))
    own = Route("/{rest:path}", lambda request: PlainTextResponse(whoami()), methods=["GET", "POST"])
    return _asgi(Starlette(routes=[shown, own]), called, stripped)


def plain_asgi(called: InMemory, stripped: bool) -> httpx2.Client:
    """An application that looks at the path itself."""
    shown, own = ASGIPages(called, sign_in=SIGN_IN, stripped=stripped), PlainTextResponse

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (shown if BELOW in scope["path"] else own(whoami()))(scope, receive, send)

    return _asgi(app, called, stripped)


def fastapi_mount(called: InMemory, stripped: bool) -> httpx2.Client:
    """The same as Starlette's, by FastAPI's own `mount`."""
    from fastapi import FastAPI

    app = FastAPI()
    app.mount(f"{'' if stripped else '/wiki'}{BELOW}", ASGIPages(called, sign_in=SIGN_IN, stripped=stripped))
    app.add_api_route("/{rest:path}", whoami, methods=["GET", "POST"], response_class=PlainTextResponse)
    return _asgi(app, called, stripped)


# ---- WSGI


def _wsgi(app: Any, called: InMemory, stripped: bool) -> httpx2.Client:
    transport = httpx2.WSGITransport(WSGIMiddleware(app, called, stripped=stripped))
    return httpx2.Client(transport=transport, base_url="https://example.com")


def plain_wsgi(called: InMemory, stripped: bool) -> httpx2.Client:
    """An application that looks at path and cookie itself."""
    shown = WSGIPages(called, sign_in=SIGN_IN, stripped=stripped)

    def own(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [whoami().encode()]

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        serve = shown if BELOW in environ["PATH_INFO"] else own
        name = environ.get("HTTP_COOKIE", "").partition("who=")[2].partition(";")[0]
        if not name or current_user(default=None):
            return serve(environ, start_response)
        with called.acting_as(name):
            return serve(environ, start_response)

    return _wsgi(app, called, stripped)


def flask_application(called: InMemory, stripped: bool) -> flask.Flask:
    """With a blueprint, as the documentation of `pages` has it."""
    app = flask.Flask("host")
    prefix = None if stripped else "/wiki"
    app.register_blueprint(pages(called, sign_in=SIGN_IN, stripped=stripped), url_prefix=prefix)

    @app.before_request
    def sign_in() -> None:
        name = flask.request.cookies.get("who")
        if name and not current_user(default=None):
            flask.g.acting = called.acting_as(name)
            flask.g.acting.__enter__()

    @app.teardown_request
    def ended(_: BaseException | None) -> None:
        if "acting" in flask.g:
            flask.g.pop("acting").__exit__(None, None, None)

    @app.route("/", defaults={"rest": ""}, methods=["GET", "POST"])
    @app.route("/<path:rest>", methods=["GET", "POST"])
    def own(rest: str) -> str:
        return whoami()

    return app


def flask_blueprint(called: InMemory, stripped: bool) -> httpx2.Client:
    return _wsgi(flask_application(called, stripped), called, stripped)


Host = Callable[[InMemory, bool], httpx2.Client]
HOSTS: list[Host] = [starlette_mount, plain_asgi, plain_wsgi, flask_blueprint]
if importlib.util.find_spec("fastapi"):
    HOSTS.append(fastapi_mount)
