"""A run as a row of a list."""

from __future__ import annotations

from applinks.links import Links
from applinks.questions import Flow
from applinks.scripts import PARKED_FOR, Run, RunState
from applinks.web import shown
from applinks.web.scripts.views import ProgressBar, RunRow
from applinks.web.scripts.words import STATES, took
from applinks.web.visit import OWN_RUNS, RUNS, PageVisit

MOST_LINKS = 1000


def link_names(runs: tuple[Run, ...]) -> Flow[dict[str, str]]:
    """The names of the links over which somebody's consent is missing; nothing is asked where none is."""
    if not any(run.parked_link for run in runs):
        return {}
    links = yield Links(None, MOST_LINKS)
    return {link.id: link.name for link in links}


def row(visit: PageVisit, run: Run, links: dict[str, str], *, about: str = "", own: bool = False) -> RunRow:
    """The run in a list; `own` leads to its page for whoever is no administrator."""
    return RunRow(
        path=visit.own(f"{OWN_RUNS if own else RUNS}/{run.number}"),
        number=run.number,
        hook=run.hook,
        about=about,
        state=STATES[run.state],
        note=note(run, links),
        user=run.user or "",
        actor=run.actor or "" if run.actor != run.user else "",
        item=run.item or "",
        time=int(run.made_at),
        took=took(run.elapsed) if run.elapsed else "",
        progress=progress(run),
    )


def progress(run: Run) -> ProgressBar | None:
    """How far it is, while it is running; where there is nothing to do, all of it is done."""
    if run.state is not RunState.RUNNING or run.progress is None:
        return None
    return ProgressBar(run.progress.done if run.progress.of else 1, run.progress.of or 1, str(run.progress))


def note(run: Run, links: dict[str, str]) -> str:
    """What it waits for, or what became of it, in a few words."""
    return waiting(run, links) or run.error or ""


def waiting(run: Run, links: dict[str, str]) -> str:
    """What it waits for; nothing, if it is for its turn alone."""
    if run.state is RunState.PARKED:
        link = links.get(run.parked_link or "", "a link that is gone")
        return f"waits for {run.parked_user}’s consent in {link} since {shown.moment(int(since_when(run)))} (UTC)"
    if run.state is RunState.QUEUED and run.passes and run.error:
        return f"is tried again at {shown.moment(int(run.due_at))} (UTC): {run.error}"
    return ""


def since_when(run: Run) -> float:
    """Since when it is parked."""
    return (run.parked_until or run.made_at + PARKED_FOR) - PARKED_FOR
