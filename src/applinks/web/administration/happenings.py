"""Events: the newest, one of them with all that was told of it, and letting one happen once more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import Event, Events, EventState, Run, RunFilters, Runs, Source, Sources, event_numbered, replay_event
from applinks.web import answers, forms, look
from applinks.web.administration import taken
from applinks.web.administration.kept import Part
from applinks.web.scripts.rows import link_names, row
from applinks.web.visit import HAPPENINGS, WEBHOOKS, PageVisit
from applinks.wire.messages import Response

ONE = f"{HAPPENINGS}/{{number}}"
AT_ONCE = 50
"""Events on a page."""
MOST_RUNS = 50
"""Runs that are shown with their event."""
LONGEST_NUMBER = 18
STATES = {
    EventState.RECEIVED: "waits for its turn",
    EventState.SORTED: "looked at",
    EventState.ASKED: "asked before a transition",
    EventState.REFUSED: "refused",
}
LONGEST_PAYLOAD = 20_000
"""Characters of what was told that are shown; the command line shows all of it."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """The newest, or those before one."""
    before = _number(visit.query.get("before", ""))
    found: tuple[Event, ...] = yield Events(AT_ONCE + 1, before)
    names = yield from _names()
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    view = taken.Happenings(
        frame=visit.frame(),
        rows=tuple(_row(visit, event, names) for event in shown),
        webhooks_path=visit.own(WEBHOOKS),
        older_path=visit.own(f"{HAPPENINGS}?before={shown[-1].number}") if more else None,
        newest_path=visit.own(HAPPENINGS) if before is not None else None,
        outcome="It happens once more: this is the new event." if visit.query.get("done") == "replayed" else None,
    )
    return look.page(view)


def show_one(visit: PageVisit, person: Person) -> Flow[Response]:
    """With all that was told of it."""
    event = yield from _event(visit)
    return (yield from _shown(visit, person, event))


def replay(visit: PageVisit, person: Person) -> Flow[Response]:
    """Let it happen once more."""
    event = yield from _event(visit)
    try:
        number = yield from replay_event(event.number, by=person.name)
    except ConfigurationError as trouble:
        return (yield from _shown(visit, person, event, trouble))
    return answers.redirect(visit.own(f"{HAPPENINGS}?done=replayed&before={number + 1}"))


def _event(visit: PageVisit) -> Flow[Event]:
    try:
        return (yield from event_numbered(_number(visit.named["number"]) or 0))
    except ConfigurationError as gone:
        raise LinkNotFound(gone.message) from gone  # a page that is not there


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= LONGEST_NUMBER else None


def _names() -> Flow[dict[str, str]]:
    """What webhooks are called, by what an event names as its source."""
    found: tuple[Source, ...] = yield Sources()
    return {f"webhook {source.id}": source.name for source in found}


def _row(visit: PageVisit, event: Event, names: Mapping[str, str]) -> taken.Happening:
    return taken.Happening(
        path=visit.own(f"{HAPPENINGS}/{event.number}"),
        number=event.number,
        time=int(event.received_at),
        source=names.get(event.source, event.source),
        what=f"{event.application} {event.kind}",
        item=event.item or "",
        user=event.user or (f"key {event.user_key}" if event.user_key else ""),
        state=STATES[event.state],
        note=event.note or "",
    )


def _shown(visit: PageVisit, person: Person, event: Event, trouble: ConfigurationError | None = None) -> Flow[Response]:
    names = yield from _names()
    runs: tuple[Run, ...] = yield Runs(RunFilters(event=event.number), MOST_RUNS)
    links = yield from link_names(runs)
    cookie, token = yield from forms.token_for(visit, person)
    view = taken.OneEvent(
        frame=visit.frame(),
        form_token=token,
        number=event.number,
        time=int(event.received_at),
        what=f"{event.application} {event.kind}",
        parts=tuple(_parts(event, names)),
        payload=_written(event.payload),
        runs=tuple(row(visit, run, links) for run in runs),
        replay_path=visit.own(f"{HAPPENINGS}/{event.number}/replay"),
        back_path=visit.own(HAPPENINGS),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


def _parts(event: Event, names: Mapping[str, str]) -> Iterator[Part]:
    parts = (
        ("From", names.get(event.source, event.source)),
        ("About", event.item),
        ("By", event.user),
        ("By the key", event.user_key),
        ("Delivery", event.delivery),
        ("Runs that led to it", event.depth or None),
        ("State", STATES[event.state]),
        ("Note", event.note),
    )
    return (Part(name, str(value)) for name, value in parts if value is not None)


def _written(payload: Any) -> str:
    text = json.dumps(payload, indent=2, ensure_ascii=False)
    shown = "".join(letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1] for letter in text)
    return shown if len(shown) <= LONGEST_PAYLOAD else f"{shown[:LONGEST_PAYLOAD]} …"
