"""Four server processes on one store, each at a port of its own, all with the same public address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from applinks import AppLinks
from applinks.store.sealing import FILE_VARIABLE
from journeys.people import ADMIN
from journeys.serving import address_of, listen
from journeys.world import WSGI, Member, running
from servers import new_database

SERVER = Path(__file__).with_name("server.py")
PROCESSES = 4


@dataclass
class Fleet:
    """`urls` are where the processes are, `applinks` a fifth process's view of their records; `front` calls them."""

    url: str
    urls: list[str]
    applinks: AppLinks
    front: Member

    def signed(self, path: str = "whoever") -> httpx2.Request:
        """A request by alice as it would be sent, and is not."""
        sent: list[httpx2.Request] = []

        def keep(request: httpx2.Request) -> httpx2.Response:
            sent.append(request)
            return httpx2.Response(200)

        linked = self.front.applinks.link("Callee")
        with self.front.applinks.acting_as("alice"), linked.client(transport=httpx2.MockTransport(keep)) as client:
            client.get(path)
        return sent[0]

    def at(self, number: int, request: httpx2.Request) -> httpx2.Response:
        """Send it to one of the processes; they do not look at the Host header."""
        url = str(request.url).replace(self.url, self.urls[number])
        with httpx2.Client() as client:
            return client.send(httpx2.Request(request.method, url, headers=request.headers))


DATABASES = [("asgi", "sqlite"), ("wsgi", "sqlite"), ("asgi", "postgresql"), ("wsgi", "postgresql")]
STORES = [*DATABASES, ("asgi", "valkey"), ("wsgi", "valkey")]
on_all_stores = pytest.mark.parametrize("fleet", STORES, indirect=True, ids="-".join, scope="module")


@pytest.fixture(scope="module", params=DATABASES, ids="-".join)
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Where it is said `on_all_stores`, nonces may be spent in Valkey; the other tests are about databases."""
    kind, store = request.param
    folder = tmp_path_factory.mktemp(kind)
    with ExitStack() as stack:
        database = f"sqlite:///{folder}/callee.db"
        environment = {**os.environ, FILE_VARIABLE: str(folder / "keys")}
        if store == "postgresql":
            database = stack.enter_context(new_database(request.getfixturevalue("postgresql_server")))
        if store == "valkey":
            environment["APPLINKS_REPLAY"] = request.getfixturevalue("valkey_server")
        sockets = [stack.enter_context(listen()) for _ in range(PROCESSES)]
        urls = [address_of(listening) for listening in sockets]
        processes = []
        for listening in sockets:
            words = [sys.executable, str(SERVER), kind, database, urls[0], str(listening.fileno())]
            pipes = {
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": stack.enter_context((folder / "log").open("ab")),
            }
            process = stack.enter_context(
                subprocess.Popen(words, **pipes, env=environment, pass_fds=[listening.fileno()])  # type: ignore[call-overload]
            )
            stack.callback(process.stdin.close)
            processes.append(process)
        for listening in sockets:
            listening.close()
        assert [process.stdout.readline() for process in processes] == [b"ready\n"] * PROCESSES
        front = stack.enter_context(running(folder, "Front", WSGI))
        front.applinks.create_link(urls[0], ADMIN, same_users=True, by="admin")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FILE_VARIABLE, environment[FILE_VARIABLE])
            looking = stack.enter_context(AppLinks(database))
        yield Fleet(urls[0], urls, looking, front)
