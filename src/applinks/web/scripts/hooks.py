"""All hooks: what each hooks into, as whom it runs, whether it is on, how it has done lately; and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import urlencode

from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.scripts import DAY, Hook, HookSetting, HookSettings, HooksLately, Lately
from applinks.web import look
from applinks.web.scripts.loaded import fault_rows, loaded
from applinks.web.scripts.rows import row
from applinks.web.scripts.views import HookRow, Scripts
from applinks.web.scripts.words import DONE, as_whom, into
from applinks.web.visit import CHARTS, HOOK, PASTED, RUNS, PageVisit
from applinks.wire.messages import Response

WEEK = 7 * DAY


def path_of(visit: PageVisit, id: str) -> str:  # noqa: A002
    """The page of a hook. Its id may have slashes, which no part of a path can hold."""
    return visit.own(f"{HOOK}?{urlencode({'id': id})}")


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """Those that are loaded here, and those that the records know."""
    scripts = yield from loaded(visit)
    moment: Moment = yield Now()
    settings: Mapping[str, HookSetting] = yield HookSettings()
    lately: Mapping[str, Lately] = yield HooksLately(moment.now - WEEK)
    ids = sorted({*(hook.id for hook in scripts.hooks), *settings, *lately})
    view = Scripts(
        frame=visit.frame(),
        loaded=scripts.here,
        faults=fault_rows(scripts.faults),
        rows=tuple(_row(visit, one, scripts.hook(one), settings.get(one), lately.get(one)) for one in ids),
        runs_path=visit.own(RUNS),
        charts_path=visit.own(CHARTS),
        pasted_path=visit.own(PASTED),
        outcome=DONE.get(visit.query.get("done", "")),
        trouble=scripts.trouble.message if scripts.trouble else None,
        remedy=scripts.trouble.remedy if scripts.trouble else None,
    )
    return look.page(view)


def _row(visit: PageVisit, id: str, hook: Hook | None, setting: HookSetting | None, lately: Lately | None) -> HookRow:  # noqa: A002
    return HookRow(
        path=path_of(visit, id),
        id=id,
        about=hook.about if hook is not None else "",
        into=into(hook) if hook is not None else "It is not loaded here.",
        place=f"{PurePath(hook.file).name}, line {hook.line}" if hook is not None else "",
        conditional=hook is not None and hook.conditional,
        as_whom=as_whom(hook) if hook is not None else "",
        on=setting is None or setting.enabled,
        last=row(visit, lately.last, {}) if lately is not None else None,
        failures=lately.failures if lately is not None else 0,
    )
