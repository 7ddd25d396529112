"""An application whose public address has a path, whether its server sees that path or a proxy strips it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from applinks import AddressOutsideLink
from journeys.people import ADMIN
from journeys.world import ASGI, WSGI, Member, running

PATH = "/products/Track er".replace(" ", "%20")


def stripping(app: Any, kind: str, *, keeps: bool) -> Any:
    """What a proxy does to the path in front of the application, or (`keeps`) what a server does that is told a root path."""
    decoded = "/products/Track er"

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            path, raw = scope["path"], scope["raw_path"]
            assert path.startswith(decoded)
            if keeps:
                scope = {**scope, "root_path": decoded}
            else:
                scope = {**scope, "path": path.removeprefix(decoded), "raw_path": raw.removeprefix(PATH.encode())}
        await app(scope, receive, send)

    def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
        assert environ["PATH_INFO"].startswith(decoded)
        rest = environ["PATH_INFO"].removeprefix(decoded)
        told = {"SCRIPT_NAME": decoded, "PATH_INFO": rest} if keeps else {"PATH_INFO": rest, "REQUEST_URI": _stripped(environ)}
        return app({**environ, **told}, start_response)

    def _stripped(environ: dict[str, Any]) -> str:
        return str(environ["REQUEST_URI"]).removeprefix(PATH)

    return wsgi if kind == WSGI else asgi


@pytest.fixture(params=[True, False], ids=["path kept", "path stripped"])
def keeps(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=[ASGI, WSGI])
def two(request: pytest.FixtureRequest, tmp_path: Path, keeps: bool) -> Iterator[tuple[Member, Member]]:
    kind = request.param
    with (
        running(tmp_path, "Front", WSGI) as front,
        running(
            tmp_path, "Tracker", kind, path=PATH, outside=lambda app: stripping(app, kind, keeps=keeps), stripped=not keeps
        ) as tracker,
    ):
        front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
        yield front, tracker


def test_calls_reach_the_application_below_its_path_r21(two: tuple[Member, Member]) -> None:
    front, tracker = two
    assert tracker.url.endswith(quote("/products/Track er"))
    with front.applinks.acting_as("alice"):
        linked = front.applinks.link("Tracker")
        for path in ("echo", "/echo", f"{tracker.url}/echo", "echo?x=%C3%A4%20&y"):
            assert linked.get(path).json()["user"] == "alice"
        assert linked.who_am_i() == "alice"
        assert linked.post("echo", data={"a": "b c"}).json()["form"] == [["a", "b c"]]


def test_and_nothing_else_of_that_host(two: tuple[Member, Member]) -> None:
    front, _ = two
    with front.applinks.acting_as("alice"):
        linked = front.applinks.link("Tracker")
        for path in ("../Other/echo", "%2e%2e/Other", "..%2fOther"):
            with pytest.raises(AddressOutsideLink):
                linked.get(path)
        with linked.client() as client:
            for path in ("../Other/echo", "/../Other/echo"):
                with pytest.raises(AddressOutsideLink):
                    client.get(path)
