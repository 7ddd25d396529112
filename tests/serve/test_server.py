"""The socket and the server; how it ends is proven by tests/cli/test_serve.py, in a process of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from applinks.errors import ConfigurationError
from applinks.serve import listen, serve
from applinks.serve.server import _Server


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as made:
        yield made


def test_port_zero_is_a_free_one(listening):
    host, port = listening.getsockname()
    assert host == "127.0.0.1"
    socket.create_connection((host, port)).close()


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", None), ("203.0.113.1", 0), ("no such host", 0)])
def test_where_nothing_can_listen_it_is_said(listening, host, port):
    with pytest.raises(ConfigurationError, match="Nothing can listen at"):
        listen(host, listening.getsockname()[1] if port is None else port)


def test_what_cannot_start_is_not_served(listening):
    async def app(scope, receive, send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(SystemExit):
        serve(app, listening)


def test_the_first_signal_ends_it_and_the_second_at_once(monkeypatch, capsys):
    import uvicorn

    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    server = _Server(uvicorn.Config(lambda: None))
    server.handle_exit(15, None)
    assert server.should_exit
    assert ended == []
    server.handle_exit(2, None)
    assert ended == [130]
    assert "ask again to stop at once" in capsys.readouterr().err
