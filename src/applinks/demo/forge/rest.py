"""The forge's REST resources. Every one but `application-properties` begins by asking who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from applinks import NobodyActing, current_user
from applinks.demo.bodies import BadBody, find, parse, text
from applinks.demo.forge.beans import PROPERTIES, Beans, listing
from applinks.demo.forge.events import Events
from applinks.demo.forge.records import PullRequest, Records, Repository
from applinks.demo.happened import Told

HEADS = "refs/heads/"


class NotThere(Exception):
    """There is no such thing; `kind` is the thing."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Rest:
    """Bitbucket's paths, answered from the forge's records."""

    records: Records
    beans: Beans
    told: Told

    def blueprint(self) -> Blueprint:
        """All resources; whatever goes wrong in them is told in Bitbucket's bean."""
        rest = Blueprint("rest", __name__)
        repository = "/projects/<project>/repos/<slug>"
        pull_request = f"{repository}/pull-requests/<number>"
        rest.add_url_rule("/application-properties", view_func=self.application_properties)
        rest.add_url_rule("/users/<slug>", view_func=self.user)
        rest.add_url_rule(repository, view_func=self.repository)
        rest.add_url_rule(f"{repository}/pull-requests", view_func=self.pull_requests)
        rest.add_url_rule(f"{repository}/pull-requests", view_func=self.open_pull_request, methods=["POST"])
        rest.add_url_rule(pull_request, view_func=self.pull_request)
        rest.add_url_rule(f"{pull_request}/comments", view_func=self.add_comment, methods=["POST"])
        rest.register_error_handler(NobodyActing, unauthorized)
        rest.register_error_handler(NotThere, not_there)
        rest.register_error_handler(BadBody, bad_body)
        return rest

    def application_properties(self) -> ResponseReturnValue:
        """What is running here; for everybody."""
        return PROPERTIES

    def user(self, slug: str) -> ResponseReturnValue:
        """Somebody."""
        current_user()
        if self.beans.people.find(slug) is None:
            raise NotThere("User", f"No user with slug '{slug}' exists.")
        return self.beans.user(slug)

    def repository(self, project: str, slug: str) -> ResponseReturnValue:
        """A repository."""
        return self.beans.repository(self._repository(project, slug))

    def pull_requests(self, project: str, slug: str) -> ResponseReturnValue:
        """The pull requests in a state, open ones if nothing is said; in the demo there are no others."""
        repository = self._repository(project, slug)
        wanted = request.args.get("state", "OPEN").upper() in {"OPEN", "ALL"}
        found = self.records.pull_requests(repository) if wanted else []
        return listing([self.beans.pull_request(repository, pull_request) for pull_request in found])

    def open_pull_request(self, project: str, slug: str) -> ResponseReturnValue:
        """Ask for a branch to be brought into another."""
        repository = self._repository(project, slug)
        body = parse(request.get_data())
        source, target = self._branch(repository, body, "fromRef.id"), self._branch(repository, body, "toRef.id")
        if source == target:
            raise BadBody("A branch cannot be brought into itself.", "fromRef.id")
        reviewers = self._reviewers(body)
        added = self.records.add_pull_request(
            repository,
            title=text(body, "title"),
            description=text(body, "description", longest=32_000) if find(body, "description") else "",
            source=source,
            target=target,
            author=current_user().name,
            reviewers=reviewers,
            told=partial(Events(self.beans, repository).opened, reviewers=reviewers),
        )
        self.told.tell()
        return self.beans.pull_request(repository, added), 201

    def pull_request(self, project: str, slug: str, number: str) -> ResponseReturnValue:
        """A pull request."""
        repository = self._repository(project, slug)
        return self.beans.pull_request(repository, self._pull_request(repository, number))

    def add_comment(self, project: str, slug: str, number: str) -> ResponseReturnValue:
        """Say something about a pull request, as whoever is calling."""
        repository = self._repository(project, slug)
        pull_request = self._pull_request(repository, number)
        said = text(parse(request.get_data()), "text", longest=32_000)
        told = partial(Events(self.beans, repository).commented, pull_request)
        comment = self.records.add_comment(pull_request, current_user().name, said, told)
        self.told.tell()
        return self.beans.comment(repository, comment), 201

    def _repository(self, project: str, slug: str) -> Repository:
        current_user()
        repository = self.records.repository(project, slug)
        if repository is None:
            kind = "Repository" if any(known.project == project for known in self.records.repositories()) else "Project"
            raise NotThere(kind, f"{kind} {project}/{slug} does not exist.")
        return repository

    def _pull_request(self, repository: Repository, number: str) -> PullRequest:
        pull_request = self.records.pull_request(repository, number)
        if pull_request is None:
            raise NotThere("PullRequest", f"No pull request {number} exists in {repository.project}/{repository.slug}.")
        return pull_request

    def _branch(self, repository: Repository, body: Any, path: str) -> str:
        branch = text(body, path).removeprefix(HEADS)
        if branch not in self.records.branches(repository):
            raise NotThere("Branch", f"Branch '{branch}' does not exist in {repository.project}/{repository.slug}.")
        return branch

    def _reviewers(self, body: Any) -> list[str]:
        reviewers = find(body, "reviewers") or []
        if not isinstance(reviewers, list):
            raise BadBody("'reviewers' must be a list.", "reviewers")
        names = [text(reviewer, "user.name") for reviewer in reviewers[:50]]
        for name in names:
            if self.beans.people.find(name) is None:
                raise BadBody(f"'{name}' cannot review: there is no such user.", "reviewers")
        return names


def problem(message: str, status: int, exception: str, field: str | None = None) -> ResponseReturnValue:
    """Bitbucket's bean for everything that goes wrong."""
    name = f"com.atlassian.bitbucket.{exception}Exception"
    return jsonify(errors=[{"context": field, "message": message, "exceptionName": name}]), status


def unauthorized(error: NobodyActing) -> ResponseReturnValue:  # noqa: ARG001 an error handler
    """Nobody is calling whom we know."""
    return problem("You are not permitted to access this resource.", 401, "Authorisation")


def not_there(error: NotThere) -> ResponseReturnValue:
    """No such repository, user, branch …"""
    return problem(str(error), 404, f"NoSuch{error.kind}")


def bad_body(error: BadBody) -> ResponseReturnValue:
    """The body is wrong, as a whole or in one field."""
    return problem(error.reason, 400, "ArgumentValidation", error.field)


def refused(error: HTTPException) -> ResponseReturnValue:
    """No such resource, not by that method, or too much of it."""
    return problem(error.description or error.name, error.code or 400, error.name.title().replace(" ", ""))
