"""What the pages are told that mend links, and that are about keys, identity and people: frozen values, one per template."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.administration.views import Fact, Field
from applinks.web.administration.wizard import Said
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a form, where it is more than "done": facts, and what to do now.

    `go_path` leads to what must be done first, in these words; empty where nothing must.
    """

    frame: Frame
    heading: str
    lead: str
    facts: tuple[Fact, ...]
    remarks: tuple[Said, ...]
    back_path: str
    back: str
    go_path: str = ""
    go: str = ""


@dataclass(frozen=True, slots=True)
class KeyOfLink:
    """A link that signs with a key of ours: which one, and what came of telling the current one. `id` is what forms send."""

    path: str
    id: str
    name: str
    fingerprint: str
    current: bool
    told: str
    why: str


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key before the current one: since when (seconds since the epoch), and the names of the links that sign with it."""

    fingerprint: str
    made_at: int
    links: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Our current key, with what others need to know us by it; which key each link signs with; and the older ones.

    Posted to `action_path`: `form_token`, and one of `do` (rotate, announce or retire), `announce` and `use` (ids of links).
    """

    frame: Frame
    form_token: str = field(repr=False)
    consumer_key: str
    fingerprint: str
    made_at: int
    pem: tuple[str, ...]
    links: tuple[KeyOfLink, ...]
    older: tuple[OldKey, ...]
    behind: bool
    retirable: bool
    action_path: str
    identity_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Who this application is to the others, and whether it is trusted to be the original: `why` says what was noticed `since`
    (seconds since the epoch); empty while nothing is.

    Posted to `action_path`: `form_token`, `do` (moved, copied or announce) and, for copied, the tick `sure`.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    id: str
    address: str
    place: str
    why: str
    since: int
    action_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Somebody who was not found to be the same person on both sides, and why; `path` leads to the form, with the name."""

    name: str
    why: str
    path: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Somebody about whom an administrator has decided: who has another name over there, or, without one, is excluded."""

    name: str
    other: str
    path: str


@dataclass(frozen=True, slots=True)
class PeopleOfLink:
    """Whether the people at both ends of a link are the same: what the last comparison found, and what was decided.

    `summary` is empty where they were never compared. Posted to `action_path`: `form_token` and `do` (compare, only, all or
    decide); with decide, the `fields`.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    same_users: bool
    compared_at: int
    summary: str
    counts: tuple[Fact, ...]
    warning: str
    doubtful: tuple[Doubtful, ...]
    more: int
    decided: tuple[Decided, ...]
    more_decided: int
    only_proven: bool
    fields: tuple[Field, ...]
    action_path: str
    back_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
