"""All runs: the newest, those that are asked for, and a copy of them."""

from __future__ import annotations

from collections.abc import Mapping

from applinks.audit import LONGEST_NUMBER
from applinks.errors import ConfigurationError
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import DAY, HooksLately, RunFilters, RunsExport, RunState
from applinks.scripts import Run as KeptRun
from applinks.scripts import Runs as RunsWanted
from applinks.web import answers, look
from applinks.web.administration.views import Field
from applinks.web.filters import asking, begin_of, words_of
from applinks.web.scripts.loaded import Loaded, loaded
from applinks.web.scripts.rows import link_names, row
from applinks.web.scripts.views import Runs
from applinks.web.scripts.words import STATES
from applinks.web.visit import CHARTS, RUNS, PageVisit
from applinks.wire.messages import Response

EXPORT = f"{RUNS}/export"
AT_ONCE = 50
"""Runs on a page."""
MOST_EXPORTED = 10_000
"""Runs in one export; the command line has no such limit."""
BAD_REQUEST = 400
NOT_SKIPPED = ""
EVERYTHING = "all"
"""In place of a state: all but those whose condition was not met, or those, too."""

_DAYS = ("since", "until")
_FILTERS = ("hook", "state", "user", "item", *_DAYS)
_FORMATS = {"json": ("jsonl", "application/jsonl"), "csv": ("csv", "text/csv; charset=utf-8")}


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """The newest of those that are asked for."""
    try:
        only = wanted(visit.query)
    except ConfigurationError as trouble:
        return (yield from _page(visit, (), trouble))
    found: tuple[KeptRun, ...] = yield RunsWanted(only, AT_ONCE + 1)
    return (yield from _page(visit, found))


def export(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001
    """Those that are asked for, on all pages, as a file."""
    said = visit.query.get("format", "json")
    try:
        pieces = yield from _pieces(RunsExport(said, wanted(visit.query)))
    except ConfigurationError as trouble:
        return (yield from _page(visit, (), trouble))
    ending, kind = _FORMATS[said]
    return answers.file(f"runs.{ending}", kind, "".join(pieces))


def _pieces(export: RunsExport) -> Flow[list[str]]:
    """As many as are allowed; one more would be too many."""
    pieces = list[str]()
    while (piece := (yield from export.next_piece())) is not None:
        pieces.append(piece)
        if export.exported > MOST_EXPORTED:
            raise ConfigurationError(
                f"There are more than {MOST_EXPORTED:,} such runs.",
                remedy="Export fewer days at once, or all of them on the command line: `applinks runs export`.",
            )
    return pieces


def wanted(said: Mapping[str, str]) -> RunFilters:
    """What a query asks for. Raises `ConfigurationError` for what no run can have."""
    words = words_of(said, (*_FILTERS, "before"), "run")
    only = _of_state(words["state"])
    if words["hook"]:
        only["hook"] = words["hook"]
    if words["user"]:
        only["person"] = words["user"]
    if words["item"]:
        only["item"] = words["item"]
    if words["since"]:
        only["since"] = begin_of(words["since"])
    if words["until"]:
        only["until"] = begin_of(words["until"]) + DAY
    if words["before"]:
        only["before"] = number_of(words["before"])
    return only


def number_of(said: str) -> int:
    """The number of a run. Raises `ConfigurationError` for anything else."""
    if not (said.isascii() and said.isdecimal()) or len(said) > LONGEST_NUMBER:
        raise ConfigurationError(f"{said[:50]!r} is no number of a run.", remedy="Begin with the newest again.")
    return int(said)


def _of_state(said: str) -> RunFilters:
    if said == EVERYTHING:
        return RunFilters()
    if said == NOT_SKIPPED:
        return RunFilters(without=RunState.SKIPPED.value)
    if said not in set(RunState):
        raise ConfigurationError(f"{said[:50]!r} is no state of a run.", remedy="Choose one of those in the list.")
    return RunFilters(state=said)


def _page(visit: PageVisit, found: tuple[KeptRun, ...], trouble: ConfigurationError | None = None) -> Flow[Response]:
    listed, more = found[:AT_ONCE], len(found) > AT_ONCE
    said = {name: value for name in _FILTERS if (value := visit.query.get(name, "").strip())}
    scripts = yield from loaded(visit)
    links = yield from link_names(listed)
    view = Runs(
        frame=visit.frame(),
        filters=(yield from _fields(said, scripts)),
        rows=tuple(row(visit, run, links, about=scripts.about(run.hook)) for run in listed),
        runs_path=visit.own(RUNS),
        charts_path=visit.own(CHARTS),
        json_path=asking(visit, EXPORT, {"format": "json", **said}),
        csv_path=asking(visit, EXPORT, {"format": "csv", **said}),
        filtered=bool(said),
        skipped=said.get("state", "") != NOT_SKIPPED,
        newest_path=asking(visit, RUNS, said) if visit.query.get("before") else None,
        older_path=asking(visit, RUNS, {**said, "before": str(listed[-1].number)}) if more else None,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return look.page(view, status=BAD_REQUEST if trouble else 200)


def runs_of(visit: PageVisit, hook: str) -> str:
    """The page of the runs of a hook."""
    return asking(visit, RUNS, {"hook": hook})


def _fields(said: Mapping[str, str], scripts: Loaded) -> Flow[tuple[Field, ...]]:
    ran: Mapping[str, object] = yield HooksLately(0.0)
    hooks = sorted({*ran, *(hook.id for hook in scripts.hooks), *filter(None, (said.get("hook"),))})
    states = ((NOT_SKIPPED, "all but skipped"), (EVERYTHING, "all"), *((state.value, STATES[state].word) for state in RunState))
    return (
        Field("hook", "Hook", "choice", said.get("hook", ""), choices=(("", "every hook"), *((hook, hook) for hook in hooks))),
        Field("state", "State", "choice", said.get("state", ""), choices=states),
        Field("user", "Who", "text", said.get("user", "")),
        Field("item", "About", "text", said.get("item", "")),
        Field("since", "From", "date", said.get("since", "")),
        Field("until", "To", "date", said.get("until", "")),
    )
