"""Taking events in, from webhooks and from linked applications: proven, read, kept, and only then acknowledged.

Rules of this file:
- The proof is looked at before anything else of an event, over the raw body (protocol.md 10). A webhook that is unknown costs
  the same work as one that is known, and is told the same.
- An event is kept once. Products sign nothing but the body, so that its digest stands for the delivery, and an event of an
  hour ago is not taken any more; Standard Webhooks sign the id of the delivery and its time (security.md T-78).
- Nobody outside is asked anything here: whose event it is, is found out when it is sorted.
"""

from __future__ import annotations

import logging
from hmac import compare_digest

from applinks.announcements import Announce, EventKept
from applinks.audit import printable
from applinks.errors import MalformedEvent
from applinks.links import Link, digest_of
from applinks.questions import Flow, Moment, Now
from applinks.scripts.events.event import Event, KeepEvent, KeptEvent
from applinks.scripts.events.reading import WebhookEvent, read
from applinks.scripts.events.sources import LINKED, WEBHOOK, Source, SourceOf
from applinks.scripts.events.webhooks import PRODUCTS
from applinks.wire.events import ToldEvent, Unreadable
from applinks.wire.messages import Pairs
from applinks.wire.webhooks import TOLERANCE, Unproven, hub_signed_by, standard_signed_by

OLDEST = 3600.0
"""Seconds after which an event is not taken any more, by its own time; who sends it late has tried before."""
PING = "diagnostics:ping"
"""By which Bitbucket tries an address."""

_UNKNOWN = Source("", "", "jira", False, None, False, None, 0.0, "", secret="of nobody", address_digest="of nobody")  # noqa: S106
"""What an unknown webhook is compared with."""

log = logging.getLogger("applinks.scripts")


def take_event(source_id: str, part: str | None, headers: Pairs, body: bytes) -> Flow[KeptEvent | None]:
    """Keep the event that a webhook sends; None for one that only tries the address.

    `part` is the secret part of the address, None if it has none. Raises `Unproven`, `MalformedEvent`.
    """
    source: Source | None = yield SourceOf(source_id)
    moment: Moment = yield Now()
    try:
        check_proof(source or _UNKNOWN, part, headers, body, moment.now)
        if source is None:
            raise Unproven("there is no such webhook")
    except Unproven as unproven:
        log.warning("refused an event of the webhook %s: %s", printable(source.name if source else "?"), unproven)
        raise
    told = read(source.application, headers, body)
    if told.kind == PING and told.application == "bitbucket":
        return None
    has_signed_time = part is None and source.application not in PRODUCTS
    if not has_signed_time:
        check_time(told, moment.now)
    event = Event(
        source=f"{WEBHOOK}{source.id}",
        application=source.application,
        kind=told.kind,
        delivery=told.delivery if has_signed_time else told.digest,
        payload=told.payload,
        received_at=moment.now,
        item=told.item,
        user=told.user,
        user_key=told.user_key,
        happened_at=told.happened_at,
    )
    return (yield from keep(event))


def take_told(link: Link, text: str) -> Flow[KeptEvent]:
    """Keep the event that a linked application tells, whose proof was looked at already. Raises `MalformedEvent`."""
    moment: Moment = yield Now()
    try:
        told = ToldEvent.read(text)
    except Unreadable as why:
        raise MalformedEvent(f"An event of {link.name!r} cannot be read: {why}.", member="", link=link.name) from None
    event = Event(
        source=f"{LINKED}{link.id}",
        application=told.application,
        kind=told.kind,
        delivery=told.id,
        payload=told.payload,
        received_at=moment.now,
        item=told.item,
        user=told.user,
        happened_at=told.happened_at,
        depth=told.depth,
    )
    return (yield from keep(event))


def keep(event: Event) -> Flow[KeptEvent]:
    """Keep an event, and wake whoever runs scripts."""
    kept: KeptEvent = yield KeepEvent(event)
    if kept.new:
        yield Announce(EventKept(kept.number, event.kind))
    return kept


def check_proof(source: Source, part: str | None, headers: Pairs, body: bytes, now: float) -> None:
    """Raises `Unproven` unless it is that webhook: by its signature, or by the secret part of its address (constant time)."""
    if part is not None:
        given = digest_of(part)
        if not sum(compare_digest(given, digest) for digest in source.address_digests_at(now)):
            raise Unproven("the secret part of its address is not that of this webhook")
    elif source.application in PRODUCTS:
        hub_signed_by(headers, body, source.secrets_at(now))
    else:
        standard_signed_by(headers, body, source.secrets_at(now), now=now)


def check_time(told: WebhookEvent, now: float) -> None:
    """Raises `MalformedEvent` for what happened too long ago, or has not happened yet."""
    if told.happened_at is None or -TOLERANCE <= now - told.happened_at <= OLDEST:
        return
    ago = now - told.happened_at
    when = f"{ago:.0f} seconds ago" if ago > 0 else f"in {-ago:.0f} seconds"
    raise MalformedEvent(
        f"The event happened {when}; {OLDEST:.0f} are allowed.",
        member="timestamp",
        remedy="Compare the clocks of both machines.",
    )
