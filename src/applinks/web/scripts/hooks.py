"""All hooks: what each hooks into, as whom it runs, whether it is on, how it has done lately; and what is wrong."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import urlencode

from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import Hook, KnownHook, is_pasted, known_hooks
from applinks.web import look
from applinks.web.scripts.loaded import fault_rows, loaded
from applinks.web.scripts.rows import row
from applinks.web.scripts.views import HookRow, Scripts
from applinks.web.scripts.words import DONE, as_whom, into
from applinks.web.visit import CHARTS, HOOK, PASTED, RUNS, PageVisit
from applinks.wire.messages import Response


def path_of(visit: PageVisit, id: str) -> str:  # noqa: A002
    """The page of a hook. Its id may have slashes, which no part of a path can hold."""
    return visit.own(f"{HOOK}?{urlencode({'id': id})}")


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """Those that are loaded here, and those that the records know."""
    scripts = yield from loaded(visit)
    known = yield from known_hooks()
    ids = sorted({*(hook.id for hook in scripts.hooks), *known})
    view = Scripts(
        frame=visit.frame(),
        loaded=scripts.here,
        faults=fault_rows(scripts.faults),
        rows=tuple(_row(visit, known.get(one, KnownHook(one)), scripts.hook(one)) for one in ids),
        runs_path=visit.own(RUNS),
        charts_path=visit.own(CHARTS),
        pasted_path=visit.own(PASTED),
        outcome=DONE.get(visit.query.get("done", "")),
        trouble=scripts.trouble.message if scripts.trouble else None,
        remedy=scripts.trouble.remedy if scripts.trouble else None,
    )
    return look.page(view)


def _place(hook: Hook) -> str:
    return "pasted" if is_pasted(hook) else f"{PurePath(hook.file).name}, line {hook.line}"


def _row(visit: PageVisit, known: KnownHook, hook: Hook | None) -> HookRow:
    return HookRow(
        path=path_of(visit, known.id),
        id=known.id,
        about=hook.about if hook is not None else "",
        into=into(hook) if hook is not None else "It is not loaded here.",
        place=_place(hook) if hook is not None else "",
        conditional=hook is not None and hook.conditional,
        as_whom=as_whom(hook) if hook is not None else "",
        on=known.enabled,
        last=row(visit, known.last, {}) if known.last is not None else None,
        failures=known.failures,
    )
