"""A webhook of the installation: each message as JSON, signed by Standard Webhooks, for a chat, a pager or others."""

from __future__ import annotations

import json

from applinks.errors import TransportFailed
from applinks.questions import Ask, Flow, Moment, Now
from applinks.scripts.messages.channels.addresses import Channels
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.written import Letter
from applinks.wire.messages import Request, Response
from applinks.wire.webhooks import standard_headers

TYPE = "message.told"

_FAILED = 500
_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing against the message itself: too slow, too early, too often."""


def is_set_up(channels: Channels) -> bool:
    """Whether there is an address to call."""
    return channels.webhook is not None


def send(letter: Letter, channels: Channels) -> Flow[Outcome]:
    """POST it; any status of the two hundreds means that it was taken."""
    if channels.webhook is None or channels.webhook_secret is None:
        return Outcome(Sent.NEVER, "there is no webhook")
    now: Moment = yield Now()
    body = as_json(letter)
    signed = standard_headers(letter.id, int(now.now), body, [channels.webhook_secret])
    try:
        response: Response = yield Ask(Request("POST", channels.webhook, (("content-type", "application/json"), *signed), body))
    except TransportFailed as failed:
        return Outcome(Sent.LATER, f"the webhook did not answer ({failed.reason or failed.code})")
    return _read(response.status)


def as_json(letter: Letter) -> bytes:
    """What the receiver gets: who is told what, in words and with what they are about. `made_at`: seconds since the epoch."""
    written, message = letter.written, letter.written.message
    data = {
        "id": letter.id,
        "application": {"name": letter.sender, "url": letter.url},
        "user": {"name": letter.person.name, "full_name": letter.person.full_name},
        "severity": message.severity.value,
        "words": message.words,
        "title": written.title,
        "text": written.text,
        "action": written.action if written.address else None,
        "address": written.address,
        "item": message.item,
        "run": message.run,
        "made_at": message.made_at,
    }
    return json.dumps({"type": TYPE, "data": data}).encode()


def _read(status: int) -> Outcome:
    note = f"the webhook answered {status}"
    if status // 100 == 2:
        return Outcome(Sent.YES)
    return Outcome(Sent.LATER if status >= _FAILED or status in _AGAIN else Sent.NEVER, note)
