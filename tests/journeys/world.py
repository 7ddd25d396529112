"""Applications that run on sockets of this machine and are linked with one another, by the public interface alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from applinks import AppLinks, AsyncAppLinks, Policy
from applinks.frameworks import ASGIMiddleware, WSGIMiddleware
from applinks.questions import drive, drive_async
from applinks.store.sealing import FILE_VARIABLE
from journeys import in_flask, in_starlette
from journeys.people import ADMIN, Directory
from journeys.records import Records
from journeys.serving import address_of, asgi, listen, wsgi

RUN_AS = {"deployment": {"alice"}, "dave": {"alice"}, "ghost": {"alice"}}
ASGI, WSGI = "asgi", "wsgi"
SYNC, ASYNC = "sync", "async"


@dataclass
class Member:
    """An application that runs. `applinks` is another process's view of its records, for looking and changing."""

    name: str
    url: str
    folder: Path
    people: Directory
    applinks: AppLinks
    app: Any
    database: str
    records: Records = field(default_factory=Records)

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to know of its records: keys lie beside a file, and for a server's database in the folder."""
        keys = self.folder / "keys"
        return {"APPLINKS_DATABASE": self.database} | ({FILE_VARIABLE: str(keys)} if keys.exists() else {})

    def entries(self, kind: str) -> list[Any]:
        """What was written down, oldest first."""
        return [written.entry for written in reversed(self.applinks.audit(1000)) if written.entry.kind == kind]


@contextmanager
def running(
    folder: Path,
    name: str,
    kind: str,
    *,
    path: str = "",
    relay: Callable[[Any], Any] | None = None,
    outside: Any = None,
    stripped: bool = False,
    database: str | None = None,
    **more: Any,
) -> Iterator[Member]:
    """Start one. Under ASGI it uses `AsyncAppLinks`, under WSGI `AppLinks`; `outside` wraps what the server serves, `stripped`
    says that it takes the path of the address away. Its `database` is SQLite in the folder, unless another one is given."""
    with ExitStack() as stack:
        listening = stack.enter_context(listen())
        url = address_of(listening, path)
        people, records = Directory(), Records()
        settings = {"type": "jira", "run_as": RUN_AS, **more, "url": url, "name": name, "people": people}
        database = database or f"sqlite:///{folder}/{name}.db"
        own: Any = (AsyncAppLinks if kind == ASGI else AppLinks)(database, **settings)
        if kind == ASGI:
            app: Any = ASGIMiddleware(
                in_starlette.application(records, own, relay and (lambda: relay(own))), own, stripped=stripped
            )
        else:
            stack.enter_context(own)
            app = WSGIMiddleware(in_flask.application(records, own, relay and (lambda: relay(own))), own, stripped=stripped)
        looking = stack.enter_context(AppLinks(database, **settings))
        serve = asgi if kind == ASGI else wsgi
        stack.enter_context(serve(outside(app) if outside else app, listening))
        yield Member(name, url, folder, people, looking, app, database, records)


@dataclass
class Pair:
    """`front` calls `tracker`, which runs under that kind of server; front, which only calls, under the other."""

    kind: str
    front: Member
    tracker: Member
    asynchronous: AsyncAppLinks
    runner: asyncio.Runner

    def applinks(self, face: str) -> AppLinks | AsyncAppLinks:
        return self.front.applinks if face == SYNC else self.asynchronous


@dataclass
class World(Pair):
    """Tracker is the primary application of its type, and `archive`, which is linked with both, is not."""

    archive: Member


@contextmanager
def linked_pair(folder: Path, kind: str, databases: tuple[str | None, str | None], **settings: Any) -> Iterator[Pair]:
    """Of front and of tracker; the settings are for both."""
    other = WSGI if kind == ASGI else ASGI
    with (
        running(folder, "Front", other, type="bitbucket", database=databases[0], **settings) as front,
        running(folder, "Tracker", kind, database=databases[1], **settings) as tracker,
    ):
        front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
        admit_deployment(tracker)
        with asyncio.Runner() as runner:
            asynchronous = AsyncAppLinks(front.database, people=front.people, run_as=RUN_AS, **settings)
            yield Pair(kind, front, tracker, asynchronous, runner)
            runner.run(asynchronous.close())


