"""The forge's pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from applinks import AppLinks, AppLinksError, current_user
from applinks.demo.forge import links
from applinks.demo.forge.beans import Beans, pull_request_path, repository_path
from applinks.demo.forge.events import Events
from applinks.demo.forge.records import PullRequest, Records, Repository
from applinks.demo.happened import Told
from applinks.demo.messages import Kind, about


@dataclass(frozen=True)
class Pages:
    """What people see and press. Every page begins by asking who is signed in."""

    applinks: AppLinks
    records: Records
    beans: Beans
    told: Told

    def blueprint(self) -> Blueprint:
        """All pages but signing in and out."""
        pages = Blueprint("pages", __name__)
        repository = "/projects/<project>/repos/<slug>"
        pull_request = f"{repository}/pull-requests/<number>"
        pages.add_url_rule("/", view_func=self.repositories)
        pages.add_url_rule(repository, view_func=self.repository)
        pages.add_url_rule(f"{repository}/space", view_func=self.create_space, methods=["POST"])
        pages.add_url_rule(pull_request, view_func=self.pull_request)
        pages.add_url_rule(f"{pull_request}/comments", view_func=self.comment, methods=["POST"])
        pages.add_url_rule("/linked", view_func=self.linked)
        pages.add_url_rule("/linked/whoami", view_func=self.who_am_i, methods=["POST"])
        return pages

    def repositories(self) -> ResponseReturnValue:
        """The list of all repositories."""
        current_user()
        return render_template("repositories.html", repositories=self.records.repositories(), path=repository_path)

    def repository(self, project: str, slug: str) -> ResponseReturnValue:
        """A repository and its pull requests."""
        return self._show(self._repository(project, slug))

    def create_space(self, project: str, slug: str) -> ResponseReturnValue:
        """Give a repository a space of its own in the wiki."""
        repository = self._repository(project, slug)
        try:
            address = links.create_space(self.applinks, repository)
        except AppLinksError as trouble:
            return self._show(repository, message=about(trouble, back=repository_path(repository))), 409
        return go_on(repository_path(repository), "The wiki has a new space:", address)

    def pull_request(self, project: str, slug: str, number: str) -> ResponseReturnValue:
        """A pull request and what is said about it."""
        repository = self._repository(project, slug)
        pull_request = self._pull_request(repository, number)
        return render_template(
            "pull_request.html",
            repository=repository,
            pull_request=pull_request,
            reviewers=self.records.reviewers(pull_request),
            comments=self.records.comments(pull_request),
            repository_path=repository_path(repository),
            path=pull_request_path(repository, pull_request),
        )

    def comment(self, project: str, slug: str, number: str) -> ResponseReturnValue:
        """Say something about a pull request."""
        repository = self._repository(project, slug)
        pull_request = self._pull_request(repository, number)
        path, said = pull_request_path(repository, pull_request), request.form.get("text", "").strip()
        if not said:
            return go_on(path, "An empty comment was not kept.", kind=Kind.INFO)
        told = partial(Events(self.beans, repository).commented, pull_request)
        self.records.add_comment(pull_request, current_user().name, said, told)
        self.told.tell()
        return go_on(path, "Your comment was added.")

    def linked(self) -> ResponseReturnValue:
        """All links."""
        current_user()
        return self._linked()

    def who_am_i(self) -> ResponseReturnValue:
        """Ask a linked application who we are there, as whoever is signed in."""
        current_user()
        ask = links.WHO_AM_I.get(request.form.get("type", ""))
        if ask is None:
            abort(404, "We do not know how to ask an application of that type.")
        try:
            return self._linked(name=ask(self.applinks))
        except AppLinksError as trouble:
            return self._linked(message=about(trouble, back="/linked")), 409

    def _linked(self, **told: object) -> str:
        return render_template("linked.html", links=self.applinks.links(), questions=links.WHO_AM_I, **told)

    def _show(self, repository: Repository, **told: object) -> str:
        return render_template(
            "repository.html",
            repository=repository,
            pull_requests=self.records.pull_requests(repository),
            path=repository_path(repository),
            pull_request_path=pull_request_path,
            **told,
        )

    def _repository(self, project: str, slug: str) -> Repository:
        current_user()
        return self.records.repository(project, slug) or abort(404, "There is no such repository.")

    def _pull_request(self, repository: Repository, number: str) -> PullRequest:
        return self.records.pull_request(repository, number) or abort(404, "There is no such pull request.")


def go_on(path: str, said: str, address: str | None = None, kind: Kind = Kind.SUCCESS) -> ResponseReturnValue:
    """Send the person to a page that will tell them, once, what was done and perhaps where to look at it."""
    session["said"] = {"kind": kind, "text": said, "address": address}
    return redirect(path, 303)
