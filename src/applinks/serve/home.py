"""Where a person arrives: what waits for them, and where they can go."""

from __future__ import annotations

from collections.abc import Iterator

from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import Run, RunFilters, Runs, RunState
from applinks.serve.signing_in import PASSWORD
from applinks.serve.views import Home, Waiting, Way
from applinks.web import GRANTS, LINKS, RECORDS, STAFF, PageVisit, page
from applinks.wire.messages import Response

MOST = 20
"""Waiting runs that are shown; of more, that there are more."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """Whatever concerns this person."""
    parked: tuple[Run, ...] = yield Runs(RunFilters(user=person.name, state=RunState.PARKED), MOST + 1)
    view = Home(
        frame=visit.frame(),
        waiting=tuple(_waiting(run) for run in parked[:MOST]),
        more=len(parked) > MOST,
        ways=tuple(_ways(visit, person)),
    )
    return page(view)


def _waiting(run: Run) -> Waiting:
    return Waiting(run.hook, run.item or "", run.parked_link or "", int(run.made_at))


def _ways(visit: PageVisit, person: Person) -> Iterator[Way]:
    yield Way("What I have allowed", "which applications may act as you, here and elsewhere", visit.own(GRANTS))
    yield Way("My password", "take a new one", visit.own(PASSWORD))
    if person.administrator:
        yield Way("Links", "to other applications", visit.own(LINKS))
        yield Way("People", "who may sign in and be acted for", visit.own(STAFF))
        yield Way("Records", "what was done, by whom and as whom", visit.own(RECORDS))
