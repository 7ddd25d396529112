"""Two applications on sockets, as different sites to a browser: front calls the tracker, whose people are asked for consent.

Both have the plainest sign-in there is: whoever says a name is believed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from applinks import Administrator, AppLinks, AsyncAppLinks, CredentialsRequired, Person, current_user
from applinks.frameworks import ASGIMiddleware, ASGIPages, WSGIMiddleware
from applinks.frameworks.flask import pages
from applinks.running import Scripts
from journeys.serving import asgi, listen, wsgi

ADMIN = Administrator("admin", "admin's")
POLICY = "default-src 'none'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'"
SIGN_IN = """<h1>Sign in to {}</h1><form method="post" action="{}"><label>Name <input name="name" autofocus></label>
<button>Sign in</button></form>"""
SHELL = """<!doctype html><html lang="en"><head><title>{0}</title><meta name="viewport" content="width=device-width"></head>
<body><main>{1}</main></body></html>"""


class Directory(dict[str, Person]):
    def find(self, name: str) -> Person | None:
        return self.get(name)

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.get(name) if password == f"{name}'s" else None


EVERYBODY = Directory(
    {
        person.name: person
        for person in (
            Person("alice", "Alice Adams"),
            Person("bob", "Bob Brown"),
            Person("erin", "Erin Evans", administrator=True),
            Person("admin", "Ada Admin", administrator=True),
        )
    }
)


@dataclass
class Two:
    """Where they are, and their records as another process sees them."""

    front: AppLinks
    tracker: AppLinks

    @property
    def at_front(self) -> str:
        return self.front.identity.url

    @property
    def at_tracker(self) -> str:
        return self.tracker.identity.url

    def start_over(self) -> None:
        """Nobody has allowed anything."""
        for given in self.tracker.grants():
            self.tracker.revoke_grant(given.grant.id, by="admin")
        for held in self.front.consents():
            self.front.forget_consent("Tracker", held.user, by="admin")


@contextmanager
def running(folder: Path, *, linked: bool = True, scripts: Path | None = None, pasted: bool = False) -> Iterator[Two]:
    """Both; where they are linked, users are not shared, so that every call needs consent. Front is at `127.0.0.1`, the tracker at `localhost`:
    to browsers these are two sites."""
    with ExitStack() as stack:
        sockets = stack.enter_context(listen()), stack.enter_context(listen())
        ports = [listening.getsockname()[1] for listening in sockets]
        urls = f"http://127.0.0.1:{ports[0]}", f"http://localhost:{ports[1]}/tracker"
        databases = f"sqlite:///{folder}/front.db", f"sqlite:///{folder}/tracker.db"
        more: Any = {"people": EVERYBODY, "plain_http": True}
        front = AppLinks(databases[0], url=urls[0], name="Front", type="generic", pasted_scripts=pasted, **more)
        tracker = AsyncAppLinks(databases[1], url=urls[1], name="Tracker", type="generic", **more)
        two = Two(stack.enter_context(front), stack.enter_context(AppLinks(databases[1], url=urls[1], name="Tracker", **more)))
        started = stack.enter_context(Scripts(front, scripts)) if scripts is not None else None
        stack.enter_context(wsgi(front_application(front, lambda: urls[1], started), sockets[0]))
        stack.enter_context(asgi(tracker_application(tracker), sockets[1]))
        if linked:
            front.create_link(urls[1], ADMIN, same_users=False, by="admin")
        yield two


# ---- front: Flask


def front_application(applinks: AppLinks, elsewhere: Callable[[], str], scripts: Scripts | None = None) -> Any:
    """`/issues` calls the tracker as whoever is signed in."""
    app = flask.Flask("front")
    app.register_blueprint(pages(applinks, sign_in="/login?next={}", scripts=scripts))

    def page(title: str, body: str, status: int = 200) -> flask.Response:
        answer = flask.Response(SHELL.format(title, body), status)
        answer.headers["Content-Security-Policy"] = POLICY.format(elsewhere().removesuffix("/tracker"))
        return answer

    @app.before_request
    def sign_in() -> None:
        if name := flask.request.cookies.get("front"):
            flask.g.acting = applinks.acting_as(name)
            flask.g.acting.__enter__()

    @app.teardown_request
    def ended(_: BaseException | None) -> None:
        if "acting" in flask.g:
            flask.g.pop("acting").__exit__(None, None, None)

    @app.get("/login")
    def ask() -> flask.Response:
        return page("Sign in", SIGN_IN.format("Front", escape(flask.request.full_path)))

    @app.post("/login")
    def begin() -> Any:
        answer = flask.redirect(flask.request.args.get("next", "/"), 303)
        answer.set_cookie("front", flask.request.form["name"], httponly=True, samesite="Lax")
        return answer

    @app.get("/")
    @app.get("/issues")
    def issues() -> flask.Response:
        try:
            found = applinks.link("Tracker").get("issues").json()
        except CredentialsRequired as missing:
            back = urlencode({"return_to": flask.request.full_path.rstrip("?")})
            address = escape(f"{missing.authorization_url}&{back}")
            return page("Issues", f'<h1>Issues</h1><p>The tracker must be asked. <a href="{address}">Ask it</a></p>', 409)
        return page("Issues", f"<h1>Issues</h1><p>These are of {escape(found['name'])}.</p>")

    _hostile(app, page, elsewhere)
    return WSGIMiddleware(app, applinks)


def _hostile(app: flask.Flask, page: Callable[..., flask.Response], elsewhere: Callable[[], str]) -> None:
    """What another site might try on the tracker."""

    @app.get("/forged")
    def forged() -> flask.Response:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in flask.request.args.items()
        )
        action = f"{elsewhere()}/plugins/servlet/oauth/authorize"
        return page("A game", f'<h1>A game</h1><form method="post" action="{action}">{fields}<button>Play</button></form>')

    @app.get("/framing")
    def framing() -> flask.Response:
        answer = page("A game", f'<h1>A game</h1><iframe title="x" src="{escape(flask.request.args["it"])}"></iframe>')
        answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-src *"
        return answer


# ---- the tracker: Starlette


class SignedIn:
    """A cookie says who it is, unless an application was admitted."""

    def __init__(self, app: Any, applinks: AsyncAppLinks) -> None:
        self.app, self.applinks = app, applinks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        name = HTTPConnection(scope).cookies.get("tracker") if scope["type"] == "http" else None
        if name is None or current_user(default=None):
            await self.app(scope, receive, send)
        else:
            async with self.applinks.acting_as(name):
                await self.app(scope, receive, send)


def tracker_application(applinks: AsyncAppLinks) -> Any:
    """At an address with a path. `/issues` tells whose they are."""

    def page(title: str, body: str) -> HTMLResponse:
        return HTMLResponse(SHELL.format(title, body), headers={"content-security-policy": POLICY.format("")})

    async def ask(request: Request) -> Response:
        address = f"{request.url.path}?{request.url.query}"
        return page("Sign in", SIGN_IN.format("Tracker", escape(address)))

    async def begin(request: Request) -> Response:
        answer = RedirectResponse(request.query_params.get("next", "/tracker/"), 303)
        answer.set_cookie("tracker", str((await request.form())["name"]), httponly=True, samesite="lax")
        return answer

    async def home(request: Request) -> Response:
        return page("Tracker", "<h1>Tracker</h1>")

    async def sign_out(request: Request) -> Response:
        answer = page("Signed out", "<h1>Signed out</h1>")
        answer.delete_cookie("tracker")
        return answer

    async def issues(request: Request) -> Response:
        person = current_user(default=None)
        return JSONResponse({"name": person.full_name} if person else {}, 200 if person else 401)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            yield

    shown = ASGIPages(applinks, sign_in="/tracker/login?next={}", sign_out="/tracker/logout")
    routes = [
        Route("/tracker/", home),
        Route("/tracker/login", ask),
        Route("/tracker/login", begin, methods=["POST"]),
        Route("/tracker/logout", sign_out),
        Route("/tracker/issues", issues),
        Mount("/tracker/plugins/servlet", shown),
    ]
    return ASGIMiddleware(SignedIn(Starlette(routes=routes, lifespan=lifespan), applinks), applinks)
