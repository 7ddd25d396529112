"""One hook: what it is and may name, its parameters as a form, on and off, a run by hand, and how it has done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import (
    ALWAYS,
    Event,
    Events,
    Hook,
    HookKind,
    HookSetting,
    Run,
    RunFilters,
    Runs,
    Told,
    hook_of,
    is_pasted,
    names_of,
    run_by_hand,
    set_texts,
    setting_of,
    switch_hook,
    told_by,
)
from applinks.web import answers, forms, look, shown
from applinks.web.administration.kept import Part
from applinks.web.administration.views import Field
from applinks.web.scripts.charts import chart_of, ways
from applinks.web.scripts.fields import MARK, parameter_fields
from applinks.web.scripts.hooks import path_of
from applinks.web.scripts.loaded import Loaded, fault_rows, loaded
from applinks.web.scripts.pasted import is_coming, names_of_pasted, text_path
from applinks.web.scripts.rows import link_names, row
from applinks.web.scripts.runs import number_of, runs_of
from applinks.web.scripts.views import Name, OneHook
from applinks.web.scripts.words import DONE, as_whom, into
from applinks.web.views import Kind
from applinks.web.visit import HOOK, RUNS, SCRIPTS, PageVisit
from applinks.wire import plain_json
from applinks.wire.messages import Response

BAD_REQUEST = 400
RECENT_RUNS = 5
RECENT_EVENTS = 20


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The hook of that id, loaded or not."""
    return (yield from _page(visit, person, (yield from loaded(visit))))


