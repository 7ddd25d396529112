"""A person's request to one of our pages, and the paths of these pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from applinks.incoming import BODY_LIMIT, Principal
from applinks.links import Identity
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.outgoing import OPERATIONS_PATH, dance
from applinks.people import Person
from applinks.scripts import LARGEST, Fault, Hook, NewRun, RequestTold, Run
from applinks.web.views import Banner, Frame, Reader, Section
from applinks.wire import events
from applinks.wire.encoding import Malformed, parse_form
from applinks.wire.messages import Request

BELOW = "/plugins/servlet"
"""Where the host application mounts the pages, below its own address (protocol.md 1.1)."""
AUTHORIZE = f"{BELOW}/oauth/authorize"
GRANTS = f"{BELOW}/oauth/users/access-tokens"
START = f"/{dance.START_PATH}"
END = f"/{dance.END_PATH}"
STATIC = f"{BELOW}/applinks/static"
LINKS = f"{BELOW}/applinks/listApplicationLinks"
"""The page of links, where the products have theirs (protocol.md 1.1)."""
ADMINISTRATION = f"{BELOW}/applinks/admin"
KEYS = f"{ADMINISTRATION}/keys"
IDENTITY = f"{ADMINISTRATION}/identity"
STATUS_PAGE = f"{ADMINISTRATION}/status"
RECORDS = f"{ADMINISTRATION}/records"
TOKENS = f"{ADMINISTRATION}/tokens"
SCRIPTS = f"{ADMINISTRATION}/scripts"
HOOK = f"{SCRIPTS}/hook"
PASTED = f"{SCRIPTS}/pasted"
PASTE = f"{PASTED}/edit"
RUNS = f"{ADMINISTRATION}/runs"
CHARTS = f"{RUNS}/charts"
OWN_RUNS = f"{BELOW}/applinks/runs"
INBOX = f"{BELOW}/applinks/inbox"
"""The runs of whoever is signed in, and what they were told."""
STAFF = f"{ADMINISTRATION}/people"
WEBHOOKS = f"{ADMINISTRATION}/webhooks"
HAPPENINGS = f"{ADMINISTRATION}/events"

EVENTS = f"/{events.PATH}"
OPERATIONS = f"/{OPERATIONS_PATH}"
OWN_ADDRESSES = f"{BELOW}/applinks/scripts"
"""Below it, scripts answer at addresses of their own."""
LONGEST_EVENT = LARGEST

SECTIONS = (
    ("Links", LINKS),
    ("Status", STATUS_PAGE),
    ("Scripts", SCRIPTS),
    ("Runs", RUNS),
    ("Webhooks", WEBHOOKS),
    ("Keys", KEYS),
    ("Records", RECORDS),
    ("Tokens", TOKENS),
)
"""What administrators find at the top of each page."""

LONGEST_FORM = 16 * 1024
LONGEST_PASTE = BODY_LIMIT
"""Characters of a form, and of the one by which a script is pasted."""


class RunsScripts(Protocol):
    """Whatever runs scripts in this process, as the pages know it; `applinks.running.Scripts` is such a thing.

    Its hooks are loaded when they are first asked for, which may take a while, and raises `AppLinksError` where they cannot be.
    """

    @property
    def hooks(self) -> Sequence[Hook]:
        """The hooks that are loaded."""

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong with the scripts."""

    @property
    def deepest(self) -> int:
        """So many runs may lead to one another."""

    def say(self) -> None:
        """Something was queued. Returns at once."""

    def perform(self, new: NewRun, request: RequestTold | None = None) -> Run:
        """Begin a run, and wait a while for what comes of it; the run as it is then. Not in an event loop."""


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A person's request to one of our pages.

    `path` is the part below our own address; `person` whoever the host application says is signed in. `sign_in` is the address
    of its own sign-in, with `{}` where the way back belongs, and `sign_out` that of its sign-out; None where it has none.
    `mechanisms` are those that are loaded; `named` are the parts of the path that its route names. `principal` is who was
    admitted over a link, and is nobody's at pages for people; `whole` is false where the body was too large to be read.
    `keeps_people` says whether this application keeps its people itself. `scripts` runs scripts in this process; None where
    none are run here. `unread` counts the person's open messages, of which `banners` are the newest.
    """

    request: Request
    path: str
    identity: Identity
    person: Person | None
    sign_in: str | None = None
    sign_out: str | None = None
    mechanisms: Sequence[Mechanism] = MECHANISMS
    named: Mapping[str, str] = field(default_factory=dict)
    keeps_people: bool = False
    principal: Principal | None = None
    whole: bool = True
    scripts: RunsScripts | None = None
    unread: int = 0
    banners: tuple[Banner, ...] = ()
    query: Mapping[str, str] = field(init=False, repr=False)
    form: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", _fields(self.request.url.partition("?")[2]))
        body = self.request.body.decode("utf-8", "replace") if self.request.is_form() else ""
        object.__setattr__(self, "form", _fields(body, LONGEST_PASTE if self.path == PASTE else LONGEST_FORM))

    def own(self, path: str) -> str:
        """A path below our own address, as a browser needs it."""
        return f"{urlsplit(self.identity.url).path.rstrip('/')}{path}"

    def frame(self) -> Frame:
        """What surrounds each page."""
        reader = Reader(self.person.name, self.person.full_name) if self.person else None
        home = self.own("/")
        administers = self.person is not None and self.person.administrator
        sections = self._sections() if administers else ()
        undecided = administers and self.identity.suspension and self.path != IDENTITY
        identity = self.own(IDENTITY) if undecided else None
        return Frame(
            product=self.identity.name,
            static_path=self.own(STATIC),
            grants_path=self.own(GRANTS),
            reader=reader,
            home_path=home,
            sign_out_path=self.sign_out,
            sections=sections,
            identity_path=identity,
            inbox_path=self.own(INBOX),
            runs_path=self.own(OWN_RUNS),
            unread=self.unread,
            banners=self.banners,
        )

    def _sections(self) -> tuple[Section, ...]:
        """The way around the pages of administration."""
        sections = (*SECTIONS, ("People", STAFF)) if self.keeps_people else SECTIONS
        return tuple(Section(words, self.own(path), _is_at(self.path, path)) for words, path in sections)


def _is_at(path: str, section: str) -> bool:
    """Events are come to by their webhooks."""
    at = WEBHOOKS if path == HAPPENINGS or path.startswith(f"{HAPPENINGS}/") else path
    return at == section or at.startswith(f"{section}/")


def longest_body(path: str) -> int:
    """How many bytes of a body are read at a path below our own address."""
    return LONGEST_EVENT if path.startswith(f"{EVENTS}/") else BODY_LIMIT


def _fields(text: str, longest: int = LONGEST_FORM) -> Mapping[str, str]:
    """The fields of a form or a query, each once; of those that are there twice, none (T-02)."""
    if len(text) > longest:
        return {}
    try:
        pairs = parse_form(text)
    except Malformed:
        return {}
    times = Counter(name for name, _ in pairs)
    return {name: value for name, value in pairs if times[name] == 1}
