"""What the pages of the application itself are told: frozen values, one per template."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web import Frame


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who are you? Posted to `action_path`: `form_token`, `name`, `password`, and `next`, where they wanted to go."""

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str
    next: str
    name: str = ""
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class SignOut:
    """Shall the session end? Posted to `action_path`: `form_token`."""

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """Who is the first administrator? Posted to `action_path`, which holds the invitation: `form_token`, `name`, `full_name`,
    `password`, `again`. `open` is false where the invitation does not hold.
    """

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str = field(repr=False)
    open: bool
    name: str = ""
    full_name: str = ""
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """A new password for the reader. Posted to `action_path`: `form_token`, `old`, `password`, `again`."""

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str
    back_path: str
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that waits for the reader: which hook, about what, and the link over which it may not act as them yet.

    `allow_path` leads to the question whether it may; None where nobody can be asked.
    """

    hook: str
    item: str
    link: str
    since: int
    allow_path: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A page to go to, and what is there."""

    words: str
    note: str
    path: str


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person arrives: what waits for them, and where to go. `more` runs wait that are not shown."""

    frame: Frame
    waiting: tuple[Waiting, ...]
    more: int
    ways: tuple[Way, ...]
