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

    `application` is the type of the application that sends it. With `of_link`, its people are known through the link
    `link_id`, and nobody is if that link is gone (None); else they are called as here. `believes_user`: runs act as the person
    whom an event names. `asks_as`: the user of ours in whose name the far side is asked who somebody is, where it names people
    by a key only. What proved it before holds until `previous_until`. Times in seconds since the epoch.
    """

    id: str
    name: str
    application: str
    of_link: bool
    link_id: str | None
    believes_user: bool
    asks_as: str | None
    made_at: float
    made_by: str
    secret: str | None = field(default=None, repr=False)
    address_digest: str | None = field(default=None, repr=False)
    previous_secret: str | None = field(default=None, repr=False)
    previous_address_digest: str | None = field(default=None, repr=False)
    previous_until: float | None = None

    @property
    def is_signed(self) -> bool:
        """Whether a signature proves it."""
        return self.secret is not None

    def secrets_at(self, now: float) -> tuple[str, ...]:
        """The secrets by which it may sign then, the present one first."""
        return _holding(self.secret, self.previous_secret, now < (self.previous_until or 0.0))

    def address_digests_at(self, now: float) -> tuple[str, ...]:
        """The digests of the secret parts that its address may have then, the present one first."""
        return _holding(self.address_digest, self.previous_address_digest, now < (self.previous_until or 0.0))


@dataclass(frozen=True, slots=True)
class SourceOf(Question):
    """The `Source` of that id, or None."""

    id: str


@dataclass(frozen=True, slots=True)
class Sources(Question):
    """All webhooks from which events are taken, by their names, as a tuple of `Source`."""


@dataclass(frozen=True, slots=True)
class KeepSource(Question):
    """Keep a new webhook. The answer: whether it was kept; False where another one has that name. Atomic and durable."""

    source: Source


@dataclass(frozen=True, slots=True)
class ChangeSource(Question):
    """Replace a webhook, if it still is as it was read. The answer: whether it was. Atomic and durable."""

    before: Source
    after: Source


@dataclass(frozen=True, slots=True)
class RemoveSource(Question):
    """Take a webhook away. The answer: the `Source`, or None if there was none of that id."""

    id: str


def _holding(present: str | None, previous: str | None, overlaps: bool) -> tuple[str, ...]:
    return tuple(one for one in (present, previous if overlaps else None) if one is not None)
