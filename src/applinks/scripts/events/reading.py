"""Events as they arrive, read into one value, whichever application has told them (protocol.md 10).

Rules of this file:

- Whoever calls has verified the signature of the body before.
- Who caused it is whom the event names, by the name that the application has for them. None is nobody, as where a system did
  it by itself; nobody is ever put in their place.
- The name of an event is taken from the signed body. Headers are not signed by products: one is believed where the body is
  silent, and one that says otherwise is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from applinks.errors import MalformedEvent
from applinks.scripts.events.beans import Repository
from applinks.scripts.events.members import Members, malformed
from applinks.wire.messages import Pairs, first
from applinks.wire.plain_json import NotJson, parse

LARGEST = 1024 * 1024
"""Bytes of one event (security.md S-40)."""

EVENT_KEY = "x-event-key"
LONGEST_DELIVERY = 255
LATEST = 253_402_300_800
"""Seconds since the epoch: the end of the year 9999."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What an application has told.

    `application` is its type, `kind` its own name for what happened. `item` is what that is about, such as "issue OPS-7", None
    where there is no such thing; for one item, order is kept. `user` caused it, by the name that the application has for them;
    `user_key` is the key, which is no name, where it gives only that; both None: nobody. `happened_at` is in seconds since the
    epoch, None where it was not told.

    `delivery` is the same where the same event is sent again, but stands in a header that products do not sign; `digest`, the
    SHA-256 of the body, cannot be chosen by whoever sends an old body again. What has one of them in common with an earlier
    event of the same product is that event; under Standard Webhooks, where the id is signed, `delivery` alone decides.
    """

    kind: str
    application: str
    item: str | None
    user: str | None
    happened_at: float | None
    delivery: str
    payload: Mapping[str, Any] = field(repr=False, hash=False)
    user_key: str | None = None
    digest: str = ""


Reader = Callable[[Pairs, bytes], WebhookEvent]
"""From headers, their names in lower case, and the raw body; raises `MalformedEvent`."""


def read(application: str, headers: Pairs, body: bytes) -> WebhookEvent:
    """What an application of that type has told; by Standard Webhooks if it is not in `READERS`. Raises `MalformedEvent`."""
    told = READERS.get(application, read_standard)(headers, body)
    return replace(told, application=application)


def read_jira(headers: Pairs, body: bytes) -> WebhookEvent:
    """An event of Jira; the post-function "Trigger a webhook" names none (unverified), so it is the kind "transition"."""
    event = _event(body)
    kind = "transition" if "webhookEvent" not in event.given and event.has("transition") else event.line("webhookEvent")
    return WebhookEvent(
        kind=kind,
        application="jira",
        item=_item(event, ("issue", "key", "issue"), ("project", "key", "project")),
        user=_actor(event, "user"),
        happened_at=_from_milliseconds(event),
        delivery=_delivery(headers, body, "x-atlassian-webhook-identifier"),
        payload=event.given,
        digest=_digest(body),
    )


def read_confluence(headers: Pairs, body: bytes) -> WebhookEvent:
    """An event of Confluence, which gives no name of whoever caused it, but their key."""
    event = _event(body)
    return WebhookEvent(
        kind=_kind(headers, event, "event"),
        application="confluence",
        item=_item(
            event, ("page", "id", "page"), ("blog", "id", "blog"), ("comment", "id", "comment"), ("space", "key", "space")
        ),
        user=None,
        happened_at=_from_milliseconds(event),
        delivery=_delivery(headers, body, "x-request-id"),
        payload=event.given,
        user_key=None if event.given.get("userKey") is None else event.line("userKey"),
        digest=_digest(body),
    )


def read_bitbucket(headers: Pairs, body: bytes) -> WebhookEvent:
    """An event of Bitbucket; the ping by which it tests an address has a name in the header only."""
    event = _event(body)
    return WebhookEvent(
        kind=_kind(headers, event, "eventKey"),
        application="bitbucket",
        item=_bitbucket_item(event),
        user=_actor(event, "actor"),
        happened_at=_from_text(event.text("date")),
        delivery=_delivery(headers, body, "x-request-id"),
        payload=event.given,
        digest=_digest(body),
    )


def read_standard(headers: Pairs, body: bytes) -> WebhookEvent:
    """An event by Standard Webhooks, which say when it happened and of what type it is, and not who caused it."""
    event = _event(body)
    return WebhookEvent(
        kind=event.line("type"),
        application="standard",
        item=None,
        user=None,
        happened_at=_from_text(event.text("timestamp")),
        delivery=_delivery(headers, body, "webhook-id"),
        payload=event.given,
        digest=_digest(body),
    )


READERS: Mapping[str, Reader] = MappingProxyType(
    {"jira": read_jira, "confluence": read_confluence, "bitbucket": read_bitbucket, "standard": read_standard}
)
"""Type of application → how its events are read."""


# ---- what all do


def _event(body: bytes) -> Members:
    if len(body) > LARGEST:
        raise _unreadable(f"It has more than {LARGEST} bytes.")
    try:
        value = parse(body)
    except NotJson as trouble:
        raise _unreadable(str(trouble)) from None
    if not isinstance(value, dict):
        raise _unreadable("The body is JSON, but no object.")
    return Members(value)


def _unreadable(why: str) -> MalformedEvent:
    return MalformedEvent(
        f"An event cannot be read. {why}",
        member="",
        remedy=f"Let the other application send a JSON object in UTF-8, of at most {LARGEST} bytes; leave large fields out.",
    )


def _kind(headers: Pairs, event: Members, member: str) -> str:
    header = first(headers, EVENT_KEY)
    if event.given.get(member) is None and header:
        return Members({EVENT_KEY: header}).line(EVENT_KEY)
    kind = event.line(member)
    if header and header != kind:
        raise malformed(event.place(member), f"is not what the header {EVENT_KEY} says")
    return kind


def _item(event: Members, *things: tuple[str, str, str]) -> str | None:
    """The first of these things that the event tells of: member, what names it there, and our word."""
    for member, name, word in things:
        if event.has(member):
            return f"{word} {event.below(member).id(name)}"
    return None


def _bitbucket_item(event: Members) -> str | None:
    if event.has("pullRequest"):
        request = event.below("pullRequest")
        repository = Repository.read(request.below("toRef").below("repository"))
        return f"pull request {repository.path}/{request.number('id')}"
    if event.has("repository"):
        word = "ref" if isinstance(event.given.get("changes"), list) else "repository"
        return f"{word} {Repository.read(event.below('repository')).path}"
    return None


def _actor(event: Members, member: str) -> str | None:
    """Nobody where the member is absent; somebody without a name is an error, since nobody else may be put in their place."""
    if event.given.get(member) is None:
        return None
    return Members.of(event.given[member], event.place(member)).line("name")


def _delivery(headers: Pairs, body: bytes, header: str) -> str:
    value = first(headers, header) or ""
    is_plain = 0 < len(value) <= LONGEST_DELIVERY and value.isascii() and value.isprintable()
    return value if is_plain else _digest(body)


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def _from_milliseconds(event: Members) -> float | None:
    milliseconds = event.optional_number("timestamp")
    return milliseconds / 1000 if milliseconds is not None and milliseconds < LATEST * 1000 else None


def _from_text(text: str) -> float | None:
    """Seconds since the epoch of a time as ISO 8601 writes it, with or without a colon in its zone; None without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    seconds = moment.timestamp() if moment.tzinfo else -1.0
    return seconds if 0 <= seconds < LATEST else None
