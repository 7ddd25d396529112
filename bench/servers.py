"""Starts what is measured: server processes of ours, databases, and the real servers that the tests use too."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from applinks.store.sealing import FILE_VARIABLE

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))
of_tests = importlib.import_module("servers")
"""Those that the tests start from wheels."""

NotThere = pytest.skip.Exception
"""Raised where a server cannot run on this machine; its text says why."""


def parser() -> str:
    """What uvicorn reads HTTP with here; it takes the fastest that is installed."""
    return " and ".join(name for name in ("httptools", "uvloop") if importlib.util.find_spec(name)) or "h11 and asyncio"


@contextmanager
def folder() -> Iterator[Path]:
    """For databases; beside other temporary files, so that their disk is the one that is waited for."""
    with tempfile.TemporaryDirectory(prefix="applinks-bench-") as name:
        path = Path(name)
        before = os.environ.get(FILE_VARIABLE)
        os.environ[FILE_VARIABLE] = str(path / "keys")
        try:
            yield path
        finally:
            os.environ.pop(FILE_VARIABLE)
            if before is not None:
                os.environ[FILE_VARIABLE] = before


def listen() -> socket.socket:
    """A socket that takes connections from now on, on a free port."""
    return socket.create_server(("127.0.0.1", 0), backlog=256)


def url_of(listening: socket.socket) -> str:
    """Its address, as a browser would write it."""
    host, port = listening.getsockname()
    return f"http://{host}:{port}"


@contextmanager
def process(listening: socket.socket, kind: str, **settings: Any) -> Iterator[None]:
    """An application of that kind (`bench.server`) in a process of its own, on that socket."""
    told = json.dumps({"kind": kind, "settings": settings})
    words = [sys.executable, "-c", "from bench.server import main; main()", str(listening.fileno()), told]
    with subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=[listening.fileno()], cwd=ROOT) as running:
        listening.close()
        assert running.stdin is not None
        try:
            yield
        finally:
            running.stdin.close()


WAITING_FOR_THE_DISK = "-h '' -c shared_buffers=64MB"
"""The tests' own options do not; here a commit is to cost what it costs elsewhere."""


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database. `NotThere` if there is no server."""
    pytest.importorskip("psycopg")
    with ExitStack() as stack:
        url = os.environ.get(of_tests.POSTGRESQL)
        if not url:
            server = of_tests.own_postgresql()
            server.OPTIONS = WAITING_FOR_THE_DISK
            stack.callback(server.remove)
            server.start()
            url = server.url()
        yield stack.enter_context(of_tests.new_database(url))


@contextmanager
def valkey() -> Iterator[str]:
    """The address of a server. `NotThere` if there is none."""
    pytest.importorskip("valkey")
    if os.environ.get(of_tests.VALKEY):
        yield os.environ[of_tests.VALKEY]
        return
    with of_tests.own_valkey() as server:
        yield server.connection_url
