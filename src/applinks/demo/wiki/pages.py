"""The wiki's pages, in the other sense: what people see and press."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from applinks import AppLinksError, AsyncAppLinks, current_user
from applinks.demo.asgi import Site, text_of
from applinks.demo.messages import Message, about
from applinks.demo.wiki import links, rights, storage_format
from applinks.demo.wiki.beans import page_path
from applinks.demo.wiki.records import Page, Records, Space


@dataclass(frozen=True)
class Pages:
    """The list of spaces, a space, a page."""

    site: Site
    applinks: AsyncAppLinks
    records: Records

    def routes(self) -> list[BaseRoute]:
        """All of them, and the form on a page."""
        return [
            Route("/", self.spaces),
            Route("/spaces/{key}", self.space),
            Route("/spaces/{key}/pull-requests", self.pull_requests),
            Route("/spaces/{key}/pages/{id}", self.page),
            self.site.form("/spaces/{key}/pages/{id}/mention", self.mention),
        ]

    async def spaces(self, request: Request) -> Response:
        """All spaces, for those who may read; the others may still sign in and look at the links."""
        person = current_user()
        may_read = person.administrator or bool(self.records.spaces_of(person.name))
        return self.site.page(request, "spaces.html", spaces=self.records.spaces() if may_read else [])

    async def space(self, request: Request) -> Response:
        """A space with its pages."""
        return self._show_space(request, self._space(request))

    async def pull_requests(self, request: Request) -> Response:
        """A space, and what is open in the forge for the project of the same key."""
        space = self._space(request)
        try:
            found = await links.pull_requests(self.applinks, space.key)
        except AppLinksError as trouble:
            return self._show_space(request, space, about(trouble, back=f"/spaces/{space.key}"))
        return self._show_space(request, space, pull_requests=found)

    async def page(self, request: Request) -> Response:
        """One page."""
        return self._show(request, self._page(request))

    async def mention(self, request: Request, form: FormData) -> Response:
        """Tell the people at an issue of this page."""
        page, issue = self._page(request), text_of(form, "issue").strip()
        try:
            await links.mention(self.applinks, issue, page.title, self.site.url + page_path(page))
        except AppLinksError as trouble:
            return self._show(request, page, about(trouble, back=page_path(page)))
        return self.site.go_on(request, page_path(page), f"The people at {issue} can now read of this page.")

    def _space(self, request: Request) -> Space:
        rights.reader(self.records)
        space = self.records.space(request.path_params["key"])
        if space is None:
            raise HTTPException(404, "There is no such space.")
        return space

    def _show_space(self, request: Request, space: Space, message: Message | None = None, **told: object) -> Response:
        told |= {"space": space, "pages": self.records.pages(space=space.key), "path": page_path}
        return self.site.page(request, "space.html", status=409 if message else 200, message=message, **told)

    def _page(self, request: Request) -> Page:
        rights.reader(self.records)
        page = self.records.page(request.path_params["id"])
        if page is None or page.space != request.path_params["key"]:
            raise HTTPException(404, "There is no such page.")
        return page

    def _show(self, request: Request, page: Page, message: Message | None = None) -> Response:
        return self.site.page(
            request,
            "page.html",
            status=409 if message else 200,
            message=message,
            page=page,
            body=storage_format.parse(page.body),
            ancestors=self.records.ancestors(page),
            labels=[name for _, name in self.records.labels(page)],
            path=page_path,
        )
