"""Examines a link as an administrator would: from the network up, each probe explaining those after it (protocol.md 13)."""

from __future__ import annotations

from collections.abc import Sequence

from applinks.doctor.diagnosis import Diagnosis
from applinks.doctor.lately import Examined, NoteExamined
from applinks.doctor.looking import (
    look_at_configuration,
    look_at_consumer,
    look_at_identity,
    look_at_manifest,
    look_at_recent_requests,
    look_at_state,
    look_at_ways,
)
from applinks.doctor.notes import Notes
from applinks.doctor.proving import prove
from applinks.doctor.strict import look_at_defaults
from applinks.errors import PersonUnknown
from applinks.links import Identity, Link, Links, WhoWeAre
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.people import FindPerson, KnowsPeople, Person
from applinks.questions import Flow, Moment, Now

PROBES = (look_at_configuration, look_at_manifest, look_at_identity, look_at_state, look_at_consumer)
"""In this order; the first one that says that there is no point in going on ends it. Then the ways, then the proof."""


def examine(
    link: Link,
    *,
    user: str | None = None,
    by: str | None = None,
    mechanisms: Sequence[Mechanism] = MECHANISMS,
    strict: bool = False,
) -> Flow[Diagnosis]:
    """Look at one link, live, and say how it is.

    As `user`, one call is made on the real road, caused by the administrator `by`; without one, a call that names nobody.
    `strict` looks for departures from the secure defaults, too. What the other side does is never an error; raises
    `PersonUnknown`, where this application knows its people and not that one.
    """
    us: Identity = yield WhoWeAre()
    notes = Notes(link, us, (yield from _person(user)))
    if (yield from _looked(notes)) and (yield from look_at_ways(notes, mechanisms)):
        yield from prove(notes, mechanisms, Person(by) if by else None)
    yield from look_at_recent_requests(notes)
    if strict:
        look_at_defaults(notes)
    found = notes.diagnosis(strict=strict)
    moment: Moment = yield Now()
    yield NoteExamined(Examined(found, moment.now))
    return found


def examine_all(
    *, user: str | None = None, by: str | None = None, mechanisms: Sequence[Mechanism] = MECHANISMS, strict: bool = False
) -> Flow[tuple[Diagnosis, ...]]:
    """Look at every link, one after the other."""
    links: tuple[Link, ...] = yield Links()
    found: tuple[Diagnosis, ...] = ()
    for link in links:
        found = (*found, (yield from examine(link, user=user, by=by, mechanisms=mechanisms, strict=strict)))
    return found


def _looked(notes: Notes) -> Flow[bool]:
    for probe in PROBES:
        if not (yield from probe(notes)):
            return False
    return True


def _person(name: str | None) -> Flow[Person | None]:
    if name is None:
        return None
    if not (yield KnowsPeople()):
        return Person(name)
    person: Person | None = yield FindPerson(name)
    if person is None or not person.active:
        raise PersonUnknown(f"There is no active user {name!r} here.", remedy="Name one of this application's users.")
    return person
