"""An application of ours on a socket of this machine, with people who sign in and press buttons, and resources shaped like the
products': what the clients of others are served by, and what calls the providers of others."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import escape
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask import Flask, request
from flask import Response as FlaskResponse
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from applinks import AppLinks, AsyncAppLinks, Consumer, current_user
from applinks.frameworks import ASGIMiddleware, ASGIPages, WSGIMiddleware
from applinks.frameworks.flask import pages
from applinks.incoming import consent
from applinks.wire.oauth1 import SignatureMethod
from journeys.people import PASSWORD, Directory
from journeys.serving import address_of, asgi, listen, wsgi
from peers.browser import Browser, Page
from peers.client import Task
from peers.keys import KeyPair
from peers.tap import Tap

ASGI, WSGI = "uvicorn and Starlette", "waitress and Flask"
VERBS = ["GET", "POST", "PUT", "DELETE"]
SIGN_IN = "/login?next={}"
CALLBACK = "https://consumer.example.test/back?to=here"
_numbers = count(1)


@dataclass
class Site:
    """What the host application is, whichever framework it is written in."""

    name: str
    applinks: Any = None
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """Browsers keep cookies by host, whatever the port."""
        return f"session-{self.name}"

    def signed_in(self, cookies: str) -> str | None:
        found = SimpleCookie(cookies).get(self.cookie)
        return self.sessions.get(found.value) if found else None

    def login(self, method: str, query: str, form: str) -> tuple[int, dict[str, str], bytes]:
        after = dict(parse_qsl(query)).get("next", "/")
        if method != "POST":
            page = f'<form method="post" action="/login?{escape(query)}"><input name="name"><input name="password"><button>'
            return 200, {"content-type": "text/html"}, page.encode()
        said = dict(parse_qsl(form))
        if said.get("password") != PASSWORD:
            return 401, {}, b"no"
        session = secrets.token_hex()
        self.sessions[session] = said["name"]
        return 303, {"location": after, "set-cookie": f"{self.cookie}={session}; Path=/; HttpOnly"}, b""

    def resource(self, path: str, query: str, form: str) -> tuple[int, dict[str, str], bytes]:
        person = current_user(default=None)
        if person is None:
            return 401, {}, b"nobody"
        if path == "/whoami":
            return 200, {"content-type": "text/plain;charset=utf-8"}, person.name.encode()
        body = {
            "/rest/api/2/serverInfo": {"version": "9.12.0", "versionNumbers": [9, 12, 0], "deploymentType": "Server"},
            "/rest/api/2/myself": {"name": person.name, "displayName": person.full_name, "active": True},
            "/rest/api/2/issue/OPS-1": {
                "key": "OPS-1",
                "id": "1",
                "fields": {"summary": "Publish it", "creator": {"name": person.name}},
            },
            "/rest/api/content/77": {"id": "77", "type": "page", "title": f"Seen by {person.name}", "query": parse_qs(query)},
            "/echo": {"user": person.name, "query": parse_qsl(query, True), "form": parse_qsl(form, True)},
        }.get(path)
        return (404, {}, b"") if body is None else (200, {"content-type": "application/json"}, json.dumps(body).encode())


def _in_starlette(site: Site, applinks: AsyncAppLinks) -> Any:
    async def login(request: Request) -> Response:
        status, headers, body = site.login(request.method, request.url.query, (await request.body()).decode())
        return Response(body, status, headers)

    async def resource(request: Request) -> Response:
        status, headers, body = site.resource(request.url.path, request.url.query, (await request.body()).decode())
        return Response(body, status, headers)

    async def behind_sign_in(scope: Any, receive: Any, send: Any) -> None:
        name = site.signed_in(Request(scope).headers.get("cookie", "")) if scope["type"] == "http" else None
        if name is None:
            await app(scope, receive, send)
        else:
            async with applinks.acting_as(name):
                await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            yield

    app = Starlette(
        routes=[
            Route("/login", login, methods=["GET", "POST"]),
            Mount("/plugins/servlet", ASGIPages(applinks, sign_in=SIGN_IN)),
            Route("/{rest:path}", resource, methods=VERBS),
        ],
        lifespan=lifespan,
    )
    return ASGIMiddleware(behind_sign_in, applinks)


def _in_flask(site: Site, applinks: AppLinks) -> Any:
    app = Flask(__name__)
    app.register_blueprint(pages(applinks, sign_in=SIGN_IN))

    def answered(say: Callable[..., tuple[int, dict[str, str], bytes]], first: str) -> FlaskResponse:
        status, headers, body = say(first, request.query_string.decode(), request.get_data().decode())
        return FlaskResponse(body, status, headers)

    app.add_url_rule("/login", "login", lambda: answered(site.login, request.method), methods=["GET", "POST"])
    app.add_url_rule("/<path:rest>", "resource", lambda rest: answered(site.resource, request.path), methods=VERBS)

    def behind_sign_in(environ: Any, start_response: Any) -> Any:
        name = site.signed_in(environ.get("HTTP_COOKIE", ""))
        if name is None:
            return app(environ, start_response)
        with applinks.acting_as(name):
            return list(app(environ, start_response))

    return WSGIMiddleware(behind_sign_in, applinks)


def link_name(key: str) -> str:
    return f"Link of {key}"


@dataclass
class OurApplication:
    """One that runs. `applinks` is another process's view of its records; `tap` has what came over the wire."""

    kind: str
    url: str
    database: str
    people: Directory
    applinks: AppLinks
    tap: Tap
    site: Site

    # ---- who may call

    def consumer(self, method: str, keys: KeyPair, *, callback: str = CALLBACK, same_users: bool = False, **terms: Any) -> Task:
        """Let a new consumer in, by hand, with a secret or a key as its method wants: what its client needs to know."""
        key = f"consumer {next(_numbers)}"
        secret = f"the secret of {key} & 100% more" if method.startswith("HMAC") else ""
        proof = {"secret": secret} if secret else {"public_key": keys.public}
        known = Consumer(key, signature_method=SignatureMethod(method), **proof, **terms)
        self.applinks.register_link(link_name(key), None, consumer=known, same_users=same_users, by="admin")
        base = f"{self.url}/plugins/servlet/oauth"
        addresses = (f"{base}/request-token", f"{base}/authorize", f"{base}/access-token", callback)
        private = "" if secret else keys.private
        return Task(key, method, secret, private, self.url, *addresses, url=f"{self.url}/whoami")

    def grant_of(self, task: Task) -> str:
        """The id of what somebody has allowed to that consumer."""
        (given,) = self.applinks.grants(link=link_name(task.consumer_key))
        return given.grant.id

    # ---- who decides

    def sign_in(self, browser: Browser, name: str) -> None:
        page = browser.send(Page(f"{self.url}/login", text="<form>"), name=name, password=PASSWORD)
        assert page.status != 401, page

    def decide(self, token: str, user: str, said: str = "allow") -> Page:
        """The person opens the page, signs in on the way, presses a button; where they are then."""
        with Browser() as browser:
            asked = browser.go(f"{self.url}/plugins/servlet/oauth/authorize?oauth_token={token}")
            assert urlsplit(asked.url).path == "/login", asked
            page = browser.send(asked, name=user, password=PASSWORD)
            assert (page.status, "act as you?" in page.words) == (200, True), page
            return browser.press(page, said)

    def approve(self, user: str) -> Callable[[str], str]:
        """What `Peer.dance` needs: a person who agrees, and where they are sent then."""
        return lambda token: self.decide(token, user).url

    def decided(self, token: str, user: str = "alice", *, allow: bool = True) -> str:
        """The same without a page: the verifier."""
        return self.applinks.run(consent.decide(token, self.people[user], allow=allow)).verifier

    # ---- time

    def end(self, table: str, column: str, task: Task) -> None:
        """Let the time of a consumer's rows be over: what a clock would do, if the test could wait."""
        link_id = self.applinks.link(link_name(task.consumer_key)).id
        engine = create_engine(self.database)
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = 1 WHERE link_id = :id"), {"id": link_id})
            connection.execute(text("UPDATE versions SET number = number + 1"))
        engine.dispose()


@contextmanager
def our_application(folder: Path, kind: str, name: str = "Ours") -> Iterator[OurApplication]:
    """Start one, with its pages."""
    with ExitStack() as stack:
        listening = stack.enter_context(listen())
        url, people, tap, site = address_of(listening), Directory(), Tap(), Site(name)
        database = f"sqlite:///{folder}/{name}.db"
        settings: Any = {"url": url, "name": name, "people": people, "plain_http": True}
        if kind == ASGI:
            own: Any = AsyncAppLinks(database, **settings)
            app, serve = tap.asgi(_in_starlette(site, own)), asgi
        else:
            own = stack.enter_context(AppLinks(database, **settings))
            app, serve = tap.wsgi(_in_flask(site, own)), wsgi
        looking = stack.enter_context(AppLinks(database, **settings))
        stack.enter_context(serve(app, listening))
        yield OurApplication(kind, url, database, people, looking, tap, site)
