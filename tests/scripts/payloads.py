"""Events as products send them, made from the facts of protocol.md 9.2 to 9.4 and 10: realistic, and nobody's data."""

from __future__ import annotations

import json
from typing import Any

Payload = dict[str, Any]

JIRA, WIKI, FORGE = "https://jira.example.com", "https://wiki.example.com/confluence", "https://forge.example.com"
MOMENT = 1_760_000_000
"""Seconds since the epoch, of every event here unless another time is given."""
NAMES = {"alice": "Alice Adams", "bob": "Bob Brown", "carol": "Carol Clark"}


def body(payload: Payload) -> bytes:
    """As it travels."""
    return json.dumps(payload, separators=(",", ":")).encode()


# ---- Jira


def jira_user(name: str) -> Payload:
    return {
        "self": f"{JIRA}/rest/api/2/user?username={name}",
        "name": name,
        "key": f"JIRAUSER1010{len(name)}",
        "emailAddress": f"{name}@example.com",
        "avatarUrls": {"48x48": f"{JIRA}/secure/useravatar?avatarId=10122"},
        "displayName": NAMES.get(name, name),
        "active": True,
        "timeZone": "Europe/Berlin",
    }


def status(name: str = "To Do") -> Payload:
    number = {"To Do": "10000", "In Progress": "3", "Done": "10001"}.get(name, "10002")
    return {"self": f"{JIRA}/rest/api/2/status/{number}", "name": name, "id": number, "statusCategory": {"key": "new"}}


def short_issue(key: str, summary: str = "Book a room") -> Payload:
    """As an issue mentions its parent or a sub-task."""
    number = f"100{key.rpartition('-')[2]}"
    kind = {"id": "10101", "name": "Sub-task", "subtask": True}
    fields = {"summary": summary, "status": status(), "issuetype": kind}
    return {"id": number, "key": key, "self": f"{JIRA}/rest/api/2/issue/{number}", "fields": fields}


def issue(key: str = "OPS-7", *, subtasks: tuple[str, ...] = (), parent: str | None = None, **fields: Any) -> Payload:
    """An issue; fields by their names in Jira."""
    number = f"100{key.rpartition('-')[2]}"
    standing = {
        "summary": "Prepare the launch",
        "description": "As *agreed*.\r\n",
        "issuetype": {"id": "10100", "name": "Sub-task" if parent else "Task", "subtask": parent is not None},
        "project": {"self": f"{JIRA}/rest/api/2/project/10000", "id": "10000", "key": "OPS", "name": "Operations"},
        "status": status(),
        "creator": jira_user("carol"),
        "reporter": jira_user("carol"),
        "assignee": None,
        "labels": ["launch", "q4"],
        "subtasks": [short_issue(subtask) for subtask in subtasks],
        "created": "2025-10-09T08:53:20.000+0000",
        "customfield_10010": {"value": "high", "id": "10200"},
    }
    if parent:
        standing["parent"] = short_issue(parent, "Launch")
    return {"id": number, "self": f"{JIRA}/rest/api/2/issue/{number}", "key": key, "fields": standing | fields}


def change(field: str, before: str | None, after: str | None) -> Payload:
    """One item of a change log, of a field whose values have names only."""
    return {"field": field, "fieldtype": "jira", "from": before, "fromString": before, "to": after, "toString": after}


def issue_created(by: str | None = "alice", **of_issue: Any) -> Payload:
    created = {"issue_event_type_name": "issue_created", "issue": issue(**of_issue)}
    return _jira("jira:issue_created", by, **created)


def issue_updated(
    by: str | None = "alice", *, before: str = "To Do", after: str = "Done", at: float = MOMENT, **of_issue: Any
) -> Payload:
    """An issue that somebody has moved from one status to another."""
    item = change("status", before, after) | {"from": status(before)["id"], "to": status(after)["id"]}
    updated = {
        "issue_event_type_name": "issue_generic",
        "issue": issue(**of_issue | {"status": status(after)}),
        "changelog": {"id": "20300", "items": [change("resolution", None, "Done"), item]},
    }
    return _jira("jira:issue_updated", by, at, **updated)


def issue_updated_by_nobody() -> Payload:
    """As Jira tells what it did by itself."""
    return issue_updated(None)


def issue_transitioned(by: str = "alice", name: str = "Finish", before: str = "To Do", after: str = "Done") -> Payload:
    """What the post-function "Trigger a webhook" sends: no name of the event, and the transition."""
    transition = {
        "workflowId": 10300,
        "workflowName": "Operations",
        "transitionId": 31,
        "transitionName": name,
        "from_status": before,
        "to_status": after,
    }
    told = _jira("", by, issue=issue(), transition=transition, comment="Off we go.")
    del told["webhookEvent"]
    return told


def jira_comment_created(by: str = "bob", text: str = "Looks good.") -> Payload:
    comment = {
        "self": f"{JIRA}/rest/api/2/issue/1007/comment/10500",
        "id": "10500",
        "author": jira_user(by),
        "body": text,
        "updateAuthor": jira_user(by),
        "created": "2025-10-09T08:53:20.000+0000",
        "updated": "2025-10-09T08:53:20.000+0000",
    }
    return _jira("comment_created", by, comment=comment, issue=issue())


