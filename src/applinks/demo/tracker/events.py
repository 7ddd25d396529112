"""What the tracker tells its scripts, in the shapes that Jira gives it (protocol.md 10)."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from applinks.demo.happened import Happened
from applinks.demo.tracker.beans import Bean, Beans
from applinks.demo.tracker.records import Issue, Records
from applinks.demo.tracker.workflow import Transition


@dataclass(frozen=True)
class Events:
    """Describes steps of the workflow, before they are taken and afterwards."""

    beans: Beans
    records: Records

    def asked(self, issue: Issue, step: Transition, person: str) -> Bean:
        """Somebody wants to take a step; as Jira's post-function “Trigger a webhook” describes one."""
        taken = {"transitionId": int(step.id), "transitionName": step.name, "from_status": issue.status, "to_status": step.to}
        workflow = {"workflowId": 10300, "workflowName": "Operations"}
        return self._about(issue, person, transition={**workflow, **taken})

    def taken(self, issue: Issue, step: Transition, person: str) -> Happened:
        """Somebody has taken a step; as Jira's webhook for issues describes what has changed."""
        before, after = self.beans.status(issue.status), self.beans.status(step.to)
        change = {
            "field": "status",
            "fieldtype": "jira",
            "from": before["id"],
            "fromString": before["name"],
            "to": after["id"],
            "toString": after["name"],
        }
        moved = self._about(replace(issue, status=step.to), person, changelog={"id": "1", "items": [change]})
        told = {"webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_generic", **moved}
        return Happened("jira:issue_updated", f"issue {issue.key}", person, told)

    def _about(self, issue: Issue, person: str, **more: Any) -> Bean:
        bean = self.beans.issue(issue, self.records.parent(issue.key), self.records.subtasks(issue.key))
        return {"timestamp": int(time.time() * 1000), "user": self.beans.user(person), "issue": bean, **more}
