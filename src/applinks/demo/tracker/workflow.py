"""The steps of an issue, from To Do through In Progress and Done to Released."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.demo.tracker.records import Issue

TO_DO, IN_PROGRESS, DONE, RELEASED = "To Do", "In Progress", "Done", "Released"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that issues in some statuses can take."""

    id: str
    name: str
    starts: frozenset[str]
    to: str


TRANSITIONS = (
    Transition("11", "Reopen", frozenset({IN_PROGRESS, DONE, RELEASED}), TO_DO),
    Transition("21", "Start", frozenset({TO_DO}), IN_PROGRESS),
    Transition("31", "Done", frozenset({IN_PROGRESS}), DONE),
    Transition("41", "Release", frozenset({DONE}), RELEASED),
)


class NotPossible(Exception):
    """The issue cannot take that step now."""


def possible(issue: Issue) -> list[Transition]:
    """The steps that an issue can take now."""
    return [step for step in TRANSITIONS if issue.status in step.starts]


def step_of(issue: Issue, transition_id: str) -> Transition:
    """The step of that id; `NotPossible` if the issue cannot take it now."""
    step = next((step for step in possible(issue) if step.id == transition_id), None)
    if step is None:
        raise NotPossible(f"An issue that is {issue.status!r} cannot take the transition {transition_id!r}.")
    return step
