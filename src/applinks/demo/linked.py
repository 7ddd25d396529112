"""The page of linked applications, for tracker and wiki: whom are we linked with, and who am I over there?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from applinks import AppLinksError, AsyncAppLinks, current_user
from applinks.demo.asgi import Site, text_of
from applinks.demo.messages import Message, about


@dataclass(frozen=True)
class LinkedApplications:
    """`questions` holds, for each type of application that we know how to ask, the function that asks it who we are there."""

    site: Site
    applinks: AsyncAppLinks
    questions: Mapping[str, Callable[[AsyncAppLinks], Awaitable[str]]]

    def routes(self) -> list[BaseRoute]:
        """The page, and the button on it."""
        return [Route("/linked", self.show), self.site.form("/linked/whoami", self.who_am_i)]

    async def show(self, request: Request) -> Response:
        """All links."""
        current_user()
        return await self._page(request)

    async def who_am_i(self, request: Request, form: FormData) -> Response:
        """Ask one of them, as whoever is signed in."""
        current_user()
        ask = self.questions.get(text_of(form, "type"))
        if ask is None:
            raise HTTPException(404, "We do not know how to ask an application of that type.")
        try:
            return await self._page(request, name=await ask(self.applinks))
        except AppLinksError as trouble:
            return await self._page(request, about(trouble, back="/linked"))

    async def _page(self, request: Request, message: Message | None = None, **told: object) -> Response:
        told |= {"links": await self.applinks.links(), "questions": self.questions}
        return self.site.page(request, "linked.html", status=409 if message else 200, message=message, **told)
