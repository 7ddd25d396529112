"""A person's own runs: those that happen in their name, and those that they caused."""

from __future__ import annotations

from urllib.parse import urlencode

from applinks.errors import ConfigurationError
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import Run, RunFilters, Runs, RunState
from applinks.web import look
from applinks.web.scripts import run as one_run
from applinks.web.scripts.loaded import loaded
from applinks.web.scripts.rows import link_names, row
from applinks.web.scripts.runs import AT_ONCE, number_of
from applinks.web.scripts.views import OwnRow, OwnRuns
from applinks.web.visit import OWN_RUNS, PageVisit
from applinks.wire.messages import Response


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The newest of them; those whose condition was not met are nobody's business."""
    only = RunFilters(person=person.name, without=RunState.SKIPPED.value)
    before = visit.query.get("before", "")
    if before:
        try:
            only["before"] = number_of(before)
        except ConfigurationError:
            before = ""
    found: tuple[Run, ...] = yield Runs(only, AT_ONCE + 1)
    listed = found[:AT_ONCE]
    older = visit.own(f"{OWN_RUNS}?{urlencode({'before': listed[-1].number})}") if len(found) > AT_ONCE else None
    newest = visit.own(OWN_RUNS) if before else None
    return look.page(OwnRuns(visit.frame(), (yield from _rows(visit, person, listed)), newest, older))


def show_one(visit: PageVisit, person: Person) -> Flow[Response]:
    """One of them."""
    return (yield from one_run.page(visit, person, administrator=False))


def act(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what one of its buttons says."""
    return (yield from one_run.acted(visit, person, administrator=False))


def _rows(visit: PageVisit, person: Person, runs: tuple[Run, ...]) -> Flow[tuple[OwnRow, ...]]:
    scripts = yield from loaded(visit)
    links = yield from link_names(runs)
    rows: list[OwnRow] = []
    for run in runs:
        consent = yield from one_run.consent_address(visit, run, person)
        shown = row(visit, run, links, about=scripts.about(run.hook), own=True)
        rows.append(OwnRow(shown, consent))
    return tuple(rows)
