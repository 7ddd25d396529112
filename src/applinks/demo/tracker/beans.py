"""The tracker's things in the shapes that Jira gives them (protocol.md 9.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from applinks.demo.people import People
from applinks.demo.tracker.records import Comment, Issue, RemoteLink
from applinks.demo.tracker.workflow import DONE, IN_PROGRESS, RELEASED, TO_DO, Transition, possible

Bean = dict[str, Any]

STATUSES: Mapping[str, tuple[str, str]] = {
    TO_DO: ("10000", "new"),
    IN_PROGRESS: ("3", "indeterminate"),
    DONE: ("10001", "done"),
    RELEASED: ("10002", "done"),
}
"""Name → id and category key."""

TASK: Bean = {"id": "10100", "name": "Task", "subtask": False}
SUBTASK: Bean = {"id": "10101", "name": "Sub-task", "subtask": True}


@dataclass(frozen=True)
class Beans:
    """Makes beans whose `self` addresses lie below the tracker's own address."""

    url: str
    people: People

    def user(self, name: str) -> Bean:
        """A user; the demo has no pictures and no settings of its own."""
        person = self.people.find(name)
        return {
            "self": f"{self.url}/rest/api/2/user?username={name}",
            "key": name,
            "name": name,
            "emailAddress": f"{name}@example.com",
            "avatarUrls": {},
            "displayName": person.full_name if person else name,
            "active": person is not None and person.active,
            "timeZone": "UTC",
        }

    def session(self, name: str) -> Bean:
        """Who is calling. The demo does not count sign-ins."""
        return {"self": f"{self.url}/rest/api/latest/user?username={name}", "name": name, "loginInfo": {}}

    def server(self) -> Bean:
        """What is running here."""
        return {
            "baseUrl": self.url,
            "version": "9.12.0",
            "versionNumbers": [9, 12, 0],
            "deploymentType": "Server",
            "buildNumber": 912000,
            "buildDate": "2025-01-01T00:00:00.000+0000",
            "scmInfo": "demo",
            "serverTitle": "Tracker, a demo of application links",
        }

    def issue(self, issue: Issue, parent: Issue | None, subtasks: Sequence[Issue]) -> Bean:
        """An issue with all its fields, its parent and its parts."""
        reporter = self.user(issue.reporter)
        fields = {
            "summary": issue.summary,
            "description": issue.description,
            "status": self.status(issue.status),
            "issuetype": SUBTASK if parent else TASK,
            "project": {"id": "10000", "key": "OPS", "name": "Operations"},
            "creator": reporter,
            "reporter": reporter,
            "assignee": None,
            "created": timestamp(issue.created),
            "updated": timestamp(issue.updated),
            "subtasks": [self.short_issue(part, SUBTASK) for part in subtasks],
        }
        if parent:
            fields["parent"] = self.short_issue(parent, TASK)
        return {"expand": "transitions", **self._issue(issue), "fields": fields}

    def short_issue(self, issue: Issue, kind: Bean) -> Bean:
        """An issue as another one mentions it."""
        fields = {"summary": issue.summary, "status": self.status(issue.status), "issuetype": kind}
        return {**self._issue(issue), "fields": fields}

    def _issue(self, issue: Issue) -> Bean:
        return {"id": str(issue.id), "self": f"{self.url}/rest/api/2/issue/{issue.id}", "key": issue.key}

    def transitions(self, issue: Issue) -> list[Bean]:
        """What an issue can do next."""
        return [self.transition(step) for step in possible(issue)]

    def transition(self, step: Transition) -> Bean:
        """One step of the workflow."""
        return {"id": step.id, "name": step.name, "to": self.status(step.to)}

    def status(self, name: str) -> Bean:
        """A status and the category that it belongs to."""
        id, category = STATUSES[name]  # noqa: A001 the wire's word
        return {"self": f"{self.url}/rest/api/2/status/{id}", "name": name, "id": id, "statusCategory": {"key": category}}

    def comment(self, comment: Comment) -> Bean:
        """What somebody said, and when."""
        author = self.user(comment.author)
        return {
            "self": f"{self.url}/rest/api/2/issue/{comment.issue}/comment/{comment.id}",
            "id": str(comment.id),
            "author": author,
            "body": comment.body,
            "updateAuthor": author,
            "created": timestamp(comment.created),
            "updated": timestamp(comment.created),
        }

    def remote_link(self, link: RemoteLink) -> Bean:
        """A link from an issue to something elsewhere."""
        return self.remote_link_created(link) | {
            "globalId": link.global_id,
            "application": {"type": link.application_type, "name": link.application_name},
            "relationship": link.relationship,
            "object": {"url": link.url, "title": link.title},
        }

    def remote_link_created(self, link: RemoteLink) -> Bean:
        """The short answer to saving one."""
        return {"id": link.id, "self": f"{self.url}/rest/api/2/issue/{link.issue}/remotelink/{link.id}"}


def timestamp(milliseconds: int) -> str:
    """A time as Jira writes it: `2016-05-05T10:15:34.000+0000`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}+0000"
