"""The tracker's REST resources. Every one but `serverInfo` begins by asking who is calling."""
# ruff: noqa: ARG002  Starlette hands every endpoint the request.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from applinks import AppLinksError, NobodyActing, current_user
from applinks.demo.asgi import read_json
from applinks.demo.bodies import BadBody, find, text
from applinks.demo.safety import is_web_address
from applinks.demo.tracker.beans import Beans
from applinks.demo.tracker.moving import Moving, Refused
from applinks.demo.tracker.records import Issue, Records, RemoteLink
from applinks.demo.tracker.workflow import NotPossible


@dataclass(frozen=True)
class Rest:
    """Jira's paths, answered from the tracker's records."""

    moving: Moving
    records: Records
    beans: Beans

    def application(self) -> Starlette:
        """All resources, to be mounted at `/rest`; whatever goes wrong in them is told in Jira's bean."""
        issue = "/issue/{key}"
        resources = [
            Route("/serverInfo", self.server_info),
            Route("/myself", self.myself),
            Route(issue, self.issue),
            Route(f"{issue}/transitions", self.transitions),
            Route(f"{issue}/transitions", self.transition, methods=["POST"]),
            Route(f"{issue}/comment", self.comments),
            Route(f"{issue}/comment", self.add_comment, methods=["POST"]),
            Route(f"{issue}/remotelink", self.remote_links),
            Route(f"{issue}/remotelink", self.save_remote_link, methods=["POST"]),
        ]
        return Starlette(
            routes=[
                Route("/auth/1/session", self.session),
                Mount("/api/2", routes=resources),
                Mount("/api/latest", routes=resources),
            ],
            exception_handlers=dict.fromkeys((AppLinksError, NotPossible, Refused, BadBody, HTTPException), self.tell),
        )

    async def session(self, request: Request) -> Response:
        """Who is calling, in a few words."""
        return JSONResponse(self.beans.session(current_user().name))

    async def myself(self, request: Request) -> Response:
        """Who is calling, in full."""
        return JSONResponse(self.beans.user(current_user().name))

    async def server_info(self, request: Request) -> Response:
        """What is running here; for everybody."""
        return JSONResponse(self.beans.server())

    async def issue(self, request: Request) -> Response:
        """One issue; `fields` chooses among its fields, `expand=transitions` adds what it can do next."""
        issue = self._issue(request)
        bean = self.beans.issue(issue, self.records.parent(issue.key), self.records.subtasks(issue.key))
        if wanted := request.query_params.get("fields"):
            bean["fields"] = {name: value for name, value in bean["fields"].items() if name in wanted.split(",")}
        if "transitions" in request.query_params.get("expand", "").split(","):
            bean["transitions"] = self.beans.transitions(issue)
        return JSONResponse(bean)

    async def transitions(self, request: Request) -> Response:
        """What an issue can do next."""
        return JSONResponse({"expand": "transitions", "transitions": self.beans.transitions(self._issue(request))})

    async def transition(self, request: Request) -> Response:
        """Take one of those steps."""
        issue = self._issue(request)
        await self.moving.move(issue, text(await read_json(request), "transition.id"))
        return Response(status_code=204)

    async def comments(self, request: Request) -> Response:
        """What was said about an issue."""
        found = [self.beans.comment(comment) for comment in self.records.comments(self._issue(request).key)]
        return JSONResponse({"startAt": 0, "maxResults": max(len(found), 50), "total": len(found), "comments": found})

    async def add_comment(self, request: Request) -> Response:
        """Say something about an issue, as whoever is calling."""
        issue = self._issue(request)
        body = text(await read_json(request), "body", longest=32_767)
        return JSONResponse(self.beans.comment(self.records.add_comment(issue.key, current_user().name, body)), 201)

    async def remote_links(self, request: Request) -> Response:
        """Where an issue leads to elsewhere."""
        found = self.records.remote_links(self._issue(request).key)
        return JSONResponse([self.beans.remote_link(link) for link in found])

    async def save_remote_link(self, request: Request) -> Response:
        """Add such a link: 201; or, with a `globalId` that the issue has already, replace it: 200."""
        issue = self._issue(request)
        link, new = self.records.save_remote_link(remote_link(issue, await read_json(request)))
        return JSONResponse(self.beans.remote_link_created(link), 201 if new else 200)

    def _issue(self, request: Request) -> Issue:
        current_user()
        issue = self.records.issue(request.path_params["key"])
        if issue is None:
            raise HTTPException(404, "Issue Does Not Exist")
        return issue

    async def tell(self, request: Request, error: Exception) -> Response:
        """What went wrong, in Jira's bean."""
        match error:
            case NobodyActing():
                challenge = {"WWW-Authenticate": f'OAuth realm="{quote(self.beans.url, safe="")}"'}
                message = "You are not authenticated. Authentication required to perform this operation."
                return problem(message, status=401, headers=challenge)
            case HTTPException(status_code=status, detail=detail, headers=headers):
                return problem(detail, status=status, headers=headers)
            case Refused(refusals=refusals):
                general = [refusal.message for refusal in refusals if refusal.field is None]
                return problem(*general, errors={refusal.field: refusal.message for refusal in refusals if refusal.field})
            case BadBody(field=str(field), reason=reason):
                return problem(errors={field: reason})
            case _:  # the workflow objects, or an application that takes part in it
                return problem(str(error))


def remote_link(issue: Issue, body: Any) -> RemoteLink:
    """The link that a body describes; its address must be one that a page may show."""
    url = text(body, "object.url", longest=2000)
    if not is_web_address(url):
        raise BadBody("'object.url' must be an address with http or https.", "object.url")
    return RemoteLink(
        issue=issue.key,
        global_id=optional(body, "globalId"),
        relationship=optional(body, "relationship") or "links to",
        application_type=optional(body, "application.type") or "",
        application_name=optional(body, "application.name") or "",
        url=url,
        title=text(body, "object.title"),
    )


def optional(body: Any, path: str) -> str | None:
    """A text that may be missing."""
    return None if find(body, path) is None else text(body, path)


def problem(
    *messages: str,
    status: int = 400,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Jira's bean: what is wrong in general, and what with single fields."""
    return JSONResponse({"errorMessages": messages, "errors": errors or {}}, status, headers)
