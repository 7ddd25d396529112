"""What the pages of records, tokens and people are told: frozen values, one per template. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.administration.views import Field
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Act:
    """A record in the list: when, what, who (`actor` where somebody else caused it), over which link, how it ended."""

    path: str
    time: int
    what: str
    subject: str
    actor: str
    reason: str
    link: str
    outcome: str
    good: bool


@dataclass(frozen=True, slots=True)
class Records:
    """Records, newest first. `filters` are the fields of the form, sent to `records_path`; the other paths lead on.

    `older_path` and `newest_path` are None where there is nothing; the exports have the days of the form.
    """

    frame: Frame
    filters: tuple[Field, ...]
    rows: tuple[Act, ...]
    records_path: str
    verify_path: str
    json_path: str
    csv_path: str
    filtered: bool
    newest_path: str | None = None
    older_path: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a record holds: its name and what it is."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was looked at, and how it turned out."""

    name: str
    outcome: str
    good: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that was changed: what it was before (None: there was none), and what it is after."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record with all that it holds."""

    frame: Frame
    number: int
    time: int
    what: str
    outcome: str
    good: bool
    parts: tuple[Part, ...]
    checks: tuple[Step, ...]
    changes: tuple[Changed, ...]
    back_path: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Are the records what was written? Posted to `action_path`: `noted`, the head that was kept elsewhere, or nothing.

    `good` is None until they were verified; `head` is to be noted, as NUMBER:DIGEST.
    """

    frame: Frame
    form_token: str = field(repr=False)
    action_path: str
    back_path: str
    noted: str = ""
    good: bool | None = None
    verdict: str = ""
    head: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token for automation: `id` is what the form sends back as `revoke`; `used` is None while it never was."""

    id: str
    label: str
    user: str
    rights: str
    made: int
    ends: int
    used: int | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens, without what proves them. `interface` is the address at which they are used."""

    frame: Frame
    form_token: str = field(repr=False)
    rows: tuple[Token, ...]
    make_path: str
    revoke_path: str
    interface: str
    description_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the people whom this application keeps: `marks` say what they are or lack, in words."""

    name: str
    full_name: str
    email: str
    marks: tuple[str, ...]
    groups: str
    change_path: str
    password_path: str


@dataclass(frozen=True, slots=True)
class Staff:
    """The people whom this application keeps itself, by their names; `next_path` leads on, None where there are no more."""

    frame: Frame
    rows: tuple[Somebody, ...]
    add_path: str
    next_path: str | None = None
    first_path: str | None = None
    outcome: str | None = None
