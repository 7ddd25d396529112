"""What the pages of scripts are told: frozen values, one per template. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.web.administration.kept import Part
from applinks.web.administration.views import Field
from applinks.web.views import Frame


@dataclass(frozen=True, slots=True)
class State:
    """How a run stands: a word, a sign before it, and its tone: "good", "bad", "warm" or "unknown"."""

    word: str
    sign: str
    tone: str


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """How far a run is that is running: as a bar that ends at `most`, which is never 0, and in words."""

    value: int
    most: int
    words: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list. `note` says what it waits for or why it failed; `actor` is there where it is not the user.

    `progress` is there while it is running, if it says how far it is.
    """

    path: str
    number: int
    hook: str
    about: str
    state: State
    note: str
    user: str
    actor: str
    item: str
    time: int
    took: str
    progress: ProgressBar | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs, newest first. `filters` are sent to `runs_path`; the exports are of what is shown, on all pages."""

    frame: Frame
    filters: tuple[Field, ...]
    rows: tuple[RunRow, ...]
    runs_path: str
    charts_path: str
    json_path: str
    csv_path: str
    filtered: bool
    skipped: bool
    newest_path: str | None = None
    older_path: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A run of the reader's. `consent` is the address where they allow what it waits for, None where that is not theirs."""

    run: RunRow
    consent: str | None


@dataclass(frozen=True, slots=True)
class OwnRuns:
    """The runs of which the reader is user or actor, newest first."""

    frame: Frame
    rows: tuple[OwnRow, ...]
    newest_path: str | None = None
    older_path: str | None = None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of a run. `unclear`: it was sent and never answered; `may_settle`: the reader may say what became of it."""

    place: str
    method: str
    address: str
    link: str
    user: str
    mechanism: str
    status: int | None
    good: bool
    time: int
    took: str
    unclear: bool
    may_settle: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log: when on the clock, how it is meant, and what it says."""

    time: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class PassLog:
    """The lines of one pass."""

    number: int
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class EventTold:
    """The event that caused a run: facts about it, and what it told, as JSON."""

    number: int
    parts: tuple[Part, ...]
    payload: str
    may_replay: bool


@dataclass(frozen=True, slots=True)
class OneRun:
    """One run. Posted to `path`: `form_token`, `act` (cancel, retry, again, replay, happened, not-happened) and its fields.

    `full` is false for whoever is no administrator: then there is no log, event, result or error text but their own.
    `refreshed` says after how many seconds the page is asked for again by itself; `still_path` leads to the one that is not,
    and `moving_path` from there back; each is None where it makes no sense.
    """

    frame: Frame
    form_token: str = field(repr=False)
    path: str
    back_path: str
    back: str
    number: int
    hook: str
    hook_path: str | None
    about: str
    state: State
    note: str
    parts: tuple[Part, ...]
    error: str
    where: str
    result: str
    log: tuple[PassLog, ...]
    calls: tuple[CallRow, ...]
    event: EventTold | None
    others: tuple[RunRow, ...]
    of_item: tuple[RunRow, ...]
    full: bool
    may_cancel: bool = False
    may_retry: bool = False
    may_repeat: bool = False
    consent: str | None = None
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
    progress: ProgressBar | None = None
    refreshed: int | None = None
    still_path: str | None = None
    moving_path: str | None = None


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What is wrong with a script, and where; what is `fatal` keeps it from being used."""

    file: str
    line: int
    message: str
    remedy: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class HookRow:
    """A hook in the list: into what it hooks, as whom it runs, and how it has done lately."""

    path: str
    id: str
    about: str
    into: str
    place: str
    conditional: bool
    as_whom: str
    on: bool
    last: RunRow | None
    failures: int


@dataclass(frozen=True, slots=True)
class Scripts:
    """All hooks. `loaded` is false where no scripts run in this process: then it shows what the records know."""

    frame: Frame
    loaded: bool
    faults: tuple[FaultRow, ...]
    rows: tuple[HookRow, ...]
    runs_path: str
    charts_path: str
    pasted_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class PastedRow:
    """A pasted script in the list: the way to its text, what it hooks into, and who kept it when."""

    path: str
    name: str
    about: str
    into: str
    revision: str
    by: str
    time: int


@dataclass(frozen=True, slots=True)
class PastedScripts:
    """All pasted scripts. `allowed` says whether any may be pasted here, `installed` whether there is a sandbox for them."""

    frame: Frame
    back_path: str
    paste_path: str
    allowed: bool
    installed: bool
    rows: tuple[PastedRow, ...]
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where a text is wrong: in its `line`, at its `column` if that is known, and that line with those before it, by number."""

    line: int
    column: int | None
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class PasteScript:
    """A script to be pasted or changed. Posted to `path`: `form_token`, the fields, and `act` (check, keep or remove).

    `name` is empty where it is a new one; its text may use `names`; `wrong` shows where it cannot be read. `allowed` as above.
    """

    frame: Frame
    form_token: str = field(repr=False)
    path: str
    back_path: str
    name: str
    allowed: bool
    fields: tuple[Field, ...]
    names: tuple[Name, ...]
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
    hook_path: str | None = None
    wrong: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a script may ask for, and what stands for it."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A part of a bar: where it lies, and its group: "done", "waiting", "failed" or "other"."""

    x: float
    y: float
    width: float
    height: float
    mark: str


