"""The world of the examples: an application called Example, linked with the three of the demo over real sockets.

With Tracker and Wiki it shares its users, with Forge it does not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from applinks import Administrator, AppLinks, AsyncAppLinks, Policy
from applinks.demo.people import People
from applinks.demo.servers import Running, running
from applinks.frameworks import WSGIMiddleware
from docs.pages import ROOT

ADMIN = Administrator("admin", "admin")
RUN_AS = {"deployment": {"alice", "group:releasers"}}


@dataclass
class World:
    """Both faces of Example, and the three others."""

    applinks: AppLinks
    asynchronous: AsyncAppLinks
    three: Running

    def names(self) -> dict[str, object]:
        """What the examples may use without having made it."""
        flashed: list[tuple[str, ...]] = []
        return {
            "applinks": self.applinks,
            "forge": self.three.forge.applinks,
            "log": logging.getLogger("example"),
            "issue": SimpleNamespace(key="OPS-7", summary="Launch", description="Up & away"),
            "flash": lambda *message: flashed.append(message),
            "flashed": flashed,
            "DATA": ROOT,
        }


@pytest.fixture
def world(lasting_world: World) -> Iterator[World]:
    """As if it were made for one page: the links that this makes go with it."""
    before = {linked.link.id for linked in lasting_world.applinks.links()}
    yield lasting_world
    for linked in lasting_world.applinks.links():
        if linked.link.id not in before:
            lasting_world.applinks.delete_link(linked.link.name, by="admin")


@pytest.fixture(scope="session")
def lasting_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    database = f"sqlite:///{folder}/example.db"
    with running(folder / "three") as three, _serving() as (server, url):
        who = {"url": url, "name": "Example", "people": People(), "run_as": RUN_AS}
        with AppLinks(database, **who) as applinks:
            server.set_app(WSGIMiddleware(_nothing, applinks))
            _link(applinks, three)
            yield World(applinks, AsyncAppLinks(database, **who), three)


def _link(applinks: AppLinks, three: Running) -> None:
    at = three.addresses()
    for name, same_users in (("Tracker", True), ("Wiki", True), ("Forge", False)):
        applinks.create_link(at[name], ADMIN, same_users=same_users, by="admin")
    deployment = Policy(administrators=frozenset({"deployment"}))
    for database in ("tracker", "wiki"):
        with AppLinks(f"sqlite:///{_folder(three)}/applinks-{database}.db") as theirs:
            theirs.change_policy("Example", deployment, by="admin")


def _folder(three: Running) -> Path:
    return three.wiki.records._path.parent


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _serving() -> Iterator[tuple[_Server, str]]:
    server = make_server("127.0.0.1", 0, _nothing, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _nothing(environ, start_response):
    start_response(f"404 {HTTPStatus(404).phrase}", [("Content-Length", "0")])
    return [b""]
