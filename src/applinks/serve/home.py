"""Where a person arrives: what waits for them, and where they can go."""

from __future__ import annotations

from collections.abc import Iterator

from applinks.links import Link, LinkById
from applinks.outgoing import dance
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
    waiting = list[Waiting]()
    for run in parked[:MOST]:
        waiting.append((yield from _waiting(visit, person, run)))
    view = Home(
        frame=visit.frame(),
        waiting=tuple(waiting),
        more=len(parked) > MOST,
        ways=tuple(_ways(visit, person)),
    )
    return page(view)


def _waiting(visit: PageVisit, person: Person, run: Run) -> Flow[Waiting]:
    link: Link | None = yield LinkById(run.parked_link or "")
    path = None
    if link is not None and run.parked_user == person.name:
        needed = yield from dance.consent_needed(visit.identity, link, person.name, "a run waits for it")
        address = needed.returning_to(visit.own("/"))
        path = f"/{address.split('/', 3)[3]}" if address else None
    return Waiting(run.hook, run.item or "", link.name if link else "a link that is gone", int(run.made_at), path)


def _ways(visit: PageVisit, person: Person) -> Iterator[Way]:
    yield Way("What I have allowed", "which applications may act as you, here and elsewhere", visit.own(GRANTS))
    yield Way("My password", "take a new one", visit.own(PASSWORD))
    if person.administrator:
        yield Way("Links", "to other applications", visit.own(LINKS))
        yield Way("People", "who may sign in and be acted for", visit.own(STAFF))
        yield Way("Records", "what was done, by whom and as whom", visit.own(RECORDS))
