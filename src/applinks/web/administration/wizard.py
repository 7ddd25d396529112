"""What the pages that make a link are told, from the address to what is entered over there: frozen values, one per template."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.administration.views import Field
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Said:
    """Something that an administrator should know, and what to do about it."""

    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Which application? Posted to `action_path`: `form_token` and `url`.

    `right` is the address in which the application itself believes, where that is another one than was typed. With `by_hand`,
    what was typed may be described by hand, whatever is wrong: `url` and `unseen` are posted to `describe_path`.
    """

    frame: Frame
    form_token: str = field(repr=False)
    url: str
    action_path: str
    by_hand_path: str
    describe_path: str
    back_path: str
    right: str | None = None
    by_hand: bool = False
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an address, and the two questions. `known_as` is the name of a link that would be renewed.

    Posted to `action_path`: `form_token`, `url`, `same_users` (yes or no), `way` (visit, password or ours), `name`, `password`.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    type: str
    version: str
    address: str
    fingerprint: str
    known_as: str | None
    remarks: tuple[Said, ...]
    has_pages: bool
    same_users: bool
    action_path: str
    cancel_path: str
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product at an address, and the two questions. `known_as` is the name of a link that would be renewed.

    Posted to `action_path`: `form_token`, `url`, `same_users` (yes or no), `link_name`, `execute_as`, `way` (password or list),
    `name` and `password`. With `no_password`, no password is asked for, for that reason.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    type: str
    version: str
    address: str
    fingerprint: str
    known_as: str | None
    remarks: tuple[Said, ...]
    no_password: str | None
    same_users: bool
    link_name: str
    execute_as: str
    administrator: str
    action_path: str
    cancel_path: str
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class FoundOther:
    """Something else at an address; `accepts` and `sends` are mechanisms. A link with it is made by hand, at `action_path`."""

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    type: str
    version: str
    address: str
    fingerprint: str
    accepts: str
    sends: str
    known_as: str | None
    remarks: tuple[Said, ...]
    action_path: str
    back_path: str


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that count only where the tick called `name` is set."""

    name: str
    words: str
    note: str
    on: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """A link that is described by hand: fields that always count, and those of each direction.

    Posted to `action_path`: `form_token`, all fields, the name of each group that is ticked, `same_users` (yes or no).
    """

    frame: Frame
    form_token: str = field(repr=False)
    fields: tuple[Field, ...]
    groups: tuple[Group, ...]
    method: Field
    same_users: bool
    action_path: str
    back_path: str
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a dialog over there: its label, what is to be done ("enter", "choose", "tick", …), the value by lines."""

    label: str
    fill: str
    value: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialog:
    """One step over there; `path` is a page of ours, where it is one of ours. `good` says whether the check found it right."""

    title: str
    way: str
    entries: tuple[Entry, ...]
    note: str = ""
    good: bool | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a check found; `good` is None where there was nothing to check."""

    what: str
    words: str
    remedy: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be entered over there, and how it stands.

    `known` is the product with its version, `dialogs` says of which versions these are, `page` is where they are found. `done`
    and `refused` are what was done over there just now, or not. Posted to `action_path`: `form_token`, `execute_as` and, unless
    `user` is None, the `user` to be impersonated by one harmless call.
    """

    frame: Frame
    form_token: str = field(repr=False)
    heading: str
    name: str
    known: str
    dialogs: str
    page: str
    done: tuple[str, ...]
    refused: tuple[Said, ...]
    steps: tuple[Dialog, ...]
    marks: tuple[Mark, ...]
    user: str | None
    execute_as: str
    action_path: str
    back_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
