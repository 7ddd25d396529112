"""The forge's things in the shapes that Bitbucket gives them (protocol.md 9.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from applinks.demo.forge.records import Comment, PullRequest, Records, Repository
from applinks.demo.people import EVERYBODY, People

Bean = dict[str, Any]

PROPERTIES: Bean = {
    "version": "8.19.0",
    "buildNumber": "8019000",
    "buildDate": "1735689600000",
    "displayName": "Forge, a demo of application links",
}

NUMBERS = {person.name: number for number, person in enumerate(EVERYBODY, start=1)}


@dataclass(frozen=True)
class Beans:
    """Makes beans whose `self` addresses lie below the forge's own address."""

    url: str
    people: People
    records: Records

    def user(self, name: str) -> Bean:
        """A user; their slug is their name."""
        person = self.people.find(name)
        return {
            "name": name,
            "emailAddress": f"{name}@example.com",
            "id": NUMBERS.get(name, 0),
            "displayName": person.full_name if person else name,
            "active": person is not None and person.active,
            "slug": name,
            "type": "NORMAL",
            "links": self.links(f"/users/{name}"),
        }

    def project(self, key: str) -> Bean:
        """The project of a repository."""
        links = self.links(f"/projects/{key}")
        return {"key": key, "id": 1, "name": "Operations", "public": False, "type": "NORMAL", "links": links}

    def repository(self, repository: Repository) -> Bean:
        """A repository. The demo keeps no code, so there is nowhere to clone it from."""
        return {
            "slug": repository.slug,
            "id": repository.id,
            "name": repository.name,
            "scmId": "git",
            "state": "AVAILABLE",
            "statusMessage": "Available",
            "forkable": False,
            "project": self.project(repository.project),
            "public": False,
            "links": {"clone": [], **self.links(repository_path(repository))},
        }

    def pull_request(self, repository: Repository, pull_request: PullRequest, reviewers: Sequence[str] | None = None) -> Bean:
        """A pull request with its people and branches; with these `reviewers`, if they are not kept yet."""
        names = self.records.reviewers(pull_request) if reviewers is None else reviewers
        return {
            "id": pull_request.number,
            "version": 0,
            "title": pull_request.title,
            "description": pull_request.description,
            "state": "OPEN",
            "open": True,
            "closed": False,
            "createdDate": pull_request.created,
            "updatedDate": pull_request.created,
            "fromRef": self.ref(repository, pull_request.source),
            "toRef": self.ref(repository, pull_request.target),
            "author": self.participant(pull_request.author, "AUTHOR"),
            "reviewers": [self.participant(name, "REVIEWER") for name in names],
            "participants": [],
            "links": self.links(pull_request_path(repository, pull_request)),
        }

    def ref(self, repository: Repository, branch: str) -> Bean:
        """A branch, as one end of a pull request."""
        return {
            "id": f"refs/heads/{branch}",
            "displayId": branch,
            "latestCommit": self.records.branches(repository)[branch],
            "repository": self.repository(repository),
        }

    def participant(self, name: str, role: str) -> Bean:
        """Somebody's part in a pull request."""
        return {"user": self.user(name), "role": role, "approved": False, "status": "UNAPPROVED"}

    def comment(self, repository: Repository, comment: Comment) -> Bean:
        """What somebody said, and when."""
        return {
            "properties": {"repositoryId": repository.id},
            "id": comment.id,
            "version": 0,
            "text": comment.text,
            "author": self.user(comment.author),
            "createdDate": comment.created,
            "updatedDate": comment.created,
            "comments": [],
            "tasks": [],
            "permittedOperations": {"editable": False, "deletable": False},
        }

    def links(self, path: str) -> Bean:
        """Where people find a thing."""
        return {"self": [{"href": self.url + path}]}


def listing(values: list[Bean]) -> Bean:
    """A list; the demo's lists are short and come whole."""
    size = len(values)
    return {"size": size, "limit": max(25, size), "isLastPage": True, "values": values, "start": 0, "nextPageStart": None}


def repository_path(repository: Repository) -> str:
    """Where people find a repository."""
    return f"/projects/{repository.project}/repos/{repository.slug}"


def pull_request_path(repository: Repository, pull_request: PullRequest) -> str:
    """Where people find a pull request."""
    return f"{repository_path(repository)}/pull-requests/{pull_request.number}"