@dataclass(frozen=True, slots=True)
class Column:
    """All runs of one span: its bars, and what they say together."""

    says: str
    bars: tuple[ChartBar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at an axis, and where."""

    at: float
    word: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of the table below a chart: the begin of a span, and how many runs of each group there were."""

    since: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Runs by state over a time. `groups` are the words of the legend with their marks; `counted` says the same as a table."""

    title: str
    description: str
    columns: tuple[Column, ...]
    along: tuple[Tick, ...]
    up: tuple[Tick, ...]
    groups: tuple[tuple[str, str, int], ...]
    counted: tuple[Counted, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way to another view of the same; `here` says that it is the one that is looked at."""

    words: str
    path: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Charts:
    """A chart of all runs, or of those of one hook."""

    frame: Frame
    chart: Chart
    hook: str
    ways: tuple[Way, ...]
    back_path: str
    back: str


@dataclass(frozen=True, slots=True)
class OneHook:
    """One hook. Posted to `path`: `form_token` and `act` (on, off, set or run) with its fields.

    `parameters` are the fields of its form; `told` those of a run by hand. `text_path` leads to its text, if it was pasted;
    `coming` says that it was pasted just now, and is not loaded yet.
    """

    frame: Frame
    form_token: str = field(repr=False)
    path: str
    back_path: str
    id: str
    about: str
    loaded: bool
    on: bool
    parts: tuple[Part, ...]
    names: tuple[Name, ...]
    faults: tuple[FaultRow, ...]
    parameters: tuple[Field, ...]
    told: tuple[Field, ...]
    may_run: bool
    chart: Chart
    ways: tuple[Way, ...]
    runs: tuple[RunRow, ...]
    runs_path: str
    outcome: str | None = None
    trouble: str | None = None
    remedy: str | None = None
    text_path: str | None = None
    coming: bool = False


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message: how it is meant, what it says, and where to do something about it (`address` may be anything; else None).

    `open`: it was neither read nor settled; `settled`: what it asked for was done.
    """

    number: int
    tone: str
    sign: str
    word: str
    title: str
    text: str
    action: str
    address: str | None
    run_path: str | None
    item: str
    time: int
    open: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The messages to the reader, newest first. Posted to `frame.inbox_path`: `form_token` and `read`, a number or "all"."""

    frame: Frame
    form_token: str = field(repr=False)
    rows: tuple[MessageRow, ...]
    unread: bool
    newest_path: str | None = None
    older_path: str | None = None
    outcome: str | None = None
