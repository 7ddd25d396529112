"""Outermost: counts the requests of this process, and adds what every answer over https carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HTTPS = (b"strict-transport-security", b"max-age=31536000")
"""For a year, nobody asks over plain http (security.md S-04)."""


class Counting:
    """Wraps an ASGI application. `requests` has the number of answers by their class, such as "2xx"."""

    def __init__(self, app: ASGIApp, url: str) -> None:
        self.app = app
        self.requests: Counter[str] = Counter()
        self._more = [HTTPS] if url.startswith("https://") else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        await self.app(scope, receive, self._counted(send) if scope["type"] == "http" else send)

    def _counted(self, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.requests[f"{message['status'] // 100}xx"] += 1
                message = self._dressed(message)
            await send(message)

        return counted

    def _dressed(self, message: MutableMapping[str, Any]) -> Message:
        return {**message, "headers": [*message.get("headers", ()), *self._more]}
