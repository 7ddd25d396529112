"""Requests are counted by the class of their answer; over https nobody asks in the clear again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from applinks.serve.counting import Counting


def answers(url: str, *statuses: int, kind: str = "http") -> tuple[Counting, list[Any]]:
    sent: list[Any] = []
    left = iter(statuses)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start", "status": next(left), "headers": [(b"a", b"b")]})
        await send({"type": f"{kind}.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    counting = Counting(app, url)

    async def ask() -> None:
        for _ in statuses:
            await counting({"type": kind}, None, send)

    asyncio.run(ask())
    return counting, sent


def test_they_are_counted_by_class():
    counting, _ = answers("http://localhost", 200, 204, 303, 404, 503)
    assert counting.requests == {"2xx": 2, "3xx": 1, "4xx": 1, "5xx": 1}


def test_what_is_no_request_is_not_counted():
    counting, _ = answers("http://localhost", 200, kind="websocket")
    assert not counting.requests


@pytest.mark.parametrize(("url", "told"), [("https://x.example.com", True), ("http://localhost:8080", False)])
def test_only_over_https_it_is_told_that_https_is_wanted(url, told):
    """S-04"""
    _, sent = answers(url, 200)
    names = dict(sent[0]["headers"])
    assert (names.get(b"strict-transport-security") == b"max-age=31536000") is told
    assert names[b"a"] == b"b"