def act(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what one of its buttons says."""
    scripts = yield from loaded(visit)
    try:
        place = yield from _act(visit, person, scripts)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, scripts, trouble))
    if visit.scripts is not None:
        visit.scripts.say()
    return answers.redirect(place)


def _act(visit: PageVisit, person: Person, scripts: Loaded) -> Flow[str]:
    """Where to look at what was done."""
    id, said = _id(visit), visit.form  # noqa: A001
    word = said.get("act", "")
    if word in {"on", "off"}:
        yield from switch_hook(id, word == "on", person.name, loaded=[hook.id for hook in scripts.hooks])
    elif word == "set":
        yield from set_texts(hook_of(scripts.hooks, id), _texts(said), person.name)
    elif word == "run":
        hook, told = hook_of(scripts.hooks, id), (yield from _told(said))
        number = yield from run_by_hand(hook, person.name, told=told)
        return visit.own(f"{RUNS}/{number}?done=queued")
    else:
        raise ConfigurationError("Nothing was asked for.", remedy="Use one of the buttons.")
    return f"{path_of(visit, id)}&done={word}"


def _texts(said: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(MARK): value for name, value in said.items() if name.startswith(MARK)}


def _told(said: Mapping[str, str]) -> Flow[Told | None]:
    """What the run is told: what was written, or what one of the events told."""
    text, event = said.get("payload", "").strip(), said.get("event", "").strip()
    if not text:
        return (yield from told_by(number_of(event))) if event else None
    try:
        payload = plain_json.parse(text.encode("utf-8", "surrogatepass"))
    except plain_json.NotJson as trouble:
        raise ConfigurationError(str(trouble), remedy='Write an object, like {"issue": {"key": "OPS-7"}}.') from None
    if not isinstance(payload, dict):
        raise ConfigurationError("What an event tells is an object.", remedy='Write one, like {"issue": {"key": "OPS-7"}}.')
    return Told(payload)


def _id(visit: PageVisit) -> str:
    return visit.query.get("id", "")


def _page(visit: PageVisit, person: Person, scripts: Loaded, trouble: AppLinksError | None = None) -> Flow[Response]:
    id = _id(visit)  # noqa: A001
    hook, setting = scripts.hook(id), (yield from setting_of(id))
    runs: tuple[Run, ...] = yield Runs(RunFilters(hook=id), RECENT_RUNS)
    coming = hook is None and (yield from is_coming(id, scripts))
    if hook is None and not runs and not setting.changed_by and not coming:
        return answers.notice(visit, Kind.NOT_FOUND)
    links = yield from link_names(runs)
    cookie, token = yield from forms.token_for(visit, person)
    told = (yield from _told_fields(visit, hook)) if hook is not None else ()
    view = OneHook(
        frame=visit.frame(),
        form_token=token,
        path=path_of(visit, id),
        back_path=visit.own(SCRIPTS),
        id=id,
        about=hook.about if hook is not None else "",
        loaded=hook is not None,
        coming=coming,
        on=setting.enabled,
        parts=tuple(_parts(hook, setting)),
        names=tuple(_names(hook)) if hook is not None else (),
        faults=fault_rows([fault for fault in scripts.faults if hook is not None and fault.file == hook.file]),
        parameters=parameter_fields(hook, setting, _texts(visit.form), trouble) if hook is not None else (),
        told=told,
        may_run=hook is not None and hook.kind not in {HookKind.ENDPOINT, HookKind.OPERATION},
        chart=(yield from chart_of(visit, id)),
        ways=tuple(replace(way, path=f"{way.path}#chart") for way in ways(visit, HOOK, {"id": id})),
        runs=tuple(row(visit, run, links) for run in runs),
        runs_path=runs_of(visit, id),
        outcome=DONE.get(visit.query.get("done", "")) if trouble is None else None,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
        text_path=text_path(visit, hook) if hook is not None else None,
    )
    return forms.remembering(look.page(view, status=BAD_REQUEST if trouble else 200), visit, cookie)


def _parts(hook: Hook | None, setting: HookSetting) -> Iterator[Part]:
    if hook is not None:
        yield Part("When it runs", into(hook))
        yield Part("Runs as", as_whom(hook))
        yield Part("Condition", "yes: it is asked first" if hook.conditional else "none")
        place = "a pasted text" if is_pasted(hook) else f"{PurePath(hook.file).name}, line {hook.line}"
        yield Part("Stands in", f"{place} (revision {hook.revision})")
        yield Part("Limits", _limits(hook))
        yield Part("After a failure", _retries(hook))
    if setting.changed_by:
        yield Part("Set last", f"by {setting.changed_by}, {shown.moment(int(setting.changed_at))} (UTC)")


def _limits(hook: Hook) -> str:
    most = hook.limits
    return f"{most.seconds:g} s, {most.cpu_seconds:g} s of the processor, {most.megabytes} MB"


def _retries(hook: Hook) -> str:
    times = hook.retries.times
    if not times:
        return "it is not tried again"
    return f"it is tried again, {times} {'time' if times == 1 else 'times'} at most, first after {hook.retries.first:g} s"


def _names(hook: Hook) -> Iterator[Name]:
    """What it may ask for by name: ours first, then what is told, then the links."""
    if is_pasted(hook):
        yield from names_of_pasted(hook)
        return
    found = names_of(hook)
    yield from (Name(name, what) for name, what in ALWAYS.items() if name in found)
    told = {name: kind for name, kind in found.items() if name not in ALWAYS}
    yield from (Name(name, f"Of the event: {_type(kind)}.") for name, kind in told.items() if kind is not None)
    yield from (Name(name, f"The primary link of the type {name}.") for name, kind in told.items() if kind is None)


def _type(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("applinks.scripts.events.beans.", "")


def _told_fields(visit: PageVisit, hook: Hook) -> Flow[tuple[Field, ...]]:
    events: tuple[Event, ...] = yield Events(RECENT_EVENTS)
    of_its_kind = [event for event in events if hook.application in {None, event.application}]
    choices = (("", "none"), *((str(event.number), _line(event)) for event in of_its_kind))
    return (
        Field("event", "With what an event told", "choice", visit.form.get("event", ""), "One of the last ones.", choices),
        Field(
            "payload",
            "Or with what you write",
            "lines",
            visit.form.get("payload", ""),
            'What an event would tell, as JSON: {"issue": {"key": "OPS-7"}}. Leave it empty for a run without an event.',
        ),
    )


def _line(event: Event) -> str:
    about = f", {event.item}" if event.item else ""
    return f"{event.number}: {event.kind}{about}, {shown.moment(int(event.received_at))}"
