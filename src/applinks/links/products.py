"""What has to be entered in a product, as data: for each product and version its dialogs, with exact labels and values.

Facts are those of protocol.md 6.2 and 7. `sure` says how good they are: "documented" by the vendor or a shipped client,
"reported" by others, "unverified" where they are working knowledge only. None was tried on a real product.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from textwrap import wrap

from applinks.audit import as_word, quoted
from applinks.links.dialects import ALIASES, COME_BACK_PATH, GENERIC, SERVLETS
from applinks.links.identity import Identity, OurKey, WhoWeAre
from applinks.links.looking import Found, look_at
from applinks.links.model import Level, Link
from applinks.questions import Flow
from applinks.wire.keys import PrivateKey

LINKS_PAGE = "plugins/servlet/applinks/listApplicationLinks"
"""Below the address of each product: the page of its links, whatever its menus are called (protocol.md 1.1)."""


class Fill(StrEnum):
    """What is to be done with a field."""

    ENTER = "enter"
    CHOOSE = "choose"
    TICK = "tick"
    CLEAR = "do not tick"
    EMPTY = "leave empty"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dialog: the label that stands there, what is to be done, and the exact value."""

    label: str
    fill: Fill
    value: str = ""

    @property
    def line(self) -> str:
        """It in words, for people."""
        what = self.value if self.fill is Fill.ENTER else f"{self.fill} {self.value}".rstrip()
        return f"{self.label}: {what}"


