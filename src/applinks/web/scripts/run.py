"""One run, as administrators see it: who, why, what it did, and what can be done about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from applinks.errors import AppLinksError, ConfigurationError, RunNotFound, StoreUnavailable
from applinks.links import Link, LinkById
from applinks.outgoing import dance
from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.scripts import (
    ENDED,
    IMMEDIATE,
    CallTold,
    Event,
    Hook,
    Line,
    Run,
    RunFilters,
    RunRecord,
    Runs,
    RunState,
    answer_said,
    cancel_run,
    may_be_replayed,
    record_for,
    replay_event,
    retry_run,
    run_again,
    settle_call,
    without_secrets,
)
from applinks.web import answers, forms, look, shown
from applinks.web.administration.kept import Part
from applinks.web.scripts.hooks import path_of
from applinks.web.scripts.loaded import loaded
from applinks.web.scripts.rows import link_names, progress, row, waiting
from applinks.web.scripts.runs import number_of
from applinks.web.scripts.views import CallRow, EventTold, LogLine, OneRun, PassLog, RunRow
from applinks.web.scripts.words import DONE, EXPLAINED, STATES, took
from applinks.web.visit import OWN_RUNS, RUNS, PageVisit
from applinks.wire.messages import Response

BAD_REQUEST = 400
OTHERS = 10
"""Other runs on the page of one."""
LONGEST_STATUS = 3
OK = 200
BELOW_SCRIPTS = tuple(str(Path(__file__).parents[2] / room) for room in ("outgoing", "scripts"))
"""Where the code lies that scripts call."""
REFRESH_EVERY, REFRESHED_FOR = 5, 1800
"""Seconds after which the page of a run that is queued or running is asked for again by itself, and from when on it is not any
more: a page that somebody has left open keeps no session alive for ever."""
STILL = "still"
"""In the query of the page that stays as it is."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The run of that number, with all that it holds."""
    return (yield from page(visit, person, administrator=True))


