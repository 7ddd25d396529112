"""Open connections, on real sockets: never shared with a forked process, never piling up, one client however many threads."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from applinks.outgoing.connections import Connections

ROUNDS = 50
CHILDREN = 3


class Echo(ThreadingHTTPServer):
    """Answers each path with itself; `ports` are those from which it was asked for paths that begin so."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self._open, self._changed = 0, threading.Condition()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def ports(self, path: str) -> set[int]:
        return {port for asked, port in self.asked if asked.startswith(path)}

    def count(self, more: int) -> None:
        with self._changed:
            self._open += more
            self._changed.notify_all()

    def comes_down_to(self, most: int) -> bool:
        """Whether all connections but so many were closed by whoever opened them."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open <= most, timeout=10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Echo

    def setup(self) -> None:
        self.server.count(1)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.server.count(-1)

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.client_address[1]))
        self.send_response(200)
        self.send_header("content-length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Threads take turns at every occasion."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


# ---- forks


def ask(connections: Connections, echo: Echo, name: str) -> list[str]:
    """The answers to questions that have their own number in them."""
    return [connections.client().get(f"{echo.url}/{name}/{number}").text for number in range(30)]


def ask_in_a_loop(connections: Connections, echo: Echo, name: str) -> list[str]:
    async def all_of_them() -> list[str]:
        client = connections.client_of_this_loop()
        answers = [(await client.get(f"{echo.url}/{name}/{number}")).text for number in range(30)]
        await connections.close_of_this_loop()
        return answers

    return asyncio.run(all_of_them())


def forked(work, *arguments) -> int:
    """The number of a child that does this work and leaves without a word to pytest; 0 means that it went well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*arguments)
            status = 0
        finally:
            os._exit(status)
    return child


def ended_well(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def as_child(connections: Connections, echo: Echo, name: str, ask, report: Path) -> None:
    report.write_text(json.dumps(ask(connections, echo, name)))
    connections.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("ask_as_child", [ask, ask_in_a_loop], ids=["sync", "async"])
def test_parent_and_children_never_read_each_others_answers(connections, echo, tmp_path, ask_as_child):
    """T-25"""
    connections.client().get(f"{echo.url}/parent/before")
    names = [f"child{number}" for number in range(CHILDREN)]
    children = [
        forked(as_child, connections, echo, name, ask_as_child, tmp_path / name) for name in names
    ]  # all ask at the same time, and so does the parent
    assert ask(connections, echo, "parent") == [f"/parent/{number}" for number in range(30)]
    assert [ended_well(child) for child in children] == [True] * CHILDREN
    for name in names:
        assert json.loads((tmp_path / name).read_text()) == [f"/{name}/{number}" for number in range(30)]
        assert echo.ports(f"/{name}/").isdisjoint(echo.ports("/parent/"))
    connections.client().get(f"{echo.url}/parent/after")
    assert len(echo.ports("/parent/")) == 1, "a child that closed its connections closed the parent's"


# ---- many rounds


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_fifty_event_loops_one_after_the_other_leave_at_most_one_client(connections, echo):
    """Nobody closes anything here: each loop that ends leaves its connection open, as `asyncio.run` in a script does."""

    async def one(number: int) -> str:
        return (await connections.client_of_this_loop().get(f"{echo.url}/{number}")).text

    for number in range(ROUNDS):
        assert asyncio.run(one(number)) == f"/{number}"
    assert len(connections._by_loop) == 1
    assert len(echo.ports("/")) == ROUNDS
    gc.collect()  # here, where the complaint about a connection that nobody closed is expected
    assert echo.comes_down_to(1)
    connections._by_loop.clear()
    gc.collect()
    assert echo.comes_down_to(0)


def test_closing_gives_the_connection_back_and_the_next_call_opens_another(connections, echo):
    ask(connections, echo, "first")
    connections.close()
    ask(connections, echo, "second")
    assert [len(echo.ports(path)) for path in ("/first/", "/second/", "/")] == [1, 1, 2]


def test_closing_that_of_this_loop_leaves_those_of_others_and_the_synchronous_one(connections, echo):
    async def get(path: str) -> None:
        await connections.client_of_this_loop().get(f"{echo.url}{path}")

    with asyncio.Runner() as first, asyncio.Runner() as second:
        connections.client().get(f"{echo.url}/sync")
        for path, runner in (("/first", first), ("/second", second)):
            runner.run(get(path))
        first.run(connections.close_of_this_loop())
        connections.client().get(f"{echo.url}/sync")
        for path, runner in (("/first", first), ("/second", second)):
            runner.run(get(path))
            runner.run(connections.close_of_this_loop())
    assert [len(echo.ports(path)) for path in ("/sync", "/first", "/second")] == [1, 2, 1]


# ---- many threads


@pytest.mark.usefixtures("_impatient")
def test_threads_that_ask_at_once_for_the_first_client_get_the_same_one():
    for _ in range(20):
        connections = Connections()
        assert len({id(client) for client in at_once(8, connections.client)}) == 1
        connections.close()


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """What the same work gives in so many threads that begin together."""
    start, results = threading.Barrier(count), []

    def run() -> None:
        start.wait()
        results.append(work())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("_impatient")
def test_event_loops_that_begin_and_end_in_many_threads_do_not_disturb_each_other(connections):
    async def use() -> None:
        assert connections.client_of_this_loop() is connections.client_of_this_loop()

    def many() -> str:
        try:
            for _ in range(15):
                asyncio.run(use())
        except Exception as error:  # noqa: BLE001
            return repr(error)
        return "good"

    assert at_once(8, many) == ["good"] * 8
