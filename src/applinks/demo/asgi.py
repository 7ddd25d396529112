"""What the two asynchronous applications, tracker and wiki, share: who is signed in, forms, and the frame of their pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from applinks import AsyncAppLinks, current_user
from applinks.demo import look, safety
from applinks.demo.bodies import LARGEST, BadBody, parse
from applinks.demo.happened import Told
from applinks.demo.messages import JustAllowed, Kind, Message
from applinks.demo.people import People
from applinks.frameworks import ASGIPages
from applinks.running import Scripts

PATIENCE = 5.0
"""Seconds that scripts have to end when the server stops; what takes longer goes on when it is started again."""

FormEndpoint = Callable[[Request, FormData], Awaitable[Response]]


class SafeHeaders:
    """Puts the safe headers on every answer; those that it has already, it keeps: consent needs a policy of its own."""

    def __init__(self, app: ASGIApp, url: str) -> None:
        self.app = app
        self.headers = safety.safe_headers(url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; dress the answer."""

        async def send_safely(message: Event) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    given.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_safely)


class SignedIn:
    """Tells `applinks` who is signed in, for the length of a request.

    A signed request from a linked application comes first: who acts in it has been decided already. And because browsers send
    cookies along unasked, under `/rest` a session may only read.
    """

    def __init__(self, app: ASGIApp, applinks: AsyncAppLinks, people: People) -> None:
        self.app = app
        self.applinks = applinks
        self.people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, inside the scope of whoever is signed in."""
        name = self._name(scope) if scope["type"] == "http" else None
        person = self.people.find(name) if name else None
        if person is None or not person.active:
            await self.app(scope, receive, send)
        else:
            async with self.applinks.acting_as(person):
                await self.app(scope, receive, send)

    def _name(self, scope: Scope) -> str | None:
        if current_user(default=None) is not None:
            return None
        if scope["path"].startswith("/rest/") and scope["method"] not in {"GET", "HEAD"}:
            return None
        return safety.signed_in(HTTPConnection(scope).session)


@dataclass(frozen=True)
class Site:
    """The frame of an application's pages: its name, its templates, signing in and out, and forms that cannot be forged."""

    name: str
    url: str
    people: People
    templates: Jinja2Templates
    just_allowed: JustAllowed

    def page(
        self, request: Request, template: str, *, status: int = 200, message: Message | None = None, **context: object
    ) -> Response:
        """A rendered page, with this message or the one that waits for the person."""
        person = current_user(default=None)
        said = request.session.pop("said", None)
        waiting = Message(**said) if said else person and self.just_allowed.message(person.name)
        frame = {
            "status": status,
            "site": self.name,
            "person": person,
            "token": safety.form_token(request.session),
            "message": message or waiting,
        }
        return self.templates.TemplateResponse(request, template, frame | context, status_code=status)

    def go_on(self, request: Request, path: str, said: str, address: str | None = None, kind: Kind = Kind.SUCCESS) -> Response:
        """Send the person to a page that will tell them, once, what was done and perhaps where to look at it."""
        request.session["said"] = {"kind": kind, "text": said, "address": address}
        return RedirectResponse(path, 303)

    def form(self, path: str, endpoint: FormEndpoint) -> Route:
        """A route for a form, which goes to `endpoint` if it came from one of our own pages."""

        async def checked(request: Request) -> Response:
            form = await request.form(max_files=0, max_fields=20, max_part_size=LARGEST)
            site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
            if not safety.genuine(request.session, text_of(form, "token"), url=self.url, site=site, origin=origin):
                raise HTTPException(403, "This form has expired or came from elsewhere. Go back, reload and send it again.")
            return await endpoint(request, form)

        return Route(path, checked, methods=["POST"])

    def routes(self) -> list[BaseRoute]:
        """Signing in and out, and the style sheet."""
        return [
            Route("/login", self.ask_to_sign_in),
            self.form("/login", self.sign_in),
            self.form("/logout", self.sign_out),
            Mount("/static", StaticFiles(directory=look.STATIC)),
        ]

    async def ask_to_sign_in(self, request: Request) -> Response:
        """The form for name and password."""
        return self.page(request, "login.html", next=request.query_params.get("next", "/"), refused=False)

    async def sign_in(self, request: Request, form: FormData) -> Response:
        """Begin a new session for whoever knows the password."""
        person = self.people.sign_in(text_of(form, "name"), text_of(form, "password"))
        if person is None:
            return self.page(request, "login.html", status=403, next=text_of(form, "next"), refused=True)
        safety.begin_session(request.session, person.name)
        return RedirectResponse(safety.local_path(text_of(form, "next")), 303)

    async def sign_out(self, request: Request, form: FormData) -> Response:  # noqa: ARG002 every form endpoint is given the form
        """End the session."""
        request.session.clear()
        return RedirectResponse("/login", 303)

    async def to_sign_in(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 an exception handler
        """Nobody is acting: send them to the form, and back afterwards."""
        back = safety.target(request.url.path, request.url.query) if request.method == "GET" else "/"
        return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The page for a status of 400 and above."""
        status, reason = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
        return self.page(request, "refused.html", status=status, reason=reason)


def middleware(site: Site, applinks: AsyncAppLinks, secret: str) -> list[Middleware]:
    """What every request of such an application passes, from the outside in; `secret` signs the sessions."""
    return [
        Middleware(SafeHeaders, url=site.url),
        Middleware(
            SessionMiddleware,
            secret_key=f"{site.name} {secret}",
            session_cookie=safety.cookie_name(site.name, site.url),
            max_age=safety.IDLE,
            https_only=site.url.startswith("https:"),
        ),
        Middleware(SignedIn, applinks=applinks, people=site.people),
    ]


def pages_of(applinks: AsyncAppLinks, scripts: Scripts) -> Mount:
    """The pages of `applinks` itself: consent, what people have allowed, the dance; their messages, and what scripts did."""
    return Mount("/plugins/servlet", ASGIPages(applinks, sign_in="/login?next={}", scripts=scripts))


def living(applinks: AsyncAppLinks, told: Told) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A life span: scripts run while the server does, and learn first what they were not told; then connections go."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            told.tell()
            told.scripts.start()
            try:
                yield
            finally:
                await asyncio.to_thread(told.scripts.close, PATIENCE)

    return lifespan


def text_of(form: FormData, name: str) -> str:
    """A text field of a form; empty if it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


async def read_json(request: Request) -> Any:
    """The JSON in a body of bearable size, or `BadBody`."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise BadBody("The body is too large.")
    return parse(bytes(body))
