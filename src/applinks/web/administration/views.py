"""What the pages of administration are told: frozen values, one per template."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class Row:
    """One link in the list. `outgoing` and `incoming` are levels; `address` is the display URL."""

    path: str
    name: str
    type: str
    address: str
    primary: bool
    outgoing: str
    incoming: str
    status: str = "not checked yet"
    tone: str = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    """An application in the picture: where its middle lies, and the ways between it and us."""

    name: str
    type: str
    x: int
    y: int
    outgoing: str = ""
    incoming: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """This application in the middle left, the others in a column; `height` of the drawing, which is 440 wide."""

    us: Node
    others: tuple[Node, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Links:
    """All links. `more` counts those that the picture leaves out."""

    frame: Frame
    rows: tuple[Row, ...]
    picture: Picture
    make_path: str
    more: int = 0
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a direction: its name, what it is, and a `note` on what that means. `code` is shown letter by letter."""

    name: str
    value: str
    note: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One direction: our setting, in facts."""

    level: str
    summary: str
    facts: tuple[Fact, ...]
    on: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """A record: when, what, who, how it ended."""

    time: int
    what: str
    who: str
    outcome: str
    good: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A thing of ours and one of the other application: `id` is what the form sends back as `unlink`."""

    id: str
    ours: str
    theirs: str
    name: str
    primary: bool


@dataclass(frozen=True, slots=True)
class OneLink:
    """One link with its two directions side by side."""

    frame: Frame
    form_token: str = field(repr=False)
    id: str
    name: str
    type: str
    primary: bool
    display_url: str
    same_users: str
    outgoing: Side
    incoming: Side
    policy: tuple[Fact, ...]
    entities: tuple[Linked, ...]
    history: tuple[Happened, ...]
    path: str
    links_path: str
    grants: int
    consents: int
    status: str = "not checked yet"
    tone: str = "unknown"
    when: str = ""
    refusals: int = 0
    outcome: str | None = None
    records_path: str = "/"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `kind` is "text", "url", "date", "number", "choice", "check", "lines", "code" or "secret"."""

    name: str
    label: str
    kind: str
    value: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A page that is one form about a link, or about this application: fields, and one button. `danger` colours it."""

    frame: Frame
    form_token: str = field(repr=False)
    heading: str
    lead: str
    action_path: str
    back_path: str
    back: str
    fields: tuple[Field, ...]
    button: str
    danger: bool = False
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """A secret that was just made."""

    frame: Frame
    heading: str
    lead: str
    secret: str = field(repr=False)
    back_path: str
    back: str


@dataclass(frozen=True, slots=True)
class Agree:
    """Shall this application be linked with the one that proposes it? Posted: `decision` (agree or decline) and what came.

    Where the reader has not `confirmed` lately that it is they, the form asks for their `password`, too.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    type: str
    address: str
    fingerprint: str
    same_users: bool
    proposal: str
    invitation: str = field(repr=False)
    confirmed: bool
    action_path: str
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The other side has agreed: what will be set at each end. Posted to `action_path` with what the browser brought."""

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    type: str
    address: str
    fingerprint: str
    same_users: bool
    invitation: str = field(repr=False)
    agreement: str = field(repr=False)
    action_path: str
    cancel_path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that cannot be done, and what to do about it."""

    frame: Frame
    trouble: str
    remedy: str | None
    back_path: str


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A cause that fits what was seen; `certain` is false where another one would look the same."""

    code: str
    title: str
    evidence: str
    remedy: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was looked at; `mark` is "good", "bad" or "unknown"."""

    what: str
    outcome: str
    mark: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What both ends say of the same thing."""

    what: str
    here: str
    there: str
    same: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What an examination found. `outgoing` and `incoming` have both ends side by side, where the other one tells.

    Where names are taken across, `people_path` leads to whether they mean the same people.
    Posted to `path` and /check: `form_token` and `user`.
    """

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    status: str
    tone: str
    findings: tuple[FoundCause, ...]
    checks: tuple[Seen, ...]
    outgoing: tuple[Compared, ...]
    incoming: tuple[Compared, ...]
    user: str
    path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
    people_path: str = ""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How one link was when it was last checked."""

    name: str
    path: str
    status: str
    tone: str
    cause: str
    when: str


@dataclass(frozen=True, slots=True)
class Status:
    """How all links were. Posted to a row's `path` and /check, or to `action_path` for all: `form_token`."""

    frame: Frame
    form_token: str = field(repr=False)
    rows: tuple[StatusRow, ...]
    action_path: str
    links_path: str


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """A request that was refused: `path` is where it is explained."""

    path: str
    time: int
    problem: str
    request: str


@dataclass(frozen=True, slots=True)
class Rejections:
    """The requests over one link that were refused lately. Posted to a row's `path`: `form_token`."""

    frame: Frame
    form_token: str = field(repr=False)
    name: str
    rows: tuple[RefusedRequest, ...]
    link_path: str
    explain_path: str


@dataclass(frozen=True, slots=True)
class WhyRejected:
    """Why a request was rejected. `sides` are what we read and what was signed, where that can be known."""

    frame: Frame
    request: str
    link: str
    difference: str
    cause: str
    remedy: str
    certain: bool
    sides: tuple[Compared, ...]
    checks: tuple[tuple[str, str], ...]
    again_path: str
    back_path: str