def act(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what one of its buttons says."""
    return (yield from acted(visit, person, administrator=True))


def acted(visit: PageVisit, person: Person, *, administrator: bool) -> Flow[Response]:
    """Do what a button says, and show the run that it is about then; or say why it cannot be done."""
    try:
        word, number = yield from _act(visit, _number(visit), person, administrator=administrator)
    except (StoreUnavailable, RunNotFound):
        raise
    except AppLinksError as trouble:
        return (yield from page(visit, person, trouble, administrator=administrator))
    if visit.scripts is not None:
        visit.scripts.say()
    below = RUNS if administrator else OWN_RUNS
    return answers.redirect(visit.own(f"{below}/{number}?done={word}"))


def _act(visit: PageVisit, number: int, person: Person, *, administrator: bool) -> Flow[tuple[str, int]]:
    """What was done, and the run to look at."""
    said, by = visit.form, person.name
    match said.get("act"):
        case "cancel":
            yield from cancel_run(number, by, administrator=administrator)
            return "cancelled", number
        case "retry":
            yield from retry_run(number, by, administrator=administrator)
            return "retried", number
        case "happened":
            answer = answer_said(_status(said.get("status", "").strip()), said.get("body", ""))
            yield from settle_call(number, said.get("place", ""), answer, by, administrator=administrator)
            return "settled", number
        case "not-happened":
            yield from settle_call(number, said.get("place", ""), None, by, administrator=administrator)
            return "settled", number
        case "again" if administrator:
            return "repeated", (yield from run_again(number, by))
        case "replay" if administrator:
            record = yield from record_for(number, by, administrator=True)
            yield from replay_event(record.run.event or 0, by=by)
            return "replayed", number
    raise ConfigurationError("Nothing was asked for.", remedy="Use one of the buttons.")


def _status(said: str) -> int:
    if not (said.isascii() and said.isdecimal()) or len(said) > LONGEST_STATUS:
        raise ConfigurationError(f"{said[:20]!r} is no status of an answer.", remedy="Say it like 200 or 201.")
    return int(said)


def _number(visit: PageVisit) -> int:
    try:
        return number_of(visit.named["number"])
    except ConfigurationError as trouble:
        raise RunNotFound(trouble.message) from None


def page(visit: PageVisit, person: Person, trouble: AppLinksError | None = None, *, administrator: bool) -> Flow[Response]:
    """The page of a run; those who are no administrators see what was done in their name, and what they may do."""
    record = yield from record_for(_number(visit), person.name, administrator=administrator)
    run, scripts = record.run, (yield from loaded(visit))
    hook = scripts.hook(run.hook)
    same_event, of_item = (yield from _others(visit, run)) if administrator else ((), ())
    links = yield from link_names((run,))
    cookie, token = yield from forms.token_for(visit, person)
    below = RUNS if administrator else OWN_RUNS
    path = visit.own(f"{below}/{run.number}")
    changes = trouble is None and (yield from _changes_soon(run))
    refreshed = REFRESH_EVERY if changes and STILL not in visit.query else None
    view = OneRun(
        frame=visit.frame(),
        form_token=token,
        path=path,
        back_path=visit.own(below),
        back="Runs" if administrator else "My runs",
        number=run.number,
        hook=run.hook,
        hook_path=path_of(visit, run.hook) if administrator else None,
        about=hook.about if hook is not None else "",
        state=STATES[run.state],
        note=_stands(run, links),
        parts=tuple(_parts(run, hook if administrator else None)),
        error=run.error or "",
        where=_where(record.log) if administrator and run.error else "",
        result="" if run.result is None or not administrator else json.dumps(run.result, indent=2, ensure_ascii=False),
        log=tuple(_passes(record.log)) if administrator else (),
        calls=tuple(_call(one, run, person, administrator=administrator) for one in _visible(record, person, administrator)),
        event=_event(record.event) if administrator and record.event is not None else None,
        others=same_event,
        of_item=of_item,
        full=administrator,
        progress=progress(run),
        refreshed=refreshed,
        still_path=f"{path}?{STILL}=1" if refreshed else None,
        moving_path=path if changes and not refreshed else None,
        consent=(yield from consent_address(visit, run, person)),
        outcome=DONE.get(visit.query.get("done", "")) if trouble is None else None,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
        **_may(run, administrator=administrator),
    )
    status = BAD_REQUEST if trouble else OK
    return forms.remembering(look.page(view, status=status, refresh_after=refreshed), visit, cookie)


def _changes_soon(run: Run) -> Flow[bool]:
    """Whether something new may be seen in a moment: it is queued or running, and was so not too long ago."""
    moment: Moment = yield Now()
    since = max(run.due_at, run.started_at or 0.0)
    return run.state in {RunState.QUEUED, RunState.RUNNING} and abs(moment.now - since) < REFRESHED_FOR


def _stands(run: Run, links: dict[str, str]) -> str:
    """How it stands, in a sentence."""
    waits = waiting(run, links)
    return f"It {waits}." if waits else f"{EXPLAINED[run.state]}."


def _may(run: Run, *, administrator: bool) -> dict[str, bool]:
    """Which buttons are there; the flows decide."""
    open_ = set(RunState) - ENDED if administrator else {RunState.PARKED}
    return {
        "may_cancel": run.state in open_,
        "may_retry": run.state is RunState.PARKED,
        "may_repeat": administrator and run.state in ENDED and run.kind not in IMMEDIATE,
    }


def consent_address(visit: PageVisit, run: Run, person: Person) -> Flow[str | None]:
    """Where this person allows what a run waits for; None if it waits for nothing of theirs."""
    if run.state is not RunState.PARKED or run.parked_user != person.name or run.parked_link is None:
        return None
    link: Link | None = yield LinkById(run.parked_link)
    if link is None:
        return None
    needed = yield from dance.consent_needed(visit.identity, link, person.name, "a run waits for it")
    return needed.authorization_url


# ---- what it holds


def _parts(run: Run, hook: Hook | None) -> Iterator[Part]:
    told: tuple[tuple[str, object], ...] = (
        ("As", run.user or "nobody"),
        ("Caused by", run.actor if run.actor != run.user else None),
        ("Reason", run.reason),
        ("About", run.item),
        ("Kind", run.kind),
        ("Made", _when(run.made_at)),
        ("Began", _when(run.started_at)),
        ("Ended", _when(run.ended_at)),
        ("Took", f"{took(run.elapsed)}, of which the processor {took(run.cpu)}" if run.passes else None),
        ("Begun", f"{run.passes} times" if run.passes > 1 else None),
        ("Its process died", f"{run.deaths} times" if run.deaths else None),
        ("Runs before it", run.depth or None),
        ("Came to", run.progress if run.state is not RunState.RUNNING else None),
        ("Script", f"revision {run.revision}" if run.revision else None),
        *((f"Parameter {name}", value) for name, value in (_values(run, hook) if hook is not None else {}).items()),
    )
    return (Part(name, str(value)) for name, value in told if value is not None)


def _values(run: Run, hook: Hook) -> Mapping[str, Any]:
    """The parameters that are no secrets; which those are, only the script says."""
    return without_secrets(hook.parameters, run.parameters)


def _when(moment: float | None) -> str | None:
    return None if moment is None else f"{shown.moment(int(moment))} (UTC)"


def _where(log: tuple[Line, ...]) -> str:
    """File and line of the last error, as the log has them: where the script called, and not where we sent it."""
    places = [line.text for line in log if line.level == "error" and ", line " in line.text]
    theirs = [place for place in places if not place.startswith(BELOW_SCRIPTS)]
    return (theirs or places or [""])[-1]


def _passes(log: tuple[Line, ...]) -> Iterator[PassLog]:
    for number, lines in groupby(log, lambda line: line.number_of_pass):
        yield PassLog(number, tuple(LogLine(_clock(line.at), line.level, line.text) for line in lines))


def _clock(moment: float) -> str:
    found = datetime.fromtimestamp(moment, UTC)
    return f"{found:%H:%M:%S}.{found.microsecond // 1000:03d}"


def _visible(record: RunRecord, person: Person, administrator: bool) -> tuple[CallTold, ...]:
    return tuple(call for call in record.calls if administrator or call.user == person.name)


def _call(call: CallTold, run: Run, person: Person, *, administrator: bool) -> CallRow:
    theirs = run.user == person.name == call.user
    return CallRow(
        place=call.place,
        method=call.method,
        address=call.address,
        link=call.link,
        user=call.user or "nobody",
        mechanism=call.mechanism or "",
        status=call.status,
        good=call.status is not None and call.status < BAD_REQUEST,
        time=int(call.sent_at),
        took=took(call.answered_at - call.sent_at) if call.answered_at is not None else "",
        unclear=call.unclear,
        may_settle=call.unclear and run.state is RunState.UNCLEAR and (administrator or theirs),
    )


def _event(event: Event) -> EventTold:
    told = (
        ("What", event.kind),
        ("In", event.application),
        ("About", event.item),
        ("Caused by", event.user or event.user_key),
        ("Told by", event.source),
        ("Received", _when(event.received_at)),
        ("Runs before it", event.depth or None),
        ("Note", event.note),
    )
    parts = tuple(Part(name, str(value)) for name, value in told if value is not None)
    payload = json.dumps(dict(event.payload), indent=2, ensure_ascii=False)
    return EventTold(event.number, parts, payload, may_be_replayed(event))


def _others(visit: PageVisit, run: Run) -> Flow[tuple[tuple[RunRow, ...], tuple[RunRow, ...]]]:
    """Other runs for the same event, and the last ones for the same item."""
    rows: list[tuple[RunRow, ...]] = []
    for only in (RunFilters(event=run.event) if run.event else None, RunFilters(item=run.item) if run.item else None):
        found: tuple[Run, ...] = (yield Runs(only, OTHERS + 1)) if only is not None else ()
        others = tuple(one for one in found if one.number != run.number)[:OTHERS]
        links = yield from link_names(others)
        rows.append(tuple(row(visit, one, links) for one in others))
    of_event = {one.number for one in rows[0]}
    return rows[0], tuple(one for one in rows[1] if one.number not in of_event)
