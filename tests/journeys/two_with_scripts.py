"""Two linked applications with scripts, each behind a real socket: one under ASGI, one under WSGI."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from applinks import Administrator, AppLinks, current_user
from applinks.demo.servers import _asgi, _listening, _wsgi
from applinks.frameworks import ASGIMiddleware, ASGIPages, WSGIMiddleware, WSGIPages
from applinks.running.scripts import Scripts
from applinks.scripts import ENDED, Event, Events, EventState, Run, Runs
from intake import Directory

PATIENCE = 60.0


@dataclass
class Side:
    """One of the two. What it is told at `/rest/change` has happened there."""

    applinks: AppLinks
    scripts: Scripts

    def changed(self, payload: dict[str, Any] | None = None) -> None:
        """As its own code says it, in a request or not."""
        person = current_user(default=None)
        self.scripts.occurred("changed", payload or {}, user=person.name if person else "alice")

    def events(self) -> tuple[Event, ...]:
        found: tuple[Event, ...] = self.applinks.answer(Events())
        return found[::-1]

    def runs(self) -> tuple[Run, ...]:
        found: tuple[Run, ...] = self.applinks.answer(Runs())
        return found[::-1]

    def is_quiet(self) -> bool:
        """Whether nothing is to be done any more."""
        return all(event.state is not EventState.RECEIVED for event in self.events()) and all(
            run.state in ENDED for run in self.runs()
        )


def until(done: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


@contextmanager
def two(folder: Path, desk: str, wiki: str, **more: Any) -> Iterator[tuple[Side, Side]]:
    """Desk (ASGI) and Wiki (WSGI), linked both ways, with these scripts; `more` goes to `Scripts`."""
    with ExitStack() as stack:
        sides = []
        for name, script, serve in (("Desk", desk, _serve_asgi), ("Wiki", wiki, _serve_wsgi)):
            scripts = folder / name.lower()
            scripts.mkdir()
            (scripts / "both.py").write_text(script)
            socket = stack.enter_context(_listening())
            url = f"http://127.0.0.1:{socket.getsockname()[1]}"
            applinks = AppLinks(f"sqlite:///{folder}/{name}.db", url=url, name=name, type=name.lower(), people=Directory())
            stack.callback(applinks.close)
            side = Side(applinks, Scripts(applinks, scripts, **more))
            stack.enter_context(serve(side, socket))
            sides.append(side)
        one, other = sides
        administrator = Administrator("root", "root")
        one.applinks.create_link(other.applinks.identity.url, administrator, same_users=True, by="root")
        stack.enter_context(one.scripts)
        stack.enter_context(other.scripts)
        yield one, other


def _serve_asgi(side: Side, socket: Any) -> Any:
    async def change(request: Request) -> JSONResponse:
        side.changed(await request.json())
        return JSONResponse({})

    pages = ASGIPages(side.applinks, scripts=side.scripts)
    app = Starlette(routes=[Route("/rest/change", change, methods=["POST"]), Mount("/plugins/servlet", pages)])
    return _asgi(ASGIMiddleware(app, side.applinks), socket)


def _serve_wsgi(side: Side, socket: Any) -> Any:
    pages = WSGIPages(side.applinks, scripts=side.scripts)

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/plugins/servlet"):
            return pages(environ, start_response)
        side.changed(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start_response("200 OK", [("content-type", "application/json")])
        return [b"{}"]

    return _wsgi(WSGIMiddleware(app, side.applinks), socket)
