"""Three applications that run and are linked, people who browse them, and one more application that calls them."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2
import pytest
import uvicorn
from werkzeug.serving import make_server

from applinks import Administrator, AppLinks, Policy
from applinks.demo import forge, tracker, wiki
from applinks.demo.people import People
from applinks.frameworks import ASGIMiddleware, WSGIMiddleware

TYPES = {"Tracker": "jira", "Wiki": "confluence", "Forge": "bitbucket"}
ADMIN = Administrator("admin", "admin")


@dataclass
class Browser:
    """Somebody who reads pages and sends the forms on them."""

    http: httpx2.Client
    page: str = ""

    def get(self, path: str) -> httpx2.Response:
        return self._read(self.http.get(path))

    def send(self, path: str, **fields: str) -> httpx2.Response:
        return self._read(self.http.post(path, data={"token": self.token(), **fields}))

    def sign_in(self, name: str, password: str | None = None, **more: str) -> httpx2.Response:
        self.get("/login")
        return self.send("/login", name=name, password=name if password is None else password, **more)

    def link(self, words: str) -> str:
        """Where a link with these words leads."""
        found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{re.escape(words)}</a>', self.page)
        assert found, f"no link {words!r}"
        return found[1]

    def token(self) -> str:
        found = re.search(r'<meta name="form-token" content="([^"]+)">', self.page)
        assert found
        return found[1]

    def _read(self, response: httpx2.Response) -> httpx2.Response:
        self.page = unescape(response.text)
        return response


@dataclass(frozen=True)
class World:
    """The three applications by name, their addresses, and `caller`: an application that is linked with each of them."""

    tracker: tracker.Tracker
    wiki: wiki.Wiki
    forge: forge.Forge
    urls: dict[str, str]
    caller: AppLinks

    @contextmanager
    def calling(self, name: str, user: str | None) -> Iterator[httpx2.Client]:
        """A client whose requests reach the application of that name signed, as this user; None: plain, as nobody."""
        if user is None:
            with httpx2.Client(base_url=self.urls[name]) as client:
                yield client
        else:
            with self.caller.acting_as(user), self.caller.link(name).client() as client:
                yield client

    @contextmanager
    def browsing(self, name: str, user: str | None = None) -> Iterator[Browser]:
        """A browser at the application of that name, with this user signed in."""
        with httpx2.Client(base_url=self.urls[name], follow_redirects=True, timeout=30) as http:
            browser = Browser(http)
            if user:
                assert browser.sign_in(user).status_code == 200
            yield browser


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        urls, made = {}, {}
        for name, create in (("Tracker", tracker.create), ("Wiki", wiki.create), ("Forge", forge.create)):
            listening, urls[name] = stack.enter_context(listen())
            made[name] = create(data, urls[name], secret="only for this test")
            stack.enter_context(serving(made[name].app, listening))
        stack.callback(made["Forge"].close)
        listening, url = stack.enter_context(listen())
        caller = AppLinks(f"sqlite:///{data}/caller.db", url=url, name="Caller", type="generic", people=People())
        stack.enter_context(caller)
        stack.enter_context(serving(WSGIMiddleware(nothing, caller), listening))
        link_all(caller, *urls.values())
        for name, url in urls.items():
            with AppLinks(f"sqlite:///{data}/applinks-{name.lower()}.db", url=url, name=name, type=TYPES[name]) as applinks:
                link_all(applinks, *(other for other in urls.values() if other != url))
                admit_deployment(applinks)
                leave_carol_out(applinks)
        made["Forge"].applinks.change_link("Wiki", execute_as="integration", by="admin")
        asyncio.run(made["Wiki"].applinks.change_link("Forge", fixed_user=True, by="admin"))
        yield World(made["Tracker"], made["Wiki"], made["Forge"], urls, caller)


def link_all(applinks: AppLinks, *urls: str) -> None:
    for url in urls:
        applinks.create_link(url, ADMIN, same_users=True, by="admin")


def admit_deployment(applinks: AppLinks) -> None:
    """Let the integrations' account be impersonated, though it is an administrator; erin is named nowhere."""
    for linked in applinks.links():
        applinks.change_policy(linked.name, Policy(administrators=frozenset({"deployment"})), by="admin")


def leave_carol_out(applinks: AppLinks) -> None:
    """Carol Clark has another name in the wiki, and neither name is anybody else's."""
    for linked in applinks.links():
        if "Wiki" in {applinks.identity.name, linked.name}:
            applinks.change_link(linked.name, excluded=["carol", "cclark"], by="admin")


@contextmanager
def listen() -> Iterator[tuple[socket.socket, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def serving(app: Any, listening: socket.socket) -> Iterator[None]:
    run, stop = (asgi if isinstance(app, ASGIMiddleware) else wsgi)(app, listening)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(10)


def asgi(app: Any, listening: socket.socket) -> tuple[Callable[[], None], Callable[[], None]]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))

    def stop() -> None:
        server.should_exit = True

    return lambda: server.run(sockets=[listening]), stop


def wsgi(app: Any, listening: socket.socket) -> tuple[Callable[[], None], Callable[[], None]]:
    host, port = listening.getsockname()
    server = make_server(host, port, app, threaded=True, fd=listening.fileno())
    return lambda: server.serve_forever(0.05), server.shutdown


def nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [])
    return []
