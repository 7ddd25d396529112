"""What the pages of webhooks and events are told: frozen values, one per template. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.administration.kept import Part
from applinks.web.scripts.views import RunRow
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook in the list: whose people it tells of, how it proves itself, and whether it is believed about them."""

    name: str
    application: str
    link: str
    proof: str
    believed: str
    address: str
    change_path: str
    proof_path: str
    remove_path: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks from which events are taken, without what proves them."""

    frame: Frame
    rows: tuple[Webhook, ...]
    add_path: str
    events_path: str
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookMade:
    """What is to be entered over there, shown this once; `secret` is None where the address is the proof."""

    frame: Frame
    name: str
    where: str
    address: str = field(repr=False)
    secret: str | None = field(repr=False)
    back_path: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in the list: when it came, from whom, what it was, and what came of it."""

    path: str
    number: int
    time: int
    source: str
    what: str
    item: str
    user: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Happenings:
    """Events, the newest first."""

    frame: Frame
    rows: tuple[Happening, ...]
    webhooks_path: str
    older_path: str | None = None
    newest_path: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class OneEvent:
    """One event with all that was told of it; `replay_path` is where a form lets it happen once more. `runs` came of it."""

    frame: Frame
    form_token: str = field(repr=False)
    number: int
    time: int
    what: str
    parts: tuple[Part, ...]
    payload: str
    runs: tuple[RunRow, ...]
    replay_path: str
    back_path: str
    trouble: str | None = None
    remedy: str | None = None
