"""The application that is called, in Starlette for ASGI; `in_flask.py` has the same resources.

It tells what it was sent, as the framework shows it to a view, and as whom. Nothing in it knows OAuth.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route

from applinks import AsyncAppLinks, current_user
from applinks.frameworks import ASGIPages
from journeys.records import (
    LOGIN_PAGE,
    REFUSED_THERE,
    SIGN_IN,
    SIGN_IN_PAGE,
    VERBS,
    Records,
    cookie_of,
    digest,
    name_of_user,
    piece,
    start_in_background,
)


class SigningIn:
    """The application's own sign-in: a request over a link comes first, and has nobody of its own."""

    def __init__(self, app: Any, applinks: AsyncAppLinks) -> None:
        self.app, self.applinks = app, applinks
        self.cookie = cookie_of(applinks.identity.name)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        cookies = HTTPConnection(scope).cookies if scope["type"] == "http" else {}
        name = cookies.get(self.cookie)
        if name is None or current_user(default=None) is not None:
            await self.app(scope, receive, send)
            return
        async with self.applinks.acting_as(unquote(name)):
            await self.app(scope, receive, send)


async def sign_in(request: Request) -> Response:
    if request.method == "GET":
        return HTMLResponse(SIGN_IN_PAGE)
    async with request.form() as form:
        response = RedirectResponse(str(form["next"]), 303)
        response.set_cookie(cookie_of(request.app.state.applinks.identity.name), quote(str(form["name"])))
    return response


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
    return JSONResponse(request.app.state.records.add_page(await request.json()))


async def upload(request: Request) -> Response:
    async with request.form() as form:
        file, comment = form["file"], form["comment"]
        content = await file.read()
    return JSONResponse({"user": name_of_user(), "name": file.filename, "comment": comment, "digest": digest(content)})


async def download(request: Request) -> Response:
    asking = current_user().name

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(int(request.path_params["pieces"])):
            yield piece(number) if name_of_user() == asking else b"the scope had ended"

    return StreamingResponse(pieces(), media_type="application/octet-stream")


async def swallow(request: Request) -> Response:
    whole = hashlib.sha256()
    async for part in request.stream():
        request.app.state.records.first_piece_came.set()
        whole.update(part)
    return JSONResponse({"user": name_of_user(), "digest": whole.hexdigest()})


async def forbidden(request: Request) -> Response:
    return JSONResponse(REFUSED_THERE, 403)


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
    start_in_background(request.app.state.records)
    return PlainTextResponse("started")


async def relayed(request: Request) -> Response:
    return JSONResponse(await request.app.state.relay())


ROUTES = {
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


def application(records: Records, applinks: AsyncAppLinks, relay: Callable[[], Any] | None) -> Starlette:
    """`relay` is awaited by `/relay`, to reach a third application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            yield

    routes = [Route(path, view, methods=VERBS) for path, view in ROUTES.items()]
    routes += [
        Route(SIGN_IN, sign_in, methods=["GET", "POST"]),
        Mount("/plugins/servlet", ASGIPages(applinks, sign_in=f"{SIGN_IN}?next={{}}")),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SigningIn, applinks=applinks)], lifespan=lifespan)
    app.state.records, app.state.relay, app.state.applinks = records, relay, applinks
    return app