@contextmanager
def linked_world(folder: Path, kind: str) -> Iterator[World]:
    """A pair and a third one."""
    other = WSGI if kind == ASGI else ASGI
    with (
        running(folder, "Front", other, type="bitbucket") as front,
        running(folder, "Tracker", kind, relay=relay if kind == WSGI else relay_async) as tracker,
        running(folder, "Archive", other) as archive,
    ):
        front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
        front.applinks.create_link(archive.url, ADMIN, same_users=True, by="admin")
        tracker.applinks.create_link(archive.url, ADMIN, same_users=True, by="admin")
        admit_deployment(tracker)
        with asyncio.Runner() as runner:
            asynchronous = AsyncAppLinks(front.database, people=front.people, run_as=RUN_AS)
            yield World(kind, front, tracker, asynchronous, runner, archive)
            runner.run(asynchronous.close())


def admit_deployment(callee: Member) -> None:
    """Back to the rules that the journeys start with."""
    callee.applinks.change_policy("Front", Policy(administrators=frozenset({"deployment"})), by="admin")


def relay(applinks: AppLinks) -> Any:
    """What the tracker does when it calls the archive, as whoever is using it."""
    return applinks.link("Archive").get("echo").json()


async def relay_async(applinks: AsyncAppLinks) -> Any:
    return (await (await applinks.link("Archive")).get("echo")).json()


@dataclass
class Caller:
    """One face of front. A journey is a generator: what it yields, it is given the result of, in both worlds."""

    world: Pair
    face: str

    @property
    def applinks(self) -> Any:
        return self.world.applinks(self.face)

    def play(self, journey: Any) -> Any:
        """Run a journey to its end."""
        if self.face == SYNC:
            return drive(journey, lambda step: step)
        return self.world.runner.run(drive_async(journey, lambda step: step), context=copy_context())

    def download(self, linked: Any, path: str) -> Any:
        """All pieces of a streamed answer, as they come; to be yielded."""
        return _download(linked, path) if self.face == SYNC else _download_async(linked, path)

    def upload(self, linked: Any, path: str, pieces: Iterator[bytes], **options: Any) -> Any:
        """PUT pieces while they are made; to be yielded."""
        return _upload(linked, path, pieces, options) if self.face == SYNC else _upload_async(linked, path, pieces, options)

    def through_client(self, linked: Any, method: str, path: str, **options: Any) -> Any:
        """One request by a client of our own; to be yielded."""
        return _request(linked, method, path, options) if self.face == SYNC else _request_async(linked, method, path, options)


def _download(linked: Any, path: str) -> list[bytes]:
    with linked.client() as client, client.stream("GET", path) as answer:
        return list(answer.iter_bytes())


async def _download_async(linked: Any, path: str) -> list[bytes]:
    async with linked.client() as client, client.stream("GET", path) as answer:
        return [piece async for piece in answer.aiter_bytes()]


def _upload(linked: Any, path: str, pieces: Iterator[bytes], options: dict[str, Any]) -> Any:
    with linked.client() as client:
        return client.put(path, content=pieces, **options)


async def _upload_async(linked: Any, path: str, pieces: Iterator[bytes], options: dict[str, Any]) -> Any:
    async def asynchronously() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with linked.client() as client:
        return await client.put(path, content=asynchronously(), **options)


def _request(linked: Any, method: str, path: str, options: dict[str, Any]) -> Any:
    with linked.client() as client:
        return client.request(method, path, **options)


async def _request_async(linked: Any, method: str, path: str, options: dict[str, Any]) -> Any:
    async with linked.client() as client:
        return await client.request(method, path, **options)
