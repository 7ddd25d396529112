"""One view of each kind, with every optional part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from applinks.web.administration.kept import Act, Changed, Part, Record, Records, Somebody, Staff, Step, Token, Tokens, Verify
from applinks.web.administration.taken import Happening, Happenings, OneEvent, Webhook, WebhookMade, Webhooks
from applinks.web.administration.trust import Decided, Doubtful, KeyOfLink, Keys, OldKey, Ourselves, PeopleOfLink, Result
from applinks.web.administration.views import (
    Agree,
    Checked,
    Compared,
    Ends,
    Fact,
    Field,
    Form,
    FoundCause,
    Happened,
    Linked,
    Links,
    Node,
    OneLink,
    Picture,
    Refused,
    RefusedRequest,
    Rejections,
    Row,
    Seen,
    ShownOnce,
    Side,
    Status,
    StatusRow,
    WhyRejected,
)
from applinks.web.administration.wizard import (
    Address,
    ByHand,
    Dialog,
    Entry,
    Found,
    FoundOther,
    FoundProduct,
    Group,
    Mark,
    Said,
    Steps,
)
from applinks.web.scripts.views import RunRow, State
from applinks.web.views import Section, Sudo
from web.sights import FRAME as PLAIN_FRAME
from web.sights import NOW

FRAME = replace(
    PLAIN_FRAME, sections=(Section("Links", "/links", here=True), Section("Records", "/records")), identity_path="/identity"
)
WIKI = "https://wiki.example.com/base"
TROUBLE = {"trouble": "It cannot be reached.", "remedy": "Start it."}
FIELDS = (
    Field("outgoing", "Outgoing", "choice", "oauth", "What we send.", (("oauth", "OAuth"), ("disabled", "nothing"))),
    Field("callback", "Callback", "url", WIKI, "Where people go."),
    Field("users", "Users", "lines", "alice\nbob", "One in a line."),
    Field("fixed_user", "Fixed user", "check", "yes"),
    Field("secret", "Secret", "secret", "", "Never shown again."),
)
ROW = Row("/links/1", "Wiki", "confluence", WIKI, True, "OAuth", "nothing")
PICTURE = Picture(Node("Tracker", "jira", 84, 48), (Node("Wiki", "confluence", 356, 48, "oauth", "disabled"),), 96)
SIDE = Side("OAuth", "Calls go.", (Fact("Goes to", WIKI, "There.", code=True), Fact("Signed by", "RSA-SHA256")), on=True)
ONE = OneLink(
    FRAME, "token", "id", "Wiki", "confluence", True, WIKI, "The same people.", SIDE, replace(SIDE, on=False),
    (Fact("Only these people", "alice"),), (Linked("1", "project:OPS", "space:OPS", "Operations", True),), (Happened(NOW, "call", "alice", "answered", True),), "/links/1", "/links", 1, 2, outcome="Changed.",
)  # fmt: skip
WIKI_ITSELF = ("Wiki", "confluence", "8.5.4", WIKI, "SHA256:aa")
REMARKS = (Said("It is plain http.", "Use https."), Said("Its key is weak."))
GROUPS = (
    Group("calls_us", "It calls us", "As a consumer.", True, FIELDS[2:4]),
    Group("we_call", "We call it", "As a provider.", False, FIELDS[4:]),
)
METHOD = Field("signature_method", "Signed by", "choice", "", "Which.", (("", "the usual one"),))
ENTRIES = (
    Entry("Consumer key", "enter", ("tracker:1",)), Entry("Public key", "enter", ("BEGIN", "AAAA", "END")), Entry("Allow", "tick"),
    Entry("Allow all", "do not tick"), Entry("Type", "choose", ("Atlassian product",)), Entry("Execute as", "leave empty"),
)  # fmt: skip
STEPS = Steps(
    FRAME, "token", "What to enter in Wiki", "Wiki", "Confluence 8.5.4", "Confluence 7.17 and later, reported", f"{WIKI}/links", ("It has a link.",), REMARKS,
    (Dialog("Begin a link", "Links → Create", ENTRIES, "Continue.", True), Dialog("Say what it may", "Edit", (), "", False), Dialog("Here", "here", ENTRIES[:1], path="/by-hand")),
    (Mark("the consumer key", "it knows it", "", True), Mark("a user", "it refused", "Tick it.", False), Mark("another", "none", "", None)),
    "root", "robot", "/steps", "/links/1", "Our end is made.",
)  # fmt: skip
ACT = Act("/records/7", NOW, "call", "alice", "root", "a test", "Wiki", "answered", True)
FILTERS = (
    Field("kind", "What", "choice", "call", choices=(("", "everything"), ("call", "call"))),
    Field("user", "Who", "text", "alice"),
    Field("since", "From", "date", "2026-11-30"),
)
PATHS = ("/records", "/records/verify", "/records/export?format=json", "/records/export?format=csv")
TOKEN_PATHS = ("/make", "/revoke", f"{WIKI}/api", "/openapi.json")
HEAD = "7:" + "d" * 64

WEBHOOK = Webhook("Jira", "jira", "Jira", "signature", "whom it names", f"{WIKI}/events/1", "/change", "/proof", "/remove")
RUN = RunRow(
    "/runs/17",
    17,
    "publish:when_done",
    "Makes a page.",
    State("done", "✓", "good"),
    "",
    "alice",
    "root",
    "issue OPS-7",
    NOW,
    "1 s",
)
HAPPENING = Happening("/events/7", 7, NOW, "webhook 1", "jira issue_updated", "issue OPS-7", "alice", "sorted", "A note.")

CAUSE = FoundCause("NO_REVERSE_LINK", "It does not know us.", "401", "Make the link there.", certain=False)
SEEN = (Seen("manifest", "as it should be", "good"), Seen("proof", "401", "bad"), Seen("clock", "no date", "unknown"))
PAIRS = (Compared("Level", "OAuth", "nothing", False), Compared("Our key", "SHA256:aa", "SHA256:aa", True))
KEYS = Keys(
    FRAME, "token", "tracker:1", "SHA256:aa", NOW, ("BEGIN", "AAAA", "END"),
    (KeyOfLink("/links/1", "1", "Wiki", "SHA256:bb", False, "It was refused.", "key_rejected"), KeyOfLink("/links/2", "2", "Forge", "SHA256:aa", True, "", "")),
    (OldKey("SHA256:bb", NOW, "Wiki"), OldKey("SHA256:cc", NOW, "")), True, True, "/keys", "/identity", "Announced.",
)  # fmt: skip
OURSELVES = Ourselves(
    FRAME, "token", "Tracker", "id", WIKI, "sqlite inode=1", "It lies elsewhere.", NOW, "/identity", "Changed."
)
PEOPLE = PeopleOfLink(
    FRAME, "token", "Wiki", True, NOW, "3 people here.", (Fact("The same", "1"),), "1 is another", (Doubtful("carol", "nobody", "/people?name=carol"),), 2,
    (Decided("dave", "", "/people?name=dave"), Decided("erin", "ee", "/people?name=erin")), 3, True, (FIELDS[0], FIELDS[1]), "/people", "/links/1", "Compared.",
)  # fmt: skip

SIGHTS: tuple[Any, ...] = (
    Links(FRAME, (ROW,), PICTURE, "/make", 3, "Deleted."),
    Links(FRAME, (), PICTURE, "/make"),
    ONE,
    replace(ONE, primary=False, history=(), policy=(), entities=(), outcome=None),
    Form(FRAME, "token", "Change Wiki", "Our end.", "/change", "/links/1", "Wiki", FIELDS, "Save", **TROUBLE),
    Form(FRAME, "token", "Delete Wiki?", "It is gone then.", "/delete", "/links/1", "Wiki", (), "Delete", danger=True),
    ShownOnce(FRAME, "The secret", "Only now.", "canary", "/links/1", "Wiki"),
    Address(FRAME, "token", "wiki", "/make", "/by-hand", "/describe", "/links", WIKI, **TROUBLE),
    Address(FRAME, "token", "wiki", "/make", "/by-hand", "/describe", "/links", by_hand=True, **TROUBLE),
    Address(FRAME, "token", "", "/make", "/by-hand", "/describe", "/links"),
    Found(FRAME, "token", *WIKI_ITSELF, "Old wiki", REMARKS, True, True, "/go", "/links", **TROUBLE),
    Found(FRAME, "token", *WIKI_ITSELF, None, (), False, False, "/go", "/links"),
    FoundProduct(
        FRAME, "token", *WIKI_ITSELF, "Old wiki", REMARKS, None, True, "Wiki", "robot", "admin", "/product", "/links", **TROUBLE
    ),
    FoundProduct(FRAME, "token", *WIKI_ITSELF, None, (), "It is plain http.", False, "Wiki", "", "", "/product", "/links"),
    FoundOther(FRAME, "token", *WIKI_ITSELF, "3LO", "2LO", "Old wiki", REMARKS, "/describe", "/make"),
    FoundOther(FRAME, "token", "", "", "", WIKI, "", "", "", None, REMARKS, "/describe", "/make"),
    ByHand(FRAME, "token", FIELDS[:2], GROUPS, METHOD, True, "/by-hand", "/links", **TROUBLE),
    ByHand(FRAME, "token", FIELDS[:2], (), METHOD, False, "/by-hand", "/links"),
    STEPS,
    replace(STEPS, page="", dialogs="", known="", done=(), marks=(), steps=(), user=None, **TROUBLE),
    Agree(FRAME, "token", "Wiki", "confluence", WIKI, "SHA256:aa", True, "p", "i", False, "/agree", **TROUBLE),
    Agree(FRAME, "token", "Wiki", "confluence", WIKI, "SHA256:aa", False, "p", "i", True, "/agree"),
    Ends(FRAME, "token", "Wiki", "confluence", WIKI, "SHA256:aa", True, "i", "a", "/agreed", "/links"),
    Result(FRAME, "Wiki has moved", "Proven.", SIDE.facts, REMARKS, "/links/1", "Wiki", "/secret", "Enter the secret"),
    Result(FRAME, "Deleted", "Gone.", (), (), "/links", "all links"),
    PEOPLE,
    replace(PEOPLE, summary="", doubtful=(), decided=(), only_proven=False, outcome=None, **TROUBLE),
    replace(PEOPLE, same_users=False),
    OURSELVES,
    replace(OURSELVES, why="", place="", outcome=None, **TROUBLE),
    KEYS,
    replace(KEYS, links=(), older=(), behind=False, outcome=None, **TROUBLE),
    Refused(FRAME, "It cannot be.", "Begin anew.", "/links"),
    Checked(
        FRAME,
        "token",
        "Wiki",
        "does not work",
        "bad",
        (CAUSE,),
        SEEN,
        PAIRS,
        PAIRS,
        "alice",
        "/links/1",
        "Linked.",
        people_path="/people",
        **TROUBLE,
    ),
    Checked(FRAME, "token", "Wiki", "connected", "good", (), SEEN, (), (), "", "/links/1"),
    Status(FRAME, "token", (StatusRow("Wiki", "/links/1", "connected", "good", "", "just now"),), "/status", "/links"),
    Status(FRAME, "token", (), "/status", "/links"),
    Rejections(FRAME, "token", "Wiki", (RefusedRequest("/r/1", NOW, "signature_invalid", "GET /"),), "/links/1", "/explain"),
    Rejections(FRAME, "token", "Wiki", (), "/links/1", "/explain"),
    WhyRejected(FRAME, "GET /", "Wiki", "scheme", "Https.", "Set url.", False, PAIRS, (("time", "ok"),), "/explain", "/links"),
    Records(FRAME, FILTERS, (ACT, replace(ACT, actor="", reason="", link="", good=False)), *PATHS, True, "/new", "/old"),
    Records(FRAME, FILTERS, (), *PATHS, False),
    Records(FRAME, FILTERS, (), *PATHS, True, **TROUBLE),
    Record(
        FRAME,
        7,
        NOW,
        "admission",
        "admitted",
        True,
        (Part("As", "alice"), Part("Link", "Wiki")),
        (Step("examine", "ok", True), Step("find_person", "nobody", False)),
        (Changed("name", None, "Wiki"), Changed("x", "a", None)),
        "/records",
    ),
    Record(FRAME, 7, NOW, "call", "no-answer", False, (), (), (), "/records"),
    Tokens(
        FRAME,
        "token",
        (
            Token("1", "nightly", "ada", "may change", NOW, NOW, NOW, True),
            Token("2", "nightly", "ada", "reads only", NOW, NOW, None, False),
        ),
        *TOKEN_PATHS,
        "Revoked.",
        **TROUBLE,
    ),
    Tokens(FRAME, "token", (), *TOKEN_PATHS),
    Staff(
        FRAME,
        (
            Somebody("ada", "Ada Adams", "ada@example.com", ("administrator",), "a, b", "/of/ada/change", "/of/ada/password"),
            Somebody("bob", "", "", ("disabled", "no password"), "", "/of/bob/change", "/of/bob/password"),
        ),
        "/add",
        "/people?after=bob",
        "/people",
        "Added.",
    ),
    Staff(FRAME, (), "/add"),
    Verify(FRAME, "token", "/verify", "/records"),
    Verify(FRAME, "token", "/verify", "/records", HEAD, True, "All hold.", HEAD),
    Verify(FRAME, "token", "/verify", "/records", HEAD, False, "Broken at 8.", HEAD, **TROUBLE),
    Webhooks(FRAME, (WEBHOOK, replace(WEBHOOK, name="Wiki events", link="")), "/add", "/events", "Changed."),
    Webhooks(FRAME, (), "/add", "/events"),
    WebhookMade(FRAME, "Jira", "Jira: Webhooks", f"{WIKI}/events/1", "canary", "/webhooks"),
    WebhookMade(FRAME, "Jira", "Jira: Webhooks", f"{WIKI}/events/1/canary", None, "/webhooks"),
    Happenings(
        FRAME, (HAPPENING, replace(HAPPENING, number=8, item="", user="", note="")), "/webhooks", "/old", "/new", "Again."
    ),
    Happenings(FRAME, (), "/webhooks"),
    OneEvent(
        FRAME, "token", 7, NOW, "jira issue_updated", (Part("From", "here"),), "{}", (RUN,), "/replay", "/events", **TROUBLE
    ),
    OneEvent(FRAME, "token", 7, NOW, "jira issue_updated", (), "{}", (), "/replay", "/events"),
    Sudo(FRAME, "token", "/confirm", "/links", "That is not your password."),
)

OURS = {"path", "kind", "here", "tone", "mark"}
"""Fields that never come from others, besides those that end in `_path`."""


def written(view: Any, text: str) -> Any:
    """The view with that text in every place where somebody else's could stand."""
    return replace(view, **dict(_changed(view, text)))


def _changed(value: Any, text: str) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        if field.init and (field.name not in OURS or isinstance(value, Compared)) and not field.name.endswith("_path"):
            yield field.name, _with(getattr(value, field.name), text)


def _with(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_with(one, text) for one in value)
    if is_dataclass(value):
        names = dict(_changed(value, text))
        if isinstance(value, Field | Group):
            names.pop("name")  # each is an id in the page
        return replace(value, **names)
    return value
