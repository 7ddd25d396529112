"""One view of each kind, with every optional part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from applinks.scripts import RunState
from applinks.web.administration.kept import Part
from applinks.web.administration.views import Field
from applinks.web.scripts.charts import SPANS, drawn
from applinks.web.scripts.views import (
    CallRow,
    Charts,
    EventTold,
    Excerpt,
    FaultRow,
    HookRow,
    Inbox,
    LogLine,
    MessageRow,
    Name,
    OneHook,
    OneRun,
    OwnRow,
    OwnRuns,
    PassLog,
    PastedRow,
    PastedScripts,
    PasteScript,
    ProgressBar,
    RunRow,
    Runs,
    Scripts,
    Way,
)
from applinks.web.scripts.words import STATES
from applinks.web.views import Banner
from web.administration.sights import FRAME, TROUBLE
from web.sights import NOW

HOOK = "wiki/publish:when_done"
CONSENT = "https://tracker.example.com/plugins/servlet/applinks/oauth/login-dance/start?applicationLinkID=1&for=2"
ROW = RunRow(
    "/runs/17", 17, HOOK, "Makes a page of the issue", STATES[RunState.DONE], "", "alice", "root", "issue OPS-7", NOW, "1.4 s"
)
FAILED = replace(ROW, path="/runs/16", number=16, state=STATES[RunState.FAILED], note="FarSideError: 500", about="", actor="")
WAITING = replace(
    ROW, path="/runs/15", number=15, state=STATES[RunState.PARKED], item="",
    note="waits for carol’s consent in Wiki since 2026-11-24 08:00:00 (UTC)", user="carol", actor="",
)  # fmt: skip
RUNNING = replace(ROW, state=STATES[RunState.RUNNING], progress=ProgressBar(7, 120, "7 of 120: page 7"))
ROWS = (
    ROW,
    RUNNING,
    FAILED,
    WAITING,
    *(replace(ROW, path=f"/runs/{number}", number=number, state=state) for number, state in enumerate(STATES.values(), 1)),
)
FILTERS = (
    Field("hook", "Hook", "choice", HOOK, choices=(("", "every hook"), (HOOK, HOOK))),
    Field("user", "Who", "text", "alice"),
    Field("since", "From", "date", "2026-11-30"),
)
PATHS = ("/runs", "/charts", "/runs/export?format=json", "/runs/export?format=csv")
CALLS = (
    CallRow(
        "1", "GET", "https://wiki.example.com/rest/api/content", "Wiki", "alice", "2LOi", 200, True, NOW, "12 ms", False, False
    ),
    CallRow(
        "2", "POST", "https://wiki.example.com/rest/api/content", "Wiki", "alice", "3LO", 500, False, NOW, "2.0 s", False, False
    ),
    CallRow("3.a/1", "GET", "https://wiki.example.com/x", "Wiki", "nobody", "", None, False, NOW, "", False, False),
    CallRow("4", "POST", "https://wiki.example.com/y", "Wiki", "alice", "", None, False, NOW, "", True, True),
)
LOG = (
    PassLog(
        1,
        (
            LogLine("10:00:00.123", "info", "created https://wiki.example.com/x"),
            LogLine("10:00:00.124", "output", "two\nlines"),
        ),
    ),
    PassLog(2, (LogLine("10:05:00.000", "error", "/srv/scripts/publish.py, line 12, in publish: wiki.post(page)"),)),
)
EVENT = EventTold(
    5, (Part("What", "jira:issue_updated"), Part("About", "issue OPS-7")), '{\n  "issue": {"key": "OPS-7"}\n}', True
)
RUN = OneRun(
    FRAME, "token", "/runs/17", "/runs", "Runs", 17, HOOK, "/hook?id=1", "Makes a page of the issue", STATES[RunState.UNCLEAR],
    "A call was sent and never answered", (Part("As", "alice"), Part("Caused by", "root"), Part("Parameter space", "OPS")),
    "POST https://wiki.example.com/y was sent and never answered (TimedOut).", "/srv/scripts/publish.py, line 12, in publish: wiki.post(page)",
    '{\n  "page": "17"\n}', LOG, CALLS, EVENT, (FAILED,), (WAITING,), True, True, True, True, CONSENT, "Noted.",
)  # fmt: skip
FAULTS = (
    FaultRow("/srv/scripts/publish.py", 12, "the condition can never be true.", "Write `issue.project == 'OPS'`.", True),
    FaultRow("/srv/scripts/other.py", 3, "it is never false.", "", False),
)
COUNTS = {
    (float(SPANS["2-days"].since(NOW) + hour * 3600), state): (hour * 7 + number * 3) % 5
    for hour in range(0, 48, 2)
    for number, state in enumerate(RunState)
}
CHART = drawn(COUNTS, SPANS["2-days"].since(NOW), SPANS["2-days"], "%a %H:%M")
NOTHING = drawn({}, SPANS["2-years"].since(NOW), SPANS["2-years"], "%b %Y")
WAYS = (Way("2 days", "/charts?span=2-days", here=True), Way("2 weeks", "/charts?span=2-weeks"))
HOOK_ROW = HookRow(
    "/hook?id=1",
    HOOK,
    "Makes a page",
    "After the transition “Done” in jira.",
    "publish.py, line 9",
    True,
    "alice",
    True,
    ROW,
    3,
)
PARAMETERS = (
    Field("parameter-space", "space", "text", "OPS", "Where pages are made."),
    Field("parameter-labels", "labels", "lines", "one\ntwo", "One in a line."),
    Field("parameter-secret", "secret", "secret", "", "One is kept; leave this empty to keep it."),
    Field("parameter-loud", "loud", "choice", "no", "", (("yes", "yes"), ("no", "no"))),
)
TOLD = (
    Field(
        "event",
        "With what an event told",
        "choice",
        "",
        "One of the last ones.",
        (("", "none"), ("5", "5: jira:issue_updated")),
    ),
    Field("payload", "Or with what you write", "lines", "", "As JSON."),
)
ONE_HOOK = OneHook(
    FRAME, "token", "/hook?id=1", "/scripts", HOOK, "Makes a page", True, True, (Part("Runs as", "whoever caused it"),),
    (Name("issue", "Of the event: Issue."), Name("jira", "The primary link.")), FAULTS, PARAMETERS, TOLD, True, CHART, WAYS, (ROW, FAILED),
    "/runs?hook=1", "Kept.", **TROUBLE,
)  # fmt: skip

PASTED_ROW = PastedRow(
    "/pasted/edit?name=1", "publish", "Makes a page", "After the transition “Done” in jira.", "0123456789abcdef", "root", NOW
)
PASTE = PasteScript(
    FRAME,
    "token",
    "/pasted/edit?name=1",
    "/pasted",
    "publish",
    True,
    (
        Field("kind", "It runs", "choice", "listener", "", (("listener", "when something has happened"),)),
        Field("events", "Events", "lines", "order", "One in a line."),
        Field("text", "Text", "code", "# Makes a page.\nif user:\n    log('hello')\n", "64 KiB at most."),
    ),
    (Name("call", "call(…): a call over a link."),),
    "No mistake was found. Nothing was kept or run: keep it, if it is to run.",
)
BANNER = Banner("warm", "Please look", "Wiki needs your consent", "The script waits until you allow it.", "Allow it", CONSENT)
MESSAGES = (
    MessageRow(
        3,
        "warm",
        "!",
        "Please look",
        "Wiki needs your consent",
        "The script waits.\nIt goes on by itself.",
        "Allow it",
        CONSENT,
        "/runs/15",
        "issue OPS-7",
        NOW,
        True,
        False,
    ),
    MessageRow(
        2, "info", "i", "Note", "For your information", "A page was made.", "Look", "/own/path", None, "", NOW, False, False
    ),
    MessageRow(1, "bad", "✗", "Error", "It failed", "FarSideError.", "Look", None, "/runs/16", "", NOW, False, True),
    MessageRow(
        4,
        "good",
        "✓",
        "Done",
        "“Publish” is done",
        "It is done.",
        "Look",
        "javascript:alert(1)",
        "/runs/17",
        "",
        NOW,
        True,
        False,
    ),
)
WITH_BANNERS = replace(
    FRAME,
    unread=4,
    banners=(
        BANNER,
        replace(BANNER, tone="bad", word="Error", address=None),
        replace(BANNER, tone="info", word="Note", action="Look", address="/own/path"),
    ),
)

SIGHTS: tuple[Any, ...] = (
    Inbox(replace(FRAME, unread=2), "token", MESSAGES, True, "/new", "/old", "Read."),
    Inbox(FRAME, "token", (), False),
    Charts(WITH_BANNERS, NOTHING, "", WAYS, "/runs", "Runs"),
    Runs(FRAME, FILTERS, ROWS, *PATHS, True, False, "/new", "/old"),
    Runs(FRAME, FILTERS, (), *PATHS, False, False),
    Runs(FRAME, FILTERS, (), *PATHS, True, True, **TROUBLE),
    OwnRuns(FRAME, (OwnRow(WAITING, CONSENT), OwnRow(ROW, None), OwnRow(RUNNING, None)), "/new", "/old"),
    OwnRuns(FRAME, ()),
    RUN,
    replace(RUN, calls=CALLS[:1], log=LOG[:1], others=(), of_item=(), event=None, result="", where="", outcome=None, **TROUBLE),
    replace(
        RUN, state=RUNNING.state, calls=(), log=(), progress=RUNNING.progress, refreshed=5,
        still_path="/runs/17?still=1",
    ),
    replace(RUN, state=RUNNING.state, calls=(), log=(), moving_path="/runs/17"),
    replace(RUN, state=STATES[RunState.DONE], calls=(), log=(), full=False, hook_path=None, about="", consent=None),
    Scripts(FRAME, True, FAULTS, (HOOK_ROW, replace(HOOK_ROW, path="/hook?id=2", id="b:c", about="", on=False, last=None, failures=0)), "/runs", "/charts", "/pasted", "Off."),
    Scripts(FRAME, False, (), (), "/runs", "/charts", "/pasted", **TROUBLE),
    ONE_HOOK,
    replace(ONE_HOOK, about="", loaded=False, on=False, parts=(), names=(), faults=(), parameters=(), told=(), may_run=False, runs=(), chart=NOTHING),
    replace(ONE_HOOK, text_path="/pasted/edit?name=1"),
    PastedScripts(FRAME, "/scripts", "/pasted/edit", True, True, (PASTED_ROW, replace(PASTED_ROW, path="/2", about="")), "Kept."),
    PastedScripts(FRAME, "/scripts", "/pasted/edit", False, True, (PASTED_ROW,)),
    PastedScripts(FRAME, "/scripts", "/pasted/edit", True, False, ()),
    PASTE,
    replace(PASTE, name="", allowed=False, outcome=None, **TROUBLE),
    replace(PASTE, outcome=None, hook_path="/hook?id=1", wrong=Excerpt(2, 9, ((1, "# Makes a page."), (2, "if user:)"))), **TROUBLE),
    Charts(FRAME, CHART, HOOK, WAYS, "/runs", "Runs"),
    Charts(FRAME, NOTHING, "", WAYS, "/runs", "Runs"),
)  # fmt: skip