@dataclass(frozen=True, slots=True)
class Step:
    """One dialog, in order. `way` leads to it, `proven_by` are the checks that tell whether it was done right."""

    id: str
    title: str
    way: str
    fields: tuple[Field, ...]
    note: str = ""
    proven_by: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The way, the fields and the note in words, for people."""
        fields = (line for field in self.fields for line in f"  {field.line}".splitlines())
        return (self.way, *fields, *((f"({self.note})",) if self.note else ()))


@dataclass(frozen=True, slots=True)
class Values:
    """What this application tells the other side over one link."""

    name: str
    url: str
    consumer_key: str
    public_key: str
    public_key_pem: str
    callback: str
    request_token_url: str
    authorize_url: str
    access_token_url: str

    @property
    def entered_there(self) -> dict[str, str]:
        """Those that are entered over there, by name."""
        return {name: value for name, value in asdict(self).items() if name not in {"name", "url"}}


@dataclass(frozen=True, slots=True)
class Guide:
    """What remains to be entered for one link: where, and step by step; `versions` are those whose dialogs these are.

    `version` is that which the product says it has, empty where it could not be asked: then these are the newest dialogs.
    """

    link: str
    type: str
    version: str
    versions: str
    sure: str
    page: str
    values: Values
    steps: tuple[Step, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """It in words, for people."""
        if not self.steps:
            return ("Nothing is left to be entered over there.",)
        what = f"{self.type.capitalize()} {self.version}" if self.version else self.type.capitalize()
        told = [f"To be entered in {what}, by its administrator:" if self.type != GENERIC else "To be entered over there:"]
        if self.page:
            told.append(f"  {self.page}")
        for number, step in enumerate(self.steps, 1):
            told += ["", f"{number}. {step.title}", *(f"   {line}" for line in step.lines)]
        return (*told, *(["", f"(Dialogs of {self.versions}, {self.sure}.)"] if self.type != GENERIC else []))


# ---- the dialogs


@dataclass(frozen=True, slots=True)
class Blank:
    """A field before it is filled: `what` names one of `MEANINGS`."""

    label: str
    what: str


@dataclass(frozen=True, slots=True)
class Form:
    """A step before it is filled; `only` names the condition under which there is one."""

    id: str
    title: str
    way: str
    blanks: tuple[Blank, ...]
    note: str = ""
    proven_by: tuple[str, ...] = ()
    only: str = ""


@dataclass(frozen=True, slots=True)
class Dialogs:
    """The dialogs of one product, from one version to before another."""

    type: str
    since: tuple[int, ...]
    before: tuple[int, ...] | None
    versions: str
    sure: str
    forms: tuple[Form, ...]


MEANINGS = {
    "our address": "our address",
    "our name": "our name",
    "our key": "our consumer key",
    "our public key": "our public key, as bare base64; as PEM too",
    "our callback": "where people come back to",
    "our request token address": "our request token address",
    "our access token address": "our access token address",
    "our authorize address": "our authorize address",
    "their key": "their own consumer key, or `unused` where it is not known",
    "unused": "`unused`: only shared secrets use it",
    "product": "choose *Atlassian product*",
    "generic application": "choose *Generic Application*",
    "yes": "tick",
    "two-legged": "tick, if the users are the same or calls may go as a fixed user",
    "impersonation": "tick, if the users are the same",
    "fixed user": "the fixed user, never an administrator; else leave empty",
    "level": "choose *OAuth (impersonation)* if the users are the same, else *OAuth*",
    "their level": "the same for its calls to us, or *Disabled*",
}
"""What stands in a field, in words; the values themselves are those of one link."""

SOMEBODY = "a user over there who is no administrator"
OPEN, FORM, INCOMING, TWO_LEGGED, LEVELS, HERE = "open", "form", "incoming", "two-legged", "levels", "here"

_CONTINUE = "Press Continue. If it says that no response was received, or warns, press Continue again: the next form comes."
_SKIP = "Skip this step if it has found our application by itself and shows its name: it then read all this from us."

_GENERIC_FORM = Form(
    FORM,
    "Describe this application",
    "the form that follows",
    (
        Blank("Application Name", "our name"),
        Blank("Application Type", "generic application"),
        Blank("Service Provider Name", "our name"),
        Blank("Consumer Key", "their key"),
        Blank("Shared Secret", "unused"),
        Blank("Request Token URL", "our request token address"),
        Blank("Access Token URL", "our access token address"),
        Blank("Authorize URL", "our authorize address"),
        Blank("Create incoming link", "yes"),
    ),
    f"{_SKIP} Continue.",
)
_INCOMING = Form(
    INCOMING,
    "Let this application call it",
    "the form that follows",
    (Blank("Consumer Key", "our key"), Blank("Consumer Name", "our name"), Blank("Public Key", "our public key")),
    f"{_SKIP} Continue.",
    ("consumer",),
)
_TWO_LEGGED = Form(
    TWO_LEGGED,
    "Say what its calls may do without asking anybody",
    "the new link in the list → Edit → Incoming Authentication → OAuth",
    (
        Blank("Consumer Callback URL", "our callback"),
        Blank("Allow 2-Legged OAuth", "two-legged"),
        Blank("Execute as", "fixed user"),
        Blank("Allow user impersonation through 2-Legged OAuth", "impersonation"),
    ),
    "Save, or Update.",
    ("consumer", "fixed-user", "impersonation"),
)
_LEVELS = Form(
    LEVELS,
    "Or, where it has found our application by itself, set the levels of both directions",
    "the new link in the list → Edit → Connections",
    (Blank("Incoming", "level"), Blank("Outgoing", "their level")),
    "In place of the step before, which belongs to generic applications.",
    ("consumer", "impersonation"),
)


def _opening(way: str, *, asks_the_kind: bool) -> Form:
    kind = (Blank("Application type", "product"),) if asks_the_kind else ()
    button = "Create link" if asks_the_kind else "Create new link"
    note = _CONTINUE + (" External application is OAuth 2.0, and another thing." if asks_the_kind else "")
    return Form(OPEN, "Begin a link", f"{way} → {button}", (*kind, Blank("Application URL", "our address")), note)


def _older(way: str) -> tuple[Form, ...]:
    return (_opening(way, asks_the_kind=False), _GENERIC_FORM, _INCOMING, _TWO_LEGGED)


def _newer(way: str) -> tuple[Form, ...]:
    return (_opening(way, asks_the_kind=True), _GENERIC_FORM, _INCOMING, _TWO_LEGGED, _LEVELS)


_JIRA_7, _JIRA = (
    "Administration → Add-ons, or Applications → Application Links",
    "Administration → Applications → Application links",
)
_CONFLUENCE = "Administration → General configuration → Application Links"  # unverified: protocol.md 7 names no menu
_BITBUCKET = "Administration → Application Links"  # unverified: protocol.md 7 names no menu
_BAMBOO = "Bamboo administration → Application Links"  # unverified: protocol.md 7 names no menu

DIALOGS = (
    Dialogs("jira", (0,), (8,), "Jira 5 to 7", "documented", _older(_JIRA_7)),
    Dialogs("jira", (8,), (8, 22), "Jira 8.0 to 8.21", "reported", _older(_JIRA)),
    Dialogs("jira", (8, 22), None, "Jira 8.22 and later", "reported", _newer(_JIRA)),
    Dialogs("confluence", (0,), (7, 17), "Confluence before 7.17", "unverified", _older(_CONFLUENCE)),
    Dialogs("confluence", (7, 17), None, "Confluence 7.17 and later", "reported", _newer(_CONFLUENCE)),
    Dialogs("bitbucket", (0,), (7, 21), "Bitbucket before 7.21", "documented", _older(_BITBUCKET)),
    Dialogs("bitbucket", (7, 21), None, "Bitbucket 7.21 and later", "reported", _newer(_BITBUCKET)),
    Dialogs("bamboo", (0,), (8, 1), "Bamboo before 8.1", "unverified", _older(_BAMBOO)),
    Dialogs("bamboo", (8, 1), None, "Bamboo 8.1 and later", "reported", _newer(_BAMBOO)),
)
"""Product by product, the older versions first (protocol.md 7). One that says no version gets its newest dialogs."""


def dialogs_of(type: str, version: str) -> Dialogs | None:  # noqa: A002
    """Those of a product and its version; None for what is no product."""
    ours = [dialogs for dialogs in DIALOGS if dialogs.type == ALIASES.get(type, type)]
    number = _number(version)
    fitting = [one for one in ours if number and one.since <= number and (one.before is None or number < one.before)]
    return next(iter(fitting), ours[-1] if ours else None)


def _number(version: str) -> tuple[int, ...]:
    """`9.12.0-rc1` as (9, 12, 0); empty where it is no number."""
    found = re.match(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,5}", version)
    return tuple(map(int, found[0].split("."))) if found else ()


# ---- filled


def values_for(link: Link) -> Flow[Values]:
    """What this application tells the other side over a link."""
    us: Identity = yield WhoWeAre()
    key: PrivateKey = yield OurKey()
    pem = ("-----BEGIN PUBLIC KEY-----", *wrap(key.public.text, 64), "-----END PUBLIC KEY-----")
    return Values(
        us.name,
        us.url,
        link.outgoing.consumer_key or us.consumer_key,
        key.public.text,
        "\n".join(pem),
        f"{us.url}/{COME_BACK_PATH}",
        f"{us.url}/{SERVLETS.request_token}",
        f"{us.url}/{SERVLETS.authorize}",
        f"{us.url}/{SERVLETS.access_token}",
    )


def guide(link: Link, *, execute_as: str | None = None, found: Found | None = None) -> Flow[Guide]:
    """What is entered over there for a link, by the dialogs of its product and version, which is asked for it now.

    `found` is what a look at it gave already; `execute_as` the user over there of calls that name nobody.
    """
    values = yield from values_for(link)
    if found is None and link.application_url:
        found = yield from look_at(link.application_url)
    version = found.version if found is not None else ""
    dialogs = dialogs_of(link.type, version)
    if dialogs is None:
        return Guide(link.name, link.type, version, "", "", "", values, told_by_hand(link, values))
    steps = [_filled(form, link, values, execute_as or "") for form in dialogs.forms]
    page = f"{link.application_url}/{LINKS_PAGE}" if link.application_url else ""
    here = _here(link, found)
    return Guide(link.name, link.type, version, dialogs.versions, dialogs.sure, page, values, (*steps, *here))


def _filled(form: Form, link: Link, values: Values, execute_as: str) -> Step:
    fields = tuple(_fill(blank, link, values, execute_as) for blank in form.blanks)
    return Step(form.id, form.title, form.way, fields, form.note, form.proven_by)


def _fill(blank: Blank, link: Link, values: Values, execute_as: str) -> Field:
    impersonates = link.outgoing.level is Level.OAUTH_IMPERSONATION
    ticks = {"yes": True, "two-legged": impersonates or link.outgoing.fixed_user, "impersonation": impersonates}
    if blank.what in ticks:
        return Field(blank.label, Fill.TICK if ticks[blank.what] else Fill.CLEAR)
    choices = {
        "product": "Atlassian product",
        "generic application": "Generic Application",
        "level": _LEVEL_NAMES.get(link.outgoing.level, "Disabled"),
        "their level": _LEVEL_NAMES.get(link.incoming.level, "Disabled"),
    }
    if link.outgoing.fixed_user and not execute_as:
        choices["fixed user"] = SOMEBODY
    if blank.what in choices:
        return Field(blank.label, Fill.CHOOSE, choices[blank.what])
    texts = {
        "our address": values.url,
        "our name": values.name,
        "our key": values.consumer_key,
        "our public key": values.public_key,
        "our callback": values.callback,
        "our request token address": values.request_token_url,
        "our access token address": values.access_token_url,
        "our authorize address": values.authorize_url,
        "their key": link.incoming.consumer_key or "unused",
        "unused": "unused",
        "fixed user": execute_as,
    }
    text = texts[blank.what]
    return Field(blank.label, Fill.ENTER if text else Fill.EMPTY, text)


_LEVEL_NAMES = {Level.OAUTH: "OAuth", Level.OAUTH_IMPERSONATION: "OAuth (impersonation)"}
"""As the products call them (protocol.md 1.9)."""


def told_by_hand(link: Link, values: Values) -> tuple[Step, ...]:
    """What any OAuth 1.0a far side wants to know, in the words of RFC 5849's world: its dialogs are its own."""
    steps = []
    if link.outgoing.level in _LEVEL_NAMES:
        secret = link.outgoing.signature_method.shares_a_secret
        key = [Field("Public key", Fill.ENTER, values.public_key), Field("or as PEM", Fill.ENTER, values.public_key_pem)]
        key = [] if secret else key
        fields = (Field("Consumer key", Fill.ENTER, values.consumer_key), Field("Callback", Fill.ENTER, values.callback), *key)
        proven_by = ("consumer", "fixed-user", "impersonation")
        note = "A query follows the callback, another one each time."
        steps.append(Step(INCOMING, "Let this application call it", "where it registers consumers", fields, note, proven_by))
    if link.incoming.level in _LEVEL_NAMES:
        addresses = (
            Field("Request token URL", Fill.ENTER, values.request_token_url),
            Field("Authorize URL", Fill.ENTER, values.authorize_url),
            Field("Access token URL", Fill.ENTER, values.access_token_url),
        )
        steps.append(Step(LEVELS, "Let it call this application", "where it keeps its providers", addresses))
    return tuple(steps)


def _here(link: Link, found: Found | None) -> tuple[Step, ...]:
    """What of theirs is to be entered here, so that it can call us; fetched where it says so itself."""
    if link.incoming.level is not Level.DISABLED:
        return ()
    told = (("Consumer key", found.consumer_key if found else ""), ("Public key", found.public_key if found else ""))
    fields = tuple(Field(label, Fill.ENTER, value or "as its consumer-info tells it") for label, value in told)
    way = (
        f"here: applinks link register {quoted(link.name)} {as_word(link.application_url)} --type {as_word(link.type)} "
        "--consumer-key … --public-key …"
    )
    return (Step(HERE, "Let its calls in, if it is to call this application", way, fields),)
