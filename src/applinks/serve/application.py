"""Puts the application that stands alone together. It is an ASGI application; any ASGI server can serve it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as Answer
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from applinks import AsyncAppLinks
from applinks.frameworks import ASGIMiddleware, ASGIPages
from applinks.serve import health
from applinks.serve.counting import Counting
from applinks.serve.own_pages import OwnPages
from applinks.serve.signed_in import SignedIn
from applinks.serve.signing_in import SIGN_IN, SIGN_OUT
from applinks.web import RunsScripts
from applinks.wire.messages import Response

PATIENCE = 30.0
"""Seconds that runs have to end, or to be handed over, once the application is asked to stop."""


class Running(RunsScripts, Protocol):
    """What runs scripts beside the pages, such as `applinks.running.Scripts`."""

    @property
    def busy(self) -> int:
        """How many runs this process performs now."""

    @property
    def trouble(self) -> str | None:
        """Why nothing that is queued runs here, in a few words; None if it does."""

    def start(self) -> object:
        """Begin, in the event loop of the server; requests are taken when this has returned, which is soon."""

    def close(self, seconds: float) -> None:
        """Begin nothing new, and finish what runs or hand it over within so many seconds. In a thread of its own."""


def create(
    applinks: AsyncAppLinks,
    *,
    scripts: Running | None = None,
    routes: Sequence[BaseRoute] = (),
    patience: float = PATIENCE,
) -> ASGIApp:
    """The whole application: pages, endpoints, health, and `routes` of whoever has more, below the path of our address.

    `applinks` must keep its people itself (`people=Staff()`), and is closed when the server stops; `scripts` begin and end with
    the server, and have so many seconds of `patience` to end.
    """
    prefix = urlsplit(applinks.identity.url).path.rstrip("/")
    sign_in, sign_out = f"{prefix}{SIGN_IN}?next={{}}", f"{prefix}{SIGN_OUT}"
    inside = [
        *_watched(applinks, scripts, lambda: counting),
        *routes,
        Mount("/plugins/servlet", ASGIPages(applinks, sign_in=sign_in, sign_out=sign_out, scripts=scripts)),
        Mount("/", OwnPages(applinks, sign_in=sign_in, sign_out=sign_out)),
    ]
    below = [Mount(prefix, routes=inside)] if prefix else inside
    app = Starlette(routes=below, lifespan=_lifespan(applinks, scripts, patience))
    counting = Counting(ASGIMiddleware(SignedIn(app, applinks), applinks), applinks.identity.url)
    return counting


def _watched(applinks: AsyncAppLinks, scripts: Running | None, counting: Callable[[], Counting]) -> list[BaseRoute]:
    async def live(_: Request) -> Answer:
        return _sent(health.live())

    async def ready(_: Request) -> Answer:
        return _sent(await applinks.run_async(health.ready(None if scripts is None else scripts.trouble)))

    async def metrics(request: Request) -> Answer:
        performed = 0 if scripts is None else scripts.busy
        flow = health.metrics(request.headers.get("authorization"), counting().requests, performed)
        return _sent(await applinks.run_async(flow))

    pages: dict[str, Callable[[Request], Awaitable[Answer]]] = {"/healthz": live, "/readyz": ready, "/metrics": metrics}
    return [Route(path, page) for path, page in pages.items()]


def _sent(response: Response) -> Answer:
    return Answer(response.body, response.status, headers=dict(response.headers))


def _lifespan(
    applinks: AsyncAppLinks, scripts: Running | None, patience: float
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Runs begin before the first request, and have ended before the connections are given back."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with applinks:
            if scripts is None:
                yield
                return
            scripts.start()
            try:
                yield
            finally:
                await asyncio.to_thread(scripts.close, patience)

    return lifespan
