"""What a script may ask for by the names of its parameters, of the event that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from applinks.scripts.events.beans import Change, Comment, Issue, Page, PullRequest, RefChange, Repository, Transition
from applinks.scripts.events.members import Members, malformed

Bound = Iterator[tuple[str, object]]

BINDINGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "jira": MappingProxyType(
            {"issue": Issue, "changes": tuple[Change, ...], "transition": Transition, "comment": Comment},
        ),
        "confluence": MappingProxyType({"page": Page, "comment": Comment}),
        "bitbucket": MappingProxyType(
            {
                "pull_request": PullRequest,
                "repository": Repository,
                "changes": tuple[RefChange, ...],
                "comment": Comment,
            }
        ),
    }
)
"""Type of application → name → what stands for it. Events of any other application have their payload only."""


def bindings_of(application: str, payload: Mapping[str, Any]) -> Mapping[str, object]:
    """What an event of that type of application has to give, by the names of `BINDINGS`.

    `changes` is always there, perhaps empty; of the others, those that the event tells of. Raises `MalformedEvent` where one of
    these is not what it must be.
    """
    bind = _BINDERS.get(application)
    return dict(bind(Members.of(payload, ""))) if bind else {}


def everything_told() -> Mapping[str, Any]:
    """What the events of any application tell."""
    return {name: kind for told in BINDINGS.values() for name, kind in told.items()}


def _of_jira(event: Members) -> Bound:
    changes = tuple(map(Change.read, event.below("changelog").each("items")))
    yield "changes", changes
    if _tells(event, "issue"):
        yield "issue", Issue.read(event.below("issue"))
    if _tells(event, "transition"):
        yield "transition", Transition.read(event.below("transition"))
    else:
        yield from (("transition", Transition.between(change)) for change in changes if change.field == "status")
    if event.has("comment"):  # a post-function sends the bare text of a comment that is about to be made
        yield "comment", Comment.read(event.below("comment"))


def _of_confluence(event: Members) -> Bound:
    if _tells(event, "page"):
        yield "page", Page.read(event.below("page"))
    if _tells(event, "comment"):
        yield "comment", Comment.read(event.below("comment"))


def _of_bitbucket(event: Members) -> Bound:
    yield "changes", tuple(map(RefChange.read, event.each("changes")))
    if _tells(event, "pullRequest"):
        request = PullRequest.read(event.below("pullRequest"))
        yield "pull_request", request
        yield "repository", request.repository
    elif _tells(event, "repository"):
        yield "repository", Repository.read(event.below("repository"))
    if _tells(event, "comment"):
        yield "comment", Comment.read(event.below("comment"))


_BINDERS: Mapping[str, Callable[[Members], Bound]] = {
    "jira": _of_jira,
    "confluence": _of_confluence,
    "bitbucket": _of_bitbucket,
}


def _tells(event: Members, name: str) -> bool:
    """Whether there is such a member, which must then be an object."""
    if event.given.get(name) is None:
        return False
    if not event.has(name):
        raise malformed(event.place(name), "is no object")
    return True
