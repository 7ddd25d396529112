"""The wiki's REST resources. Every one but `user/current` begins by asking what the caller may do (`rights`)."""
# ruff: noqa: ARG001, ARG002  Starlette hands every endpoint the request.

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from applinks import NobodyActing, current_user
from applinks.demo.asgi import read_json
from applinks.demo.bodies import BadBody, find, text
from applinks.demo.happened import Told
from applinks.demo.wiki import rights, storage_format
from applinks.demo.wiki.beans import ANONYMOUS, Beans
from applinks.demo.wiki.records import Page, Records, Taken


@dataclass(frozen=True)
class Rest:
    """Confluence's paths, answered from the wiki's records."""

    records: Records
    beans: Beans
    told: Told

    def application(self) -> Starlette:
        """All resources, to be mounted at `/rest`; whatever goes wrong in them is told in Confluence's bean."""
        resources = [
            Route("/user/current", self.current_user),
            Route("/space", self.spaces),
            Route("/space", self.create_space, methods=["POST"]),
            Route("/space/{key}", self.space),
            Route("/content", self.pages),
            Route("/content", self.create_page, methods=["POST"]),
            Route("/content/{id}", self.page),
            Route("/content/{id}/label", self.labels),
            Route("/content/{id}/label", self.add_labels, methods=["POST"]),
        ]
        return Starlette(
            routes=[Mount("/api", routes=resources)],
            exception_handlers=dict.fromkeys((NobodyActing, Taken, BadBody, HTTPException), tell),
        )

    async def current_user(self, request: Request) -> Response:
        """Who is calling; nobody is an answer too."""
        person = current_user(default=None)
        return JSONResponse(self.beans.user(person) if person else ANONYMOUS)

    async def spaces(self, request: Request) -> Response:
        """All spaces."""
        rights.reader(self.records)
        return JSONResponse(self.beans.listing([self.beans.space(space) for space in self.records.spaces()]))

    async def space(self, request: Request) -> Response:
        """One space."""
        rights.reader(self.records)
        space = self.records.space(request.path_params["key"])
        if space is None:
            raise HTTPException(404, f"No space with key : {request.path_params['key']}")
        return JSONResponse(self.beans.space(space))

    async def create_space(self, request: Request) -> Response:
        """A new space with an empty home page."""
        creator = rights.space_creator(self.records)
        body = await read_json(request)
        key, name = text(body, "key"), text(body, "name", longest=200)
        if not re.fullmatch("[A-Za-z0-9]+", key):
            raise BadBody("A space key has only letters and digits.", "key")
        description = text(body, "description.plain.value", longest=10_000) if find(body, "description") else ""
        return JSONResponse(self.beans.space(self.records.add_space(key, name, description, creator=creator.name)))

    async def pages(self, request: Request) -> Response:
        """Pages, of one space or title if that is asked for."""
        rights.reader(self.records)
        found = self.records.pages(space=request.query_params.get("spaceKey"), title=request.query_params.get("title"))
        return JSONResponse(self.beans.listing([self.beans.page(page) for page in found]))

    async def page(self, request: Request) -> Response:
        """One page."""
        return JSONResponse(self.beans.page(self._page(request)))

    async def create_page(self, request: Request) -> Response:
        """A new page in a space: 200, not 201."""
        rights.reader(self.records)
        body = await read_json(request)
        space = text(body, "space.key")
        if self.records.space(space) is None:
            raise HTTPException(404, f"No space with key : {space}")
        author = rights.editor(self.records, space)
        parent = self._parent(body, space)
        page = self.records.add_page(space, parent.id, text(body, "title"), storage(body), author.name, self.beans.page_created)
        self.told.tell()
        return JSONResponse(self.beans.page(page))

    async def labels(self, request: Request) -> Response:
        """A page's labels."""
        return JSONResponse(self.beans.labels(self._page(request)))

    async def add_labels(self, request: Request) -> Response:
        """Put more labels on a page."""
        page = self._page(request)
        rights.editor(self.records, page.space)
        body = await read_json(request)
        if not isinstance(body, list) or len(body) > 20:
            raise BadBody("The body must be a list of at most 20 labels.")
        self.records.add_labels(page, [text(label, "name") for label in body])
        return JSONResponse(self.beans.labels(page))

    def _page(self, request: Request) -> Page:
        rights.reader(self.records)
        page = self.records.page(request.path_params["id"])
        if page is None:
            raise HTTPException(404, f"No content found with id: {request.path_params['id']}")
        return page

    def _parent(self, body: Any, space: str) -> Page:
        """The last of the ancestors that the body names; without any, the space's home page."""
        ancestors = find(body, "ancestors")
        if not ancestors:
            return self.records.home(space)
        id = find(ancestors[-1], "id") if isinstance(ancestors, list) else None  # noqa: A001 the wire's word
        parent = self.records.page(id) if isinstance(id, str | int) else None
        if parent is None or parent.space != space:
            raise BadBody("The ancestor is not a page of this space.", "ancestors")
        return parent


def storage(body: Any) -> str:
    """The page text that a body carries, if it is one that we can show."""
    if text(body, "type") != "page":
        raise BadBody("This wiki has only pages.", "type")
    if text(body, "body.storage.representation") != "storage":
        raise BadBody("This wiki knows only the storage format.", "body.storage.representation")
    value = text(body, "body.storage.value", longest=500_000)
    try:
        storage_format.parse(value)
    except storage_format.NotStorageFormat as error:
        raise BadBody(str(error), "body.storage.value") from None
    return value


async def tell(request: Request, error: Exception) -> Response:
    """What went wrong, in Confluence's bean."""
    match error:
        case NobodyActing():
            return problem("Client must be authenticated to access this resource.", 401)
        case HTTPException(status_code=status, detail=detail):
            return problem(detail, status)
        case _:  # the body is wrong, or asks for what exists already
            return problem(str(error), 400)


def problem(message: str, status: int) -> Response:
    """Confluence's bean for everything that goes wrong."""
    data = {"authorized": status not in {401, 403}, "valid": status != 400, "errors": [], "successful": False}
    return JSONResponse({"statusCode": status, "data": data, "message": message}, status)
