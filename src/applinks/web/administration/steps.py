"""What is to be entered over there for a link, dialog by dialog, and whether that was done right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from applinks.errors import AppLinksError, LinkNotFound, StoreUnavailable
from applinks.links import GENERIC, HERE, Guide, Level, Link, Remark, SetUp, Step, guide, link_with_id
from applinks.outgoing import Check, Checked, check_entered
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.making import BY_HAND
from applinks.web.administration.wizard import Dialog, Entry, Mark, Said, Steps
from applinks.web.administration.words import DONE
from applinks.web.visit import PageVisit
from applinks.wire.messages import Response


@dataclass(frozen=True, slots=True)
class _News:
    """What has just happened: what was done over there and what it refused, what a check found, or why it could not be made."""

    done: tuple[str, ...] = ()
    refused: tuple[Remark, ...] = ()
    checks: tuple[Check, ...] = ()
    trouble: AppLinksError | None = None
    outcome: str | None = None


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """All that is to be entered over there."""
    link = yield from link_with_id(visit.named["id"])
    execute_as = visit.query.get("execute_as", "")
    left = yield from guide(link, execute_as=execute_as or None)
    return (yield from _page(visit, person, link, left, _News(outcome=DONE.get(visit.query.get("done", ""))), execute_as))


def path_of_steps(visit: PageVisit, link: Link, done: str, execute_as: str = "") -> str:
    """That page, after what was `done`; `execute_as` is the user over there of calls that name nobody."""
    said = {"done": done, **({"execute_as": execute_as} if execute_as else {})}
    return visit.own(f"{path_of(link)}/steps?{urlencode(said)}")


def after(visit: PageVisit, person: Person, made: SetUp, execute_as: str) -> Flow[Response]:
    """What was done over there just now, and what is left."""
    news = _News(made.done, made.refused)
    return (yield from _page(visit, person, made.link, made.left, news, execute_as))


def check(visit: PageVisit, person: Person) -> Flow[Response]:
    """Check what was entered, and show it beside what was to be entered."""
    link = yield from link_with_id(visit.named["id"])
    user, execute_as = visit.form.get("user", "").strip(), visit.form.get("execute_as", "").strip()
    try:
        checked = yield from check_entered(link, user or None, by=person.name, mechanisms=visit.mechanisms)
        news = _News(checks=checked.checks, outcome=_verdict(checked))
    except (StoreUnavailable, LinkNotFound):
        raise
    except AppLinksError as trouble:
        news = _News(trouble=trouble)
    left = yield from guide(link, execute_as=execute_as or None)
    return (yield from _page(visit, person, link, left, news, execute_as))


def _verdict(checked: Checked) -> str:
    passed = {check.passed for check in checked.checks}
    if checked.ok:
        return "All that can be checked is right."
    return "Not all of it is right yet." if False in passed else "There is nothing that could be checked from here."


def _page(visit: PageVisit, person: Person, link: Link, left: Guide, news: _News, execute_as: str = "") -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    impersonates = link.outgoing.level is Level.OAUTH_IMPERSONATION
    view = Steps(
        frame=visit.frame(),
        form_token=token,
        heading=f"What to enter in {link.name}" if left.steps else f"Linked with {link.name}",
        name=link.name,
        known=f"{left.type.capitalize()} {left.version}".strip() if left.type != GENERIC else "",
        dialogs=f"{left.versions}, {left.sure}" if left.versions else "",
        page=left.page,
        done=news.done,
        refused=tuple(Said(remark.words, remark.remedy) for remark in news.refused),
        steps=tuple(_dialog(visit, link, step, news.checks) for step in left.steps),
        marks=tuple(Mark(one.what, one.words, one.remedy, one.passed) for one in news.checks),
        user=(visit.form.get("user") or person.name) if impersonates else None,
        execute_as=execute_as,
        action_path=visit.own(f"{path_of(link)}/steps"),
        back_path=visit.own(path_of(link)),
        outcome=news.outcome,
        trouble=news.trouble.message if news.trouble else None,
        remedy=news.trouble.remedy if news.trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if news.trouble else 200), visit, cookie)


def _dialog(visit: PageVisit, link: Link, step: Step, checks: Iterable[Check]) -> Dialog:
    entries = tuple(Entry(field.label, field.fill.value, tuple(field.value.splitlines())) for field in step.fields)
    if step.id == HERE:
        way = visit.own(f"{BY_HAND}?{urlencode({'link': link.id})}")
        return Dialog(step.title, "here", entries, step.note, path=way)
    return Dialog(step.title, step.way, entries, step.note, _is_good(step, checks))


def _is_good(step: Step, checks: Iterable[Check]) -> bool | None:
    """Whether the checks found that step right: none of those that prove it failed, and one at least did not."""
    found = {check.passed for check in checks if check.id in step.proven_by} - {None}
    return False not in found if found else None
