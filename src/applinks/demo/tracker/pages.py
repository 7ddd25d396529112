"""The tracker's pages."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from applinks import AppLinksError, AsyncAppLinks, current_user
from applinks.demo.asgi import Site, text_of
from applinks.demo.messages import Kind, Message, about
from applinks.demo.safety import local_path
from applinks.demo.tracker import links
from applinks.demo.tracker.moving import Moving, Refused
from applinks.demo.tracker.records import Issue, Records
from applinks.demo.tracker.workflow import NotPossible, possible
from applinks.running import Refusal
from applinks.scripts import Run, Runs, RunState


@dataclass(frozen=True)
class Pages:
    """What people see and press. Every page begins by asking who is signed in."""

    site: Site
    applinks: AsyncAppLinks
    records: Records
    moving: Moving

    def routes(self) -> list[BaseRoute]:
        """The list, the issue, and the forms on it."""
        return [
            Route("/", self.issues),
            Route("/browse/{key}", self.issue),
            self.site.form("/browse/{key}/transition", self.transition),
            self.site.form("/browse/{key}/comment", self.comment),
            self.site.form("/browse/{key}/space", self.create_space),
            self.site.form("/messages/read", self.read_message),
        ]

    async def issues(self, request: Request) -> Response:
        """The list of all issues."""
        current_user()
        return self.site.page(request, "issues.html", issues=self.records.issues())

    async def issue(self, request: Request) -> Response:
        """One issue with everything that can be done with it."""
        return await self._page(request, self._issue(request))

    async def transition(self, request: Request, form: FormData) -> Response:
        """Take a step in the workflow; or stay, and say why."""
        issue = self._issue(request)
        try:
            told = await self.moving.move(issue, text_of(form, "transition"))
        except Refused as refused:
            return await self._page(request, issue, *(_objection(refusal) for refusal in refused.refusals))
        except (AppLinksError, NotPossible) as trouble:
            return await self._page(request, issue, about(trouble, back=f"/browse/{issue.key}"))
        await self.moving.settled(told)
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
            return await self._page(request, issue, about(trouble, back=f"/browse/{issue.key}"))
        return self.site.go_on(request, f"/browse/{issue.key}", "The wiki has a new space:", address)

    async def read_message(self, request: Request, form: FormData) -> Response:  # noqa: ARG002 all is in the form
        """Somebody has read what scripts told them, and wants to see it no more."""
        current_user()
        number = text_of(form, "number")
        if number.isascii() and number.isdecimal() and len(number) < 10:
            await self.applinks.mark_read(int(number))
        return RedirectResponse(local_path(text_of(form, "back")), 303)

    def _issue(self, request: Request) -> Issue:
        current_user()
        issue = self.records.issue(request.path_params["key"])
        if issue is None:
            raise HTTPException(404, "There is no such issue.")
        return issue

    async def _page(self, request: Request, issue: Issue, *troubles: Message) -> Response:
        runs: tuple[Run, ...] = await self.applinks.answer_async(Runs({}))
        return self.site.page(
            request,
            "issue.html",
            status=409 if troubles else 200,
            message=troubles[0] if troubles else None,
            troubles=troubles[1:],
            banners=await self.applinks.messages(),
            back=f"/browse/{issue.key}",
            runs=[run for run in runs if run.item == f"issue {issue.key}" and run.state is not RunState.SKIPPED],
            issue=issue,
            parent=self.records.parent(issue.key),
            subtasks=self.records.subtasks(issue.key),
            transitions=possible(issue),
            comments=self.records.comments(issue.key),
            links=self.records.remote_links(issue.key),
        )


def _objection(refusal: Refusal) -> Message:
    """Why a script does not let an issue move on."""
    field = refusal.field.capitalize() if refusal.field else None
    return Message(Kind.ERROR, refusal.message, lead=f"{field}:" if field else "This was not done.")
