"""What each page is told: frozen values, one per template. Times are seconds since the epoch.

Fields named `…path` are paths on this host; whatever else is text may be hostile, and is made harmless when it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page, or whom a row is about: user name, and full name where the directory has one."""

    name: str
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the administration; `here` says that it is the one that is looked at."""

    name: str
    path: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """A message that wants to be seen: its `tone` ("good", "info", "warm", "bad") in a word, what it says, and what to do."""

    tone: str
    word: str
    title: str
    text: str
    action: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page.

    `product` is the name of this application; `static_path` is where `STATIC` is served, `grants_path` the page of what a
    person has allowed, `sign_out_path` where the host application signs people out, if it has such a place; `sections` the
    parts of the administration, for administrators; `identity_path` where they say what this is while it may be a copy.
    `inbox_path` and `runs_path` are the reader's own pages, `unread` counts their open messages, of which `banners` are shown.
    """

    product: str
    static_path: str
    grants_path: str
    reader: Reader | None = None
    home_path: str = "/"
    sign_out_path: str | None = None
    sections: tuple[Section, ...] = ()
    identity_path: str | None = None
    inbox_path: str = "/"
    runs_path: str = "/"
    unread: int = 0
    banners: tuple[Banner, ...] = ()


@dataclass(frozen=True, slots=True)
class FarSide:
    """An application at the other end of a link; `address` is its display URL."""

    name: str
    address: str
    consumer_key: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Shall that application act as the reader? Posted to `action_path`: `decision` (allow or deny), both tokens.

    `callback` is where the browser goes afterwards, None where a code is shown instead; `now` and `until` span the
    longest time that the application can go on without asking again.
    """

    frame: Frame
    application: FarSide
    callback: str | None
    now: int
    until: int
    action_path: str
    oauth_token: str = field(repr=False)
    form_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verifier:
    """The code that the person carries to an application which cannot be called back."""

    frame: Frame
    application: FarSide
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A grant that `person` gave: `id` is what the form sends back as `revoke`."""

    id: str
    application: FarSide
    person: Reader
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Held:
    """A consent that we hold for the reader: `id` is what the form sends back as `forget`."""

    id: str
    name: str
    address: str
    since: int


class Outcome(StrEnum):
    """What the person has just done on the page of grants; the words for it are the page's."""

    REVOKED = "revoked"
    FORGOTTEN = "forgotten"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Grants:
    """What the reader has allowed, in both directions, and what all have, for administrators (None: the reader is none).

    Posted to `frame.grants_path`: `form_token` and either `revoke` (a grant's id) or `forget` (a held one's).
    """

    frame: Frame
    form_token: str = field(repr=False)
    given: tuple[Given, ...]
    held: tuple[Held, ...]
    everyone: tuple[Given, ...] | None = None
    outcome: Outcome | None = None


class Kind(StrEnum):
    """What a notice is about; status, heading and words of each are in `words.NOTICES`."""

    NOT_YOURS = "not-yours"
    EXPIRED = "expired"
    USED = "used"
    UNKNOWN = "unknown"
    DENIED = "denied"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_SET_UP = "not-set-up"
    AWAY = "away"
    DONE = "done"
    SIGN_IN = "sign-in"
    SIGNED_IN = "signed-in"
    FORGED = "forged"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know, and perhaps a way to go on.

    `application` is the far side's name where it is known, `said` what it answered. `continue_path` is shown only if it is a
    path on this host: it may come from a query.
    """

    frame: Frame
    kind: Kind
    application: str | None = None
    said: str | None = None
    continue_path: str | None = None


@dataclass(frozen=True, slots=True)
class Sudo:
    """Is it really you? Posted to `action_path`: `form_token`, `password` and `back`."""

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str
    back: str
    trouble: str | None = None


class View(Protocol):
    """What every page is told at least. Its template has the name of its class, with dashes: `OneLink`, `one-link.html`."""

    @property
    def frame(self) -> Frame:
        """What surrounds it."""
