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
from applinks.web import GRANTS, INBOX, LINKS, OWN_RUNS, RECORDS, RUNS, SCRIPTS, STAFF, WEBHOOKS, PageVisit, page
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
    yield Way("Inbox", "what you were told", visit.own(INBOX))
    yield Way("My runs", "what scripts did in your name", visit.own(OWN_RUNS))
    yield Way("What I have allowed", "which applications may act as you, here and elsewhere", visit.own(GRANTS))
    yield Way("My password", "change it", visit.own(PASSWORD))
    if person.administrator:
        yield Way("Links", "the applications that this one calls, and that call it", visit.own(LINKS))
        yield Way("Webhooks", "events that other applications send here, for scripts to run on", visit.own(WEBHOOKS))
        yield Way("Scripts", "when each runs, on and off, parameters, and what is wrong", visit.own(SCRIPTS))
        yield Way("Runs", "what scripts did, when, and as whom", visit.own(RUNS))
        yield Way("People", "who may sign in and be acted for", visit.own(STAFF))
        yield Way("Records", "what was done, by whom and as whom", visit.own(RECORDS))
