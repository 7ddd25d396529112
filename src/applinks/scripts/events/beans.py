"""What scripts are given of an event: issues, pages, pull requests and what belongs to them (protocol.md 9.2 to 9.4, 10).

Each is made by `read` from the object that an application has sent. What a thing cannot be without must be there, or
`MalformedEvent` names it; a text that is absent is empty, and anything else None, so that conditions can be written without
asking first. People go by their names, as the application has them; None is nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from applinks.scripts.events.members import Members

Payload = Mapping[str, Any] | Members
"""An object of an event, as it was read from JSON."""


# ---- Jira


@dataclass(frozen=True, slots=True)
class ShortIssue:
    """An issue as another one mentions it: as its parent or one of its sub-tasks."""

    key: str
    summary: str = ""
    status: str = ""
    type: str = ""

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From a parent or sub-task. Raises `MalformedEvent`."""
        issue = Members.of(payload, "issue")
        fields = issue.below("fields")
        return cls(
            key=issue.line("key"),
            summary=fields.text("summary"),
            status=fields.below("status").text("name"),
            type=fields.below("issuetype").text("name"),
        )


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of Jira. `project` is the key of its project; `fields` has all that was sent, custom fields too, as it came."""

    key: str
    id: str = ""
    project: str = ""
    type: str = ""
    status: str = ""
    summary: str = ""
    description: str = ""
    reporter: str | None = None
    assignee: str | None = None
    subtask: bool = False
    parent: ShortIssue | None = None
    subtasks: tuple[ShortIssue, ...] = ()
    labels: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From the member `issue` of an event, or from the answer of `GET issue/{key}`. Raises `MalformedEvent`."""
        issue = Members.of(payload, "issue")
        fields, key = issue.below("fields"), issue.line("key")
        return cls(
            key=key,
            id=issue.text("id"),
            project=fields.below("project").text("key") or key.rpartition("-")[0],
            type=fields.below("issuetype").text("name"),
            status=fields.below("status").text("name"),
            summary=fields.text("summary"),
            description=fields.text("description"),
            reporter=_name(fields.below("reporter")),
            assignee=_name(fields.below("assignee")),
            subtask=fields.below("issuetype").says("subtask"),
            parent=ShortIssue.read(fields.below("parent")) if fields.has("parent") else None,
            subtasks=tuple(map(ShortIssue.read, fields.each("subtasks"))),
            labels=fields.texts("labels"),
            fields=fields.given,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an issue that has changed: what people saw before and after, None where it was or is empty."""

    field: str
    before: str | None = None
    after: str | None = None

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From one of the `items` of a change log. Raises `MalformedEvent`."""
        item = Members.of(payload, "changelog.items")
        return cls(
            field=item.line("field"),
            before=item.text("fromString") or item.text("from") or None,
            after=item.text("toString") or item.text("to") or None,
        )


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of the workflow: its name, empty where only the change of status was told, and the status before and after."""

    name: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From the member `transition` of an event. Raises `MalformedEvent` if it is no object."""
        step = Members.of(payload, "transition")
        return cls(name=step.text("transitionName"), before=step.text("from_status"), after=step.text("to_status"))

    @classmethod
    def between(cls, change: Change) -> Self:
        """From the change of the field `status`."""
        return cls(before=change.before or "", after=change.after or "")


# ---- all three


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody has said, of an issue, a page, a commit or a pull request; in the markup of its application."""

    id: str
    text: str = ""
    author: str | None = None

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From the member `comment` of an event. Raises `MalformedEvent`."""
        comment = Members.of(payload, "comment")
        return cls(
            id=comment.id("id"),
            text=comment.optional("body") or comment.text("text"),
            author=_name(comment.below("author")),
        )


# ---- Confluence


@dataclass(frozen=True, slots=True)
class Page:
    """A page of Confluence. `space` is the key of its space; `url` is where people read it, empty where that was not told."""

    id: str
    title: str = ""
    space: str = ""
    version: int | None = None
    url: str = ""

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From the member `page` of an event, or from the answer of `GET content/{id}`. Raises `MalformedEvent`.

        Events tell space, version and address flat (unverified: protocol.md 10), resources in objects; both are read.
        """
        page = Members.of(payload, "page")
        links = page.below("_links")
        version = page.optional_number("version")
        return cls(
            id=page.id("id"),
            title=page.text("title"),
            space=page.text("spaceKey") or page.below("space").text("key"),
            version=page.below("version").optional_number("number") if version is None else version,
            url=_address(links.text("base") + links.text("webui")) or _address(page.text("self")),
        )


# ---- Bitbucket


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of Bitbucket; `project` is the key of its project, `slug` its name in addresses."""

    project: str
    slug: str
    name: str = ""

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From a member `repository`. Raises `MalformedEvent`."""
        repository = Members.of(payload, "repository")
        project = repository.below("project").line("key")
        return cls(project=project, slug=repository.line("slug"), name=repository.text("name"))

    @property
    def path(self) -> str:
        """Project and slug, as in "OPS/launch-scripts"."""
        return f"{self.project}/{self.slug}"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request of Bitbucket: from the branch `source`, perhaps of a fork, to the branch `target` of `repository`."""

    id: int
    repository: Repository
    title: str = ""
    description: str = ""
    state: str = ""
    author: str | None = None
    reviewers: tuple[str, ...] = ()
    source: str = ""
    target: str = ""
    url: str = ""

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From the member `pullRequest` of an event, or from the answer of its resource. Raises `MalformedEvent`."""
        request = Members.of(payload, "pullRequest")
        target = request.below("toRef")
        reviewers = (_name(reviewer.below("user")) for reviewer in request.each("reviewers"))
        addresses = (_address(link.text("href")) for link in request.below("links").each("self"))
        return cls(
            id=request.number("id"),
            repository=Repository.read(target.below("repository")),
            title=request.text("title"),
            description=request.text("description"),
            state=request.text("state"),
            author=_name(request.below("author").below("user")),
            reviewers=tuple(name for name in reviewers if name),
            source=request.below("fromRef").text("displayId"),
            target=target.text("displayId"),
            url=next(iter(addresses), ""),
        )


@dataclass(frozen=True, slots=True)
class RefChange:
    """A branch or tag that was pushed: `action` is "ADD", "UPDATE" or "DELETE"; the commits are None where there is none."""

    ref: str
    name: str = ""
    kind: str = ""
    action: str = ""
    before: str | None = None
    after: str | None = None

    @classmethod
    def read(cls, payload: Payload) -> Self:
        """From one of the `changes` of an event; `kind` is "BRANCH" or "TAG". Raises `MalformedEvent`."""
        change = Members.of(payload, "changes")
        ref = change.below("ref")
        return cls(
            ref=ref.line("id"),
            name=ref.text("displayId"),
            kind=ref.text("type"),
            action=change.text("type"),
            before=_commit(change.text("fromHash")),
            after=_commit(change.text("toHash")),
        )


def _name(person: Members) -> str | None:
    return person.text("name") or None


def _address(text: str) -> str:
    """An address that may be shown as a link; anything else is none (T-47)."""
    return text if text.startswith(("http://", "https://")) else ""


def _commit(hash_: str) -> str | None:
    """Git writes zeros where there is no commit."""
    return hash_ if hash_.strip("0") else None
