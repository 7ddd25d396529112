"""Scripts that administrators paste: all of them, and the text of one, to be checked, kept or removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from applinks.errors import AppLinksError, ConfigurationError, ScriptWrong, StoreUnavailable
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import (
    KINDS,
    Hook,
    HookKind,
    PastedAllowed,
    PastedScript,
    check_pasted,
    granted_to,
    has_sandbox,
    hook_of_pasted,
    is_pasted,
    paste_script,
    pasted_script,
    unpaste_script,
)
from applinks.scripts import PastedScripts as AllPasted
from applinks.web import answers, forms, look
from applinks.web.administration.views import Field
from applinks.web.scripts import hooks
from applinks.web.scripts.loaded import Loaded
from applinks.web.scripts.views import Excerpt, Name, PastedRow, PastedScripts, PasteScript
from applinks.web.scripts.words import DONE, into
from applinks.web.views import Kind
from applinks.web.visit import PASTE, PASTED, SCRIPTS, PageVisit
from applinks.wire.messages import Response

BAD_REQUEST = 400
CHECKED = "No mistake was found. Nothing was kept or run: keep it, if it is to run."
LINES_BEFORE = 2
"""Lines that are shown before one that is wrong."""
LONGEST_LINE = 300
KIND_CHOICES = tuple(
    (kind.value, words)
    for kind, words in (
        (HookKind.LISTENER, "when something has happened"),
        (HookKind.VALIDATOR, "before a transition, which it may refuse"),
        (HookKind.POST_FUNCTION, "after a transition"),
        (HookKind.BY_HAND, "when somebody runs it by hand"),
    )
    if kind in KINDS
)


def path_of(visit: PageVisit, name: str) -> str:
    """Where the text of a script is."""
    return visit.own(f"{PASTE}?{urlencode({'name': name})}")


def text_path(visit: PageVisit, hook: Hook) -> str | None:
    """Where the text of a hook is, if it was pasted."""
    return path_of(visit, hook.id.partition("/")[2]) if is_pasted(hook) else None


def is_coming(id: str, scripts: Loaded) -> Flow[bool]:  # noqa: A002
    """Whether the script of that hook was pasted, and will be loaded here in a moment."""
    if not scripts.here or not has_sandbox() or not (yield PastedAllowed()):
        return False
    found: tuple[PastedScript, ...] = yield AllPasted()
    return any(script.hook == id for script in found)


def names_of_pasted(hook: Hook) -> Iterator[Name]:
    """What a pasted text may name: what it is given, what it may call, what its events tell."""
    yield from (Name(name, what) for name, what in granted_to(hook).items())


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """All of them."""
    found: tuple[PastedScript, ...] = yield AllPasted()
    view = PastedScripts(
        frame=visit.frame(),
        back_path=visit.own(SCRIPTS),
        paste_path=visit.own(PASTE),
        allowed=(yield PastedAllowed()),
        installed=has_sandbox(),
        rows=tuple(_row(visit, script) for script in found),
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return look.page(view)


def begin(visit: PageVisit, person: Person) -> Flow[Response]:
    """The text of one, or the form for a new one."""
    name = visit.query.get("name", "")
    if not name:
        return (yield from _page(visit, person, "", {}))
    script = yield from _found(name)
    if script is None:
        return answers.notice(visit, Kind.NOT_FOUND)
    return (yield from _page(visit, person, name, _said_of(script)))


def act(visit: PageVisit, person: Person) -> Flow[Response]:
    """Check it, keep it or remove it."""
    said = visit.form
    name = visit.query.get("name", "") or said.get("name", "").strip()
    try:
        if said.get("act") == "check":
            yield from check_pasted(name, said.get("text", ""))
            return (yield from _page(visit, person, visit.query.get("name", ""), said, outcome=CHECKED))
        done = yield from _done(said, name, person)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, visit.query.get("name", ""), said, trouble))
    return answers.redirect(visit.own(f"{PASTED}?done={done}"))


def _done(said: Mapping[str, str], name: str, person: Person) -> Flow[str]:
    """Do it, and say what was done."""
    if said.get("act") == "remove":
        yield from unpaste_script(name, by=person.name)
        return "unpasted"
    if said.get("act") != "keep":
        raise ConfigurationError("Nothing was asked for.", remedy="Use one of the buttons.")
    yield from paste_script(name, said.get("text", ""), by=person.name, **_place(said))
    return "pasted"


def _place(said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": said.get("kind", ""),
        "application": said.get("application", "").strip() or None,
        "events": _lines(said.get("events", "")),
        "transition": said.get("transition", "").strip() or None,
        "parameters": _lines(said.get("parameters", "")),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _found(name: str) -> Flow[PastedScript | None]:
    try:
        return (yield from pasted_script(name))
    except ConfigurationError:
        return None


def _row(visit: PageVisit, script: PastedScript) -> PastedRow:
    hook = hook_of_pasted(script)
    return PastedRow(
        path=path_of(visit, script.name),
        name=script.name,
        about=hook.about,
        into=into(hook),
        revision=script.revision,
        by=script.changed_by,
        time=int(script.changed_at),
    )


def _said_of(script: PastedScript) -> dict[str, str]:
    return {
        "text": script.text,
        "kind": script.kind.value,
        "application": script.application or "",
        "events": "\n".join(script.events),
        "transition": script.transition or "",
        "parameters": "\n".join(script.parameters),
    }


def _page(
    visit: PageVisit,
    person: Person,
    name: str,
    said: Mapping[str, str],
    trouble: AppLinksError | None = None,
    *,
    outcome: str | None = None,
) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    known = dict(KIND_CHOICES)
    kind = HookKind(said["kind"]) if said.get("kind") in known else HookKind.LISTENER
    view = PasteScript(
        frame=visit.frame(),
        form_token=token,
        path=path_of(visit, name) if name else visit.own(PASTE),
        back_path=visit.own(PASTED),
        name=name,
        allowed=(yield PastedAllowed()),
        fields=tuple(_fields(name, kind, said)),
        names=tuple(names_of_pasted(Hook(kind, application=said.get("application") or None))),
        hook_path=hooks.path_of(visit, PastedScript(name, "", kind).hook) if name else None,
        wrong=_excerpt(said.get("text", ""), trouble) if isinstance(trouble, ScriptWrong) else None,
        outcome=outcome,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=BAD_REQUEST if trouble else 200), visit, cookie)


def _excerpt(text: str, wrong: ScriptWrong) -> Excerpt | None:
    """The line that is wrong, and those before it; nothing, where the text as a whole is."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not 0 < wrong.line <= len(lines):
        return None
    first = max(1, wrong.line - LINES_BEFORE)
    shown = tuple((number, lines[number - 1].replace("\t", " ")[:LONGEST_LINE]) for number in range(first, wrong.line + 1))
    return Excerpt(wrong.line, wrong.column, shown)


def _fields(name: str, kind: HookKind, said: Mapping[str, str]) -> Iterator[Field]:
    def text(field: str, label: str, help_: str, kind: str = "text") -> Field:
        return Field(field, label, kind, said.get(field, ""), help_)

    if not name:
        yield text("name", "Name", "Small letters, digits, - and _.")
    yield Field("kind", "It runs", "choice", kind.value, "", KIND_CHOICES)
    yield text("application", "Type of the application", "Like jira; empty for any, and for what runs by hand.")
    yield text("transition", "Transition", "Its name, or the status to which it leads. For what runs before or after one.")
    yield text(
        "events", "Events", "One in a line, like jira:issue_updated. For what runs when something has happened.", "lines"
    )
    yield text("parameters", "Parameters", "Names of texts that are set on the page of its hook, one in a line.", "lines")
    yield text("text", "Text", "64 KiB at most. A comment in its first line says what it is about.", "code")
