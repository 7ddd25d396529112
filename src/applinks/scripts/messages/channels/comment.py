"""A comment on what a message is about: an issue, a page, a pull request. All who may see that can read it.

It is written over a link, as a user whom the installation names for this, and only where it is certain which application the
thing belongs to: another application may have an issue of the same key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from applinks.errors import AppLinksError, FarSideError, StoreUnavailable, Throttled, TransportFailed
from applinks.links import Link, LinkById, Links
from applinks.outgoing import AsyncLinkedApplication, Caller, LinkedApplication
from applinks.people import ActingAs
from applinks.questions import Flow, Question
from applinks.scripts.events.event import HERE, Event, EventOf
from applinks.scripts.events.sources import LINKED, WEBHOOK, Source, SourceOf
from applinks.scripts.messages.channels import markup
from applinks.scripts.messages.channels.addresses import Channels
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.message import Message
from applinks.scripts.messages.written import Letter, one_line
from applinks.scripts.runs.run import Run, RunOf

_FAILED = 500


@dataclass(frozen=True, slots=True)
class PostComment(Question):
    """POST this JSON to a path of a linked application, as a user of ours. The answer is None; raises `AppLinksError`."""

    link: Link
    user: str
    path: str
    content: Any = field(repr=False)


def for_all(message: Message) -> Message:
    """The message as all who see the issue may read it: what an error says may be what its reader alone may see (T-66)."""
    return replace(message, told={name: value for name, value in message.told.items() if name != "error"})


def is_set_up(channels: Channels) -> bool:
    """Whether it was said who writes comments."""
    return channels.comment_as is not None


def send(letter: Letter, channels: Channels) -> Flow[Outcome]:
    """Where the item belongs to a linked application that we can comment in."""
    message = letter.written.message
    place = _place(message.item or "")
    if channels.comment_as is None or place is None:
        return Outcome(Sent.NEVER, "it is about nothing that can be commented on")
    link = yield from _link_of(message, place.type)
    if link is None:
        return Outcome(Sent.NEVER, f"it is not certain which {place.type} has {one_line(message.item or '')}")
    try:
        yield PostComment(link, channels.comment_as, place.path, place.content(letter, _name_there(link, letter.person.name)))
    except AppLinksError as error:
        return Outcome(Sent.LATER if _may_pass(error) else Sent.NEVER, one_line(str(error)))
    return Outcome(Sent.YES)


def post(caller: Caller, question: PostComment) -> None:
    """Write it, in synchronous code."""
    with ActingAs(question.user, caller):
        LinkedApplication(question.link, caller).post(question.path, json=question.content)


async def post_async(caller: Caller, question: PostComment) -> None:
    """Write it, in asynchronous code."""
    async with ActingAs(question.user, caller):
        await AsyncLinkedApplication(question.link, caller).post(question.path, json=question.content)


@dataclass(frozen=True, slots=True)
class _Place:
    type: str
    path: str
    content: Callable[[Letter, str | None], Any]


def _place(item: str) -> _Place | None:
    """Where a comment on an item goes in the REST of its product, by the names that events give to items."""
    for pattern, made in _PLACES:
        if found := pattern(item):
            return made(*found.groups())
    return None


def _issue(key: str) -> _Place:
    return _Place("jira", f"rest/api/2/issue/{key}/comment", lambda letter, name: {"body": _as(markup.jira, letter, name)})


def _page(kind: str, id: str) -> _Place:  # noqa: A002
    def content(letter: Letter, _: str | None) -> Any:
        value = markup.confluence(letter.written, _reader(letter))
        container = {"id": id, "type": "blogpost" if kind == "blog" else kind}
        return {
            "type": "comment",
            "container": container,
            "body": {"storage": {"value": value, "representation": "storage"}},
        }

    return _Place("confluence", "rest/api/content", content)


def _pull_request(project: str, repository: str, number: str) -> _Place:
    path = f"rest/api/1.0/projects/{project}/repos/{repository}/pull-requests/{number}/comments"
    return _Place("bitbucket", path, lambda letter, name: {"text": _as(markup.bitbucket, letter, name)})


_PLACES: tuple[tuple[Callable[[str], re.Match[str] | None], Callable[..., _Place]], ...] = (
    (re.compile(r"issue ([A-Z][A-Z0-9_]*-[0-9]+)").fullmatch, _issue),
    (re.compile(r"(page|blog) ([0-9]+)").fullmatch, _page),
    (re.compile(r"pull request (~?[A-Za-z0-9_-]+)/([A-Za-z0-9_-][A-Za-z0-9._-]*)/([0-9]+)").fullmatch, _pull_request),
)


def _as(write: Callable[..., str], letter: Letter, name: str | None) -> str:
    return write(letter.written, _reader(letter), name)


def _reader(letter: Letter) -> str:
    return one_line(letter.person.full_name or letter.person.name)


def _link_of(message: Message, type: str) -> Flow[Link | None]:  # noqa: A002
    """The link that told of the item; where none did, the only one of its type, unless it is a thing of our own."""
    event = yield from _event_of(message)
    source = event.source if event else ""
    if source == HERE:
        return None
    of_link, id = yield from _told_by(source)  # noqa: A001
    if of_link:
        link: Link | None = (yield LinkById(id)) if id is not None else None
        return link if link is not None and link.type == type else None
    links: tuple[Link, ...] = yield Links(type, limit=2)
    return links[0] if len(links) == 1 else None


def _told_by(source: str) -> Flow[tuple[bool, str | None]]:
    """Whether an application that tells in this way belongs to a link, and the id of that, if it is still known."""
    if source.startswith(LINKED):
        return True, source.removeprefix(LINKED)
    if not source.startswith(WEBHOOK):
        return False, None
    webhook: Source | None = yield SourceOf(source.removeprefix(WEBHOOK))
    if webhook is None:
        return True, None  # whose it was is gone with it: nothing is certain then
    return webhook.of_link, webhook.link_id


def _event_of(message: Message) -> Flow[Event | None]:
    run: Run | None = (yield RunOf(message.run)) if message.run is not None else None
    event: Event | None = (yield EventOf(run.event)) if run is not None and run.event is not None else None
    return event


def _name_there(link: Link, name: str) -> str | None:
    """Their name over there, if it was said that names mean the same people, and this one does for certain."""
    if link.same_users is None or link.only_proven or link.unshared(name, None) is not None:
        return None
    return link.names.there(name)


def _may_pass(error: AppLinksError) -> bool:
    if isinstance(error, FarSideError):
        return error.status >= _FAILED or isinstance(error, Throttled)
    return isinstance(error, TransportFailed | StoreUnavailable)
