"""The tracker's pages."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from applinks import AppLinksError, AsyncAppLinks, current_user
from applinks.demo.asgi import Site, text_of
from applinks.demo.messages import Kind, Message, about
from applinks.demo.tracker import links
from applinks.demo.tracker.records import Issue, Records
from applinks.demo.tracker.workflow import NotPossible, possible, transition


@dataclass(frozen=True)
class Pages:
    """What people see and press. Every page begins by asking who is signed in."""

    site: Site
    applinks: AsyncAppLinks
    records: Records

    def routes(self) -> list[BaseRoute]:
        """The list, the issue, and the forms on it."""
        return [
            Route("/", self.issues),
            Route("/browse/{key}", self.issue),
            self.site.form("/browse/{key}/transition", self.transition),
            self.site.form("/browse/{key}/comment", self.comment),
            self.site.form("/browse/{key}/space", self.create_space),
        ]

    async def issues(self, request: Request) -> Response:
        """The list of all issues."""
        current_user()
        return self.site.page(request, "issues.html", issues=self.records.issues())

    async def issue(self, request: Request) -> Response:
        """One issue with everything that can be done with it."""
        return self._page(request, self._issue(request))

    async def transition(self, request: Request, form: FormData) -> Response:
        """Take a step in the workflow; or stay, and say why."""
        issue = self._issue(request)
        try:
            await transition(self.applinks, self.records, issue, text_of(form, "transition"))
        except (AppLinksError, NotPossible) as trouble:
            return self._page(request, issue, about(trouble, back=f"/browse/{issue.key}"))
        return self.site.go_on(request, f"/browse/{issue.key}", f"{issue.key} has moved on.")

    async def comment(self, request: Request, form: FormData) -> Response:
        """Say something about an issue."""
        issue, body = self._issue(request), text_of(form, "body").strip()
        if not body:
            return self.site.go_on(request, f"/browse/{issue.key}", "An empty comment was not kept.", kind=Kind.INFO)
        self.records.add_comment(issue.key, current_user().name, body)
        return self.site.go_on(request, f"/browse/{issue.key}", "Your comment was added.")

    async def create_space(self, request: Request, form: FormData) -> Response:  # noqa: ARG002 it has no fields
        """Give an issue a space of its own in the wiki."""
        issue = self._issue(request)
        try:
            address = await links.create_space(self.applinks, issue)
        except AppLinksError as trouble:
            return self._page(request, issue, about(trouble, back=f"/browse/{issue.key}"))
        return self.site.go_on(request, f"/browse/{issue.key}", "The wiki has a new space:", address)

    def _issue(self, request: Request) -> Issue:
        current_user()
        issue = self.records.issue(request.path_params["key"])
        if issue is None:
            raise HTTPException(404, "There is no such issue.")
        return issue

    def _page(self, request: Request, issue: Issue, message: Message | None = None) -> Response:
        return self.site.page(
            request,
            "issue.html",
            status=409 if message else 200,
            message=message,
            issue=issue,
            transitions=possible(issue),
            comments=self.records.comments(issue.key),
            links=self.records.remote_links(issue.key),
        )
