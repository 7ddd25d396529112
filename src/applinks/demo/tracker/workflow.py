"""From To Do through In Progress to Done, and what happens on the way."""

from __future__ import annotations

from dataclasses import dataclass

from applinks import AsyncAppLinks
from applinks.demo.tracker import links
from applinks.demo.tracker.records import Issue, Records

TO_DO, IN_PROGRESS, DONE = "To Do", "In Progress", "Done"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that issues in some statuses can take."""

    id: str
    name: str
    starts: frozenset[str]
    to: str


TRANSITIONS = (
    Transition("11", "Reopen", frozenset({IN_PROGRESS, DONE}), TO_DO),
    Transition("21", "Start", frozenset({TO_DO}), IN_PROGRESS),
    Transition("31", "Done", frozenset({IN_PROGRESS}), DONE),
)


class NotPossible(Exception):
    """The issue cannot take that step now."""


def possible(issue: Issue) -> list[Transition]:
    """The steps that an issue can take now."""
    return [step for step in TRANSITIONS if issue.status in step.starts]


async def transition(applinks: AsyncAppLinks, records: Records, issue: Issue, transition_id: str) -> None:
    """Take a step. An issue is done once the wiki knows of it: if the wiki refuses, the issue stays where it is."""
    step = next((step for step in possible(issue) if step.id == transition_id), None)
    if step is None:
        raise NotPossible(f"An issue that is {issue.status!r} cannot take the transition {transition_id!r}.")
    if step.to == DONE:
        await links.publish(applinks, records, issue)
    if not records.move(issue.key, issue.status, step.to):
        raise NotPossible("Somebody else has just changed the issue.")
