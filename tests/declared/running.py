"""Applications that run behind real servers with their HTTP interface, and link files that reach them by a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from applinks import AppLinks, AsyncAppLinks, Person
from applinks.declared import InterfaceDoor, LinkFile, Surroundings, apply, doors_of, parse
from applinks.frameworks import ASGIMiddleware, ASGIPages, WSGIMiddleware, WSGIPages
from journeys.serving import address_of, asgi, listen, wsgi


class Directory:
    """The same people everywhere."""

    def find(self, name: str) -> Person | None:
        return Person(name, administrator=name == "ada") if name in {"ada", "alice"} else None

    def sign_in(self, name: str, password: str) -> Person | None:
        return None


@dataclass
class Running:
    """One of them, its token that may change, and the requests that it got."""

    url: str
    applinks: AppLinks
    token: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def running(name: str, folder: Path, kind: str = "wsgi") -> Iterator[Running]:
    with listen() as listening:
        url, database = address_of(listening), f"sqlite:///{folder}/{name.lower()}.db"
        told: dict[str, Any] = {"url": url, "name": name, "type": name.lower(), "people": Directory()}
        with AppLinks(database, **told) as applinks:
            made = Running(url, applinks, applinks.make_token("file", user="ada", by="root").secret)
            if kind == "asgi":
                own = AsyncAppLinks(database, **told)
                served: Any = asgi(_noting_async(ASGIMiddleware(ASGIPages(own), own), made), listening)
            else:
                served = wsgi(_noting(WSGIMiddleware(WSGIPages(applinks), applinks), made), listening)
            with served:
                yield made


def _noting(app: Any, made: Running) -> Any:
    def noting(environ: Any, start_response: Any) -> Any:
        made.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return app(environ, start_response)

    return noting


def _noting_async(app: Any, made: Running) -> Any:
    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            made.requests.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    return noting


def by_token(key: str, url: str) -> str:
    return f'[applications.{key}]\nurl = "{url}"\ntoken = "env:{key.upper()}_TOKEN"\n'


def reading(written: str, folder: Path, **environment: str) -> LinkFile:
    return parse(written, "links.toml", Surroundings(folder, environment))


def applied(file: LinkFile, **options: Any) -> list[str]:
    with doors_of(file, {}) as doors:
        return [step.title for step in apply(file, doors, by="root", **options)]


class Killed(BaseException):
    """Nobody handles it, as nobody handles a kill."""


@contextmanager
def interrupted(monkeypatch: Any, number: int, *, after: bool) -> Iterator[Callable[[], int]]:
    """Whoever applies ends at the request of that number, before it is sent or after it was answered; tells how many there were."""
    asked, count = InterfaceDoor._asked, 0

    def counting(self: InterfaceDoor, method: str, path: str, body: Any = None) -> Any:
        nonlocal count
        count += 1
        if count == number and not after:
            raise Killed
        answer = asked(self, method, path, body)
        if count == number:
            raise Killed
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(InterfaceDoor, "_asked", counting)
        yield lambda: count
