"""The server that holds the records stops while requests come in: 503, and when it is back nothing is admitted twice (T-10, T-11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks, AsyncAppLinks
from applinks.frameworks import ASGIMiddleware, WSGIMiddleware
from applinks.store.sealing import FILE_VARIABLE
from concurrency.conftest import Fleet
from concurrency.server import People, asgi_application, wsgi_application
from journeys.people import ADMIN
from journeys.serving import address_of, asgi, listen, wsgi
from journeys.world import ASGI, WSGI, running
from servers import own_postgresql, own_valkey


@dataclass
class Away:
    """One application on a store that can be stopped; `fleet` has a single process, this one."""

    fleet: Fleet
    stop: Callable[[], None]
    start: Callable[[], None]


@pytest.fixture(params=[(ASGI, "postgresql"), (WSGI, "postgresql"), (ASGI, "valkey"), (WSGI, "valkey")], ids="-".join)
def away(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    kind, store = request.param
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keys"))
    with ExitStack() as stack:
        settings: dict[str, Any] = {"name": "Callee", "people": People(), "database": f"sqlite:///{tmp_path}/callee.db"}
        server: Any
        if store == "postgresql":
            server = own_postgresql()
            stack.callback(server.remove)
            server.start()
            settings["database"] = server.url()
        else:
            server = stack.enter_context(own_valkey())
            settings["replay"] = server.connection_url
        listening = stack.enter_context(listen())
        url = address_of(listening)
        looking = stack.enter_context(AppLinks(url=url, **settings))
        if kind == ASGI:
            stack.enter_context(asgi(closing_at_the_end(AsyncAppLinks(**settings)), listening))
        else:
            own = stack.enter_context(AppLinks(**settings))
            stack.enter_context(wsgi(WSGIMiddleware(wsgi_application, own), listening))
        front = stack.enter_context(running(tmp_path, "Front", WSGI))
        front.applinks.create_link(url, ADMIN, same_users=True, by="admin")
        yield Away(Fleet(url, [url], looking, front), server.stop, server.start)


def closing_at_the_end(applinks: AsyncAppLinks) -> Any:
    middleware = ASGIMiddleware(asgi_application, applinks)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await middleware(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await applinks.close()
        await send({"type": "lifespan.shutdown.complete"})

    return app


def test_while_it_is_away_all_are_answered_503_and_when_it_is_back_none_is_admitted_twice_t10_t11(
    away: Away, request: pytest.FixtureRequest
) -> None:
    fleet = away.fleet
    before = fleet.signed()
    assert fleet.at(0, before).text == "alice"
    away.stop()
    while_away = fleet.signed()
    for _ in range(2):
        for signed in (before, while_away):
            answer = fleet.at(0, signed)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "alice" not in answer.text
    away.start()
    again = fleet.at(0, before)
    if "postgresql" in request.node.name:  # which remembers
        assert (again.status_code, again.text) == (401, "oauth_problem=nonce_used")
        assert fleet.at(0, while_away).text == "alice"
        assert fleet.at(0, fleet.signed()).text == "alice"
    else:  # which was restarted empty, and cannot tell (F-54)
        assert again.status_code == 503
    assert fleet.applinks.verify_audit().broken is None
