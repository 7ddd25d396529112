"""The whole incoming road on uvicorn, beside the same application without us: one call at a time, and under load.

Requests are signed before the clock starts, RSA-SHA1, each with a nonce of its own. oauthlib and Authlib do the same job as
middleware of the same application, with everything in memory. `untouched` is a request that is none of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from applinks import AppLinks
from bench import caller, servers
from bench.caller import plain, signed
from bench.load import CONNECTIONS, Maker, Sender
from bench.measure import Missing, Rows, Task

MODES = {"one at a time": 1, f"{CONNECTIONS} connections": CONNECTIONS}
PATIENCE = 2.5
"""These rows sign what they send."""

Asked = tuple[tuple[float | None, float | None], tuple[float | None, float | None]]
"""Must and goal, one at a time and under load."""
NOTHING: Asked = ((None, None), (None, None))
MEMORY: Asked = ((4.5, 3.7), (4.5, 3.7))
SHARED: Asked = ((None, None), (6.0, 4.5))
UNTOUCHED: Asked = ((1.10, 1.03), (1.10, 1.03))

Opened = AbstractContextManager[tuple[str, str | None]]
"""The addresses of a database and of a replay store."""


def rows() -> Rows:
    """Ours with each store, then the others."""
    with servers.folder() as folder, running("alone") as url, senders(url, plain(url), b"nobody") as alone:
        for name, opened, asked in STORES:
            try:
                with opened(folder) as (database, replay), ours(database, replay) as url:
                    with senders(url, signed(url), b"alice") as road:
                        yield from compared(f"incoming, {name}", road, alone, asked)
                    if replay == "memory":
                        with senders(url, plain(url), b"nobody") as untouched:
                            yield from compared("a request that is none of ours", untouched, alone, UNTOUCHED)
            except servers.NotThere as why:
                yield Missing(f"incoming, {name}", str(why))
        for name, token in (("oauthlib", None), ("Authlib", "token")):
            with theirs(name) as url, senders(url, signed(url, token), b"alice") as road:
                yield from compared(f"incoming, memory: {name}", road, alone, NOTHING)


def compared(name: str, road: list[Sender], alone: list[Sender], asked: Asked) -> Iterator[Task]:
    """A row for each mode."""
    for mode, work, base, (must, goal) in zip(MODES, road, alone, asked, strict=True):
        yield Task(f"{name}, {mode}", work, base, must=must, goal=goal, patience=PATIENCE)


# ---- applications


@contextmanager
def running(kind: str, **settings: Any) -> Iterator[str]:
    """The address of one that needs nothing but settings."""
    listening = servers.listen()
    url = servers.url_of(listening)
    with servers.process(listening, kind, **settings):
        yield url


@contextmanager
def theirs(name: str) -> Iterator[str]:
    """The address of an application behind another library."""
    listening = servers.listen()
    url = servers.url_of(listening)
    with servers.process(listening, name, url=url, consumer=caller.NAME, public_key=caller.pem()):
        yield url


@contextmanager
def ours(database: str, replay: str | None, prepare: Callable[[AppLinks], object] = lambda _: None) -> Iterator[str]:
    """The address of an application behind us that has a link with the caller; `prepare` may do more to its records."""
    listening = servers.listen()
    url = servers.url_of(listening)
    with AppLinks(database, url=url, name="Bench") as applinks:
        applinks.register_link("Caller", None, consumer=caller.consumer(), same_users=True, by="bench")
        prepare(applinks)
    with servers.process(listening, "applinks", database=database, url=url, replay=replay):
        yield url


@contextmanager
def memory(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Nonces in the process, records in SQLite."""
    yield f"sqlite:///{folder}/memory.db", "memory"


@contextmanager
def sqlite(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Both in SQLite."""
    yield f"sqlite:///{folder}/sqlite.db", None


@contextmanager
def postgresql(_: Path) -> Iterator[tuple[str, str | None]]:
    """Both in PostgreSQL."""
    with servers.postgresql() as url:
        yield url, None


@contextmanager
def valkey(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Nonces in Valkey, records in SQLite."""
    with servers.valkey() as url:
        yield f"sqlite:///{folder}/valkey.db", url


STORES: tuple[tuple[str, Callable[[Path], Opened], Asked], ...] = (
    ("memory", memory, MEMORY),
    ("SQLite", sqlite, SHARED),
    ("PostgreSQL", postgresql, SHARED),
    ("Valkey", valkey, SHARED),
)


@contextmanager
def senders(url: str, make: Maker, expected: bytes) -> Iterator[list[Sender]]:
    """One for each mode."""
    parts = urlsplit(url)
    with ExitStack() as stack:
        made = [Sender((parts.hostname, parts.port), make, expected, connections) for connections in MODES.values()]
        for sender in made:
            stack.callback(sender.close)
        yield made
