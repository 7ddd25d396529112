"""A far side that answers letter by letter holds nobody longer than the whole answer may take (T-35, R-25)."""

from __future__ import annotations

import asyncio
import importlib
import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest

from applinks.errors import TimedOut
from applinks.outgoing import deadline
from applinks.outgoing.connections import Connections
from applinks.wire.messages import Request

fetching = importlib.import_module("applinks.outgoing.fetch")
STARTS = {"header": b"HTTP/1.1 200 OK\r\nx: ", "body": b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", "nothing": b""}


@pytest.fixture(params=STARTS)
def dripping(request) -> Iterator[str]:
    """The address of somebody who goes on for as long as anybody listens."""
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.sendall(STARTS[request.param])
                    while not over.wait(0.02):
                        connection.sendall(b"a" if request.param != "nothing" else b"")
                except OSError:
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_thread_is_not_held_longer_than_the_answer_may_take(dripping, monkeypatch):
    monkeypatch.setattr(fetching, "LONGEST", 0.3)
    connections = Connections()
    with pytest.raises(TimedOut):
        fetching.fetch(connections.client(), Request("GET", dripping))
    connections.close()


def test_nor_is_a_task(dripping, monkeypatch):
    monkeypatch.setattr(fetching, "LONGEST", 0.3)

    async def go() -> None:
        connections = Connections()
        with pytest.raises(TimedOut):
            await fetching.fetch_async(connections.client_of_this_loop(), Request("GET", dripping))
        await connections.close_of_this_loop()

    asyncio.run(go())


def test_outside_of_it_the_limits_of_httpx2_hold_alone(dripping):
    with deadline.watched(httpx2.Client()) as client, pytest.raises(httpx2.ReadTimeout):
        client.get(dripping, timeout=0.01)


def test_the_proxies_of_the_environment_are_kept_and_watched(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    client = Connections().client()
    (through,) = [transport for transport in client._mounts.values() if transport is not None]
    assert isinstance(through._pool._network_backend, deadline._Sockets)