def _jira(kind: str, by: str | None, at: float = MOMENT, **members: Any) -> Payload:
    user = {"user": jira_user(by)} if by else {}
    return {"timestamp": int(at * 1000), "webhookEvent": kind, **user, **members}


# ---- Confluence


ALICES_KEY = "8a80808f6e1c1c3d016e1c1d2e3f0001"


def page(id: int = 65_601, title: str = "Launch plan", space: str = "OPS") -> Payload:  # noqa: A002
    return {
        "id": id,
        "title": title,
        "spaceKey": space,
        "version": 1,
        "creationDate": MOMENT * 1000,
        "modificationDate": MOMENT * 1000,
        "self": f"{WIKI}/display/{space}/{title.replace(' ', '+')}",
    }


def page_created(by_key: str | None = ALICES_KEY, **of_page: Any) -> Payload:
    return _confluence("page_created", by_key, page=page(**of_page))


def wiki_comment_created(by_key: str | None = ALICES_KEY) -> Payload:
    return _confluence("comment_created", by_key, page=page(), comment={"id": 65_700, "parent": {"id": 65_601}})


def _confluence(kind: str, by_key: str | None, **members: Any) -> Payload:
    user = {"userKey": by_key} if by_key else {}
    return {"timestamp": MOMENT * 1000, "event": kind, **user, **members}


# ---- Bitbucket


def bitbucket_user(name: str) -> Payload:
    return {
        "name": name,
        "emailAddress": f"{name}@example.com",
        "id": len(name),
        "displayName": NAMES.get(name, name),
        "active": True,
        "slug": name,
        "type": "NORMAL",
        "links": {"self": [{"href": f"{FORGE}/users/{name}"}]},
    }


def repository(project: str = "OPS", slug: str = "launch-scripts") -> Payload:
    return {
        "slug": slug,
        "id": 12,
        "name": slug.replace("-", " "),
        "scmId": "git",
        "state": "AVAILABLE",
        "statusMessage": "Available",
        "forkable": True,
        "project": {"key": project, "id": 1, "name": "Operations", "public": False, "type": "NORMAL"},
        "public": False,
    }


def pull_request(number: int = 5, state: str = "MERGED") -> Payload:
    def ref(branch: str, commit: str) -> Payload:
        return {"id": f"refs/heads/{branch}", "displayId": branch, "latestCommit": commit * 40, "repository": repository()}

    def part(name: str, role: str) -> Payload:
        return {"user": bitbucket_user(name), "role": role, "approved": role == "REVIEWER", "status": "APPROVED"}

    return {
        "id": number,
        "version": 2,
        "title": "OPS-7 prepare the launch",
        "description": "Ready.",
        "state": state,
        "open": state == "OPEN",
        "closed": state != "OPEN",
        "createdDate": MOMENT * 1000,
        "updatedDate": MOMENT * 1000,
        "fromRef": ref("feature/OPS-7", "a"),
        "toRef": ref("main", "b"),
        "author": part("alice", "AUTHOR"),
        "reviewers": [part("bob", "REVIEWER"), part("carol", "REVIEWER")],
        "participants": [],
        "links": {"self": [{"href": f"{FORGE}/projects/OPS/repos/launch-scripts/pull-requests/{number}"}]},
    }


def pr_merged(by: str = "bob", **of_request: Any) -> Payload:
    return _bitbucket("pr:merged", by, pullRequest=pull_request(**of_request))


def pr_comment_added(by: str = "bob", text: str = "Why?") -> Payload:
    comment = {"properties": {"repositoryId": 12}, "id": 62, "version": 0, "text": text, "author": bitbucket_user(by)}
    return _bitbucket("pr:comment:added", by, pullRequest=pull_request(state="OPEN"), comment=comment)


def refs_changed(by: str = "alice", branch: str = "main", action: str = "UPDATE") -> Payload:
    before, after = ("0" if action == "ADD" else "a") * 40, ("0" if action == "DELETE" else "b") * 40
    ref = {"id": f"refs/heads/{branch}", "displayId": branch, "type": "BRANCH"}
    pushed = {"ref": ref, "refId": ref["id"], "fromHash": before, "toHash": after, "type": action}
    return _bitbucket("repo:refs_changed", by, repository=repository(), changes=[pushed])


def ping() -> Payload:
    """By which an administrator tests the address; its name is in the header only."""
    return {"test": True}


def bitbucket_headers(kind: str, request: str = "5c2b1f3e-0d5e-4c5b-9a0f-7f1f2f3f4f50") -> tuple[tuple[str, str], ...]:
    return (("content-type", "application/json; charset=utf-8"), ("x-event-key", kind), ("x-request-id", request))


def _bitbucket(kind: str, by: str, **members: Any) -> Payload:
    return {"eventKey": kind, "date": "2025-10-09T10:53:20+0200", "actor": bitbucket_user(by), **members}


# ---- any other


def standard(kind: str = "contact.created") -> Payload:
    return {"type": kind, "timestamp": "2025-10-09T08:53:20.5Z", "data": {"id": "c-1", "name": "Dora Dean"}}
