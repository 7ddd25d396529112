"""Says who acts in a request: whoever is signed in at the browser, unless a linked application was admitted."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from applinks import AsyncAppLinks, current_user
from applinks.frameworks import asgi
from applinks.incoming import sessions
from applinks.links import Identity, WhoWeAre
from applinks.people import Person
from applinks.serve.signing_in import secret_in


class SignedIn:
    """Wraps an ASGI application. Without a session, or with one that has ended, the request goes on with nobody acting."""

    def __init__(self, app: ASGIApp, applinks: AsyncAppLinks) -> None:
        self.app = app
        self.applinks = applinks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, inside the scope of that person."""
        person = await self._whose(scope) if scope["type"] == "http" and current_user(default=None) is None else None
        if person is None:
            await self.app(scope, receive, send)
            return
        async with self.applinks.acting_as(person):
            await self.app(scope, receive, send)

    async def _whose(self, scope: Scope) -> Person | None:
        us: Identity = await self.applinks.answer_async(WhoWeAre())
        secret = secret_in(asgi.headers_of(scope), us)
        return None if secret is None else await self.applinks.run_async(sessions.whose(secret))
