"""Messages to people: what they are told, how they read it, and when it is done with.

Rules of this file:
- A message is plain text for whoever shows it. Nothing in it is markup, whoever wrote it.
- One table is inbox and banner: an *open* message was neither read nor settled, and only open ones are banners.
- What only asks for something is settled once that was done. It stays in the inbox, as done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from applinks.questions import Question


class Severity(StrEnum):
    """How a message is meant."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Words(StrEnum):
    """The entries of the catalogue that are about runs; see `words/en.toml` for what each is filled with."""

    CONSENT_NEEDED = "consent-needed"
    CONSENT_FIRST = "consent-first"
    RUN_DONE_AFTER_CONSENT = "run-done-after-consent"
    RUN_EXPIRED = "run-expired"
    RUN_FAILED = "run-failed"
    RUN_UNCLEAR = "run-unclear"
    JOB_FAILED = "job-failed"


ASKING = (Words.CONSENT_NEEDED, Words.RUN_UNCLEAR)
"""Those that ask somebody to do something."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be kept for a person. `key` is the same where the same message is told twice: it is kept once.

    `words` names an entry of the catalogue, filled with `told` in the reader's language; without one, `text` is shown as it is.
    Both are plain text. `address` is where the person can do something about it, a path or address of ours or of a linked
    application. `item` is what it is about, as events name it ("issue OPS-7").
    """

    key: str
    user: str
    severity: Severity
    text: str = ""
    words: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    run: int | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in the store; times in seconds since the epoch.

    `read_at`: its reader has seen it. `settled_at`: what it asked for was done.
    """

    number: int
    user: str
    severity: Severity
    text: str
    words: str | None
    told: Mapping[str, str]
    address: str | None
    run: int | None
    item: str | None
    made_at: float
    read_at: float | None = None
    settled_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still wants to be seen."""
        return self.read_at is None and self.settled_at is None


@dataclass(frozen=True, slots=True)
class KeepMessages(Question):
    """Keep these messages, each to be delivered; the numbers of those whose key was not there yet. Atomic and durable."""

    messages: tuple[NewMessage, ...]


@dataclass(frozen=True, slots=True)
class MessagesOf(Question):
    """The messages to a person, the newest first, as a tuple; with `unread` only open ones; those below the number `before`."""

    user: str
    unread: bool = False
    limit: int = 100
    before: int | None = None


@dataclass(frozen=True, slots=True)
class UnreadCount(Question):
    """How many open messages a person has."""

    user: str


@dataclass(frozen=True, slots=True)
class MarkRead(Question):
    """A person has read these messages of theirs, or all of them; how many were unread. Those of others stay as they are."""

    user: str
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class SettleMessages(Question):
    """What the messages about a run asked for was done: consent was given, the run has ended. How many were settled.

    Only messages by these `words`; what a script itself has told stays. What was not delivered yet is not delivered any more.
    """

    run: int
    words: tuple[str, ...] = ASKING


@dataclass(frozen=True, slots=True)
class DropOldMessages(Question):
    """Forget the messages that were made before a moment, and how they were delivered; at most `limit`. How many those were."""

    before: float
    limit: int = 500
