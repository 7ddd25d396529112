"""Webhooks from which events are taken: who sends them, how they prove it, and whether they are believed about people."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.questions import Question

WEBHOOK = "webhook "
LINKED = "link "
"""How the source of an event begins, before the id of the webhook or of the link."""


@dataclass(frozen=True, slots=True)
class Source:
    """A webhook. It proves itself by a signature with `secret`, or, where there is none, by a secret part of its address.

    `link_id` is the link of the application that sends it, through which its people are known. `believes_user`: runs act as
    the person whom an event names. `asks_as`: the user of ours in whose name the far side is asked who somebody is, where it
    names people by a key only. Times in seconds since the epoch.
    """

    id: str
    name: str
    application: str
    link_id: str | None
    secret: str | None = field(repr=False)
    address_digest: str | None = field(repr=False)
    believes_user: bool
    asks_as: str | None
    made_at: float
    made_by: str


@dataclass(frozen=True, slots=True)
class SourceOf(Question):
    """The `Source` of that id, or None."""

    id: str
