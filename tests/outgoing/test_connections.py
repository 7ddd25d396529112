"""Open connections: one client for synchronous code, one for each event loop."""

from __future__ import annotations

import asyncio
import os

import pytest

from applinks.outgoing import connections as module
from applinks.outgoing.connections import Connections


@pytest.fixture
def connections():
    made = Connections()
    yield made
    made.close()


def test_synchronous_code_shares_one_client(connections: Connections):
    assert connections.client() is connections.client()


def test_nothing_is_opened_before_it_is_needed(connections: Connections):
    assert connections._client is None
    connections.close()
    assert connections._client is None


def test_after_closing_there_is_a_new_one(connections: Connections):
    first = connections.client()
    connections.close()
    assert first.is_closed
    assert connections.client() is not first


def test_each_event_loop_has_a_client_of_its_own(connections: Connections):
    async def one():
        client = connections.client_of_this_loop()
        assert connections.client_of_this_loop() is client
        return client

    with asyncio.Runner() as first, asyncio.Runner() as second:
        clients = [runner.run(one()) for runner in (first, second)]
        assert clients[0] is not clients[1]
        for runner in (first, second):
            runner.run(connections.close_of_this_loop())
        assert all(client.is_closed for client in clients)


def test_those_of_loops_that_have_ended_are_let_go(connections: Connections):
    async def one():
        return connections.client_of_this_loop()

    for _ in range(5):
        asyncio.run(one())
    assert len(connections._by_loop) == 1


def test_closing_where_nothing_was_opened_is_no_error(connections: Connections):
    asyncio.run(connections.close_of_this_loop())


def test_a_forked_process_starts_with_connections_of_its_own(connections: Connections, monkeypatch: pytest.MonkeyPatch):
    """T-25: two processes on one connection would read each other's answers."""
    parents = connections.client()
    monkeypatch.setattr(module, "_left_by_parent", [])
    monkeypatch.setattr(os, "getpid", lambda: -1)
    child = connections.client()
    assert child is not parents
    assert not parents.is_closed
    assert module._left_by_parent[0][0] is parents
    child.close()
    parents.close()
