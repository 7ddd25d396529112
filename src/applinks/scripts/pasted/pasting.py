"""Scripts that administrators paste into a page: kept in the store, checked when they are kept, run in a sandbox.

Rules of this file:
- They are kept only where the application was set up so that they may be.
- Each change leaves a record, with who made it and the revision of the text, whose digest that is.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from applinks.audit import Change, Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.questions import Calculate, Flow
from applinks.scripts.events.bindings import everything_told
from applinks.scripts.hooks.decorators import HookKind
from applinks.scripts.hooks.names import ALWAYS
from applinks.scripts.pasted import granted, sandbox
from applinks.scripts.pasted.script import (
    KINDS,
    LARGEST_TEXT,
    KeepPasted,
    PastedAllowed,
    PastedRevisions,
    PastedScript,
    PastedScripts,
    RemovePasted,
)

LONGEST_NAME = 60
LONGEST_WORD = 200
MOST_WORDS = 20
"""Events, or parameters, of one script."""
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_RESERVED = {*ALWAYS, *granted.VALUES, *granted.FUNCTIONS}


class PastedPlace(TypedDict, total=False):
    """What a script hooks into: its `kind` ("by hand" if not said), and what that needs; the rest as of `PastedScript`."""

    kind: str
    application: str | None
    events: Sequence[str]
    transition: str | None
    parameters: Sequence[str]


def paste_script(name: str, text: str, *, by: str, **place: Unpack[PastedPlace]) -> Flow[PastedScript]:
    """Keep a script, new or in place of the one of its name; it runs from the next event on.

    Raises `ScriptWrong` with line and column where the text cannot be read, and `ConfigurationError` where it hooks into
    nothing, or scripts may not be pasted here.
    """
    script = _made(name, text, by, **place)
    yield from check_pasted(name, text)
    before: PastedScript | None = yield KeepPasted(script)
    yield WriteDown(Entry("script pasted", script.name, actor=by, changes=_differences(before, script)))
    return (yield from pasted_script(script.name))


def check_pasted(name: str, text: str) -> Flow[None]:
    """Read a text without running or keeping it. Raises `ScriptWrong` with line and column, `ConfigurationError`."""
    yield from _check_allowed()
    _check_name(name)
    whole = checked_text(text)
    yield Calculate(lambda: sandbox.check(name, whole))


def unpaste_script(name: str, *, by: str) -> Flow[PastedScript]:
    """Forget a script; its runs stay. Also where none may be pasted any more. Raises `ConfigurationError`."""
    removed: PastedScript | None = yield RemovePasted(name)
    if removed is None:
        raise (yield from _unknown(name))
    yield WriteDown(Entry("pasted script removed", name, actor=by, changes=_differences(removed, None)))
    return removed


def pasted_script(name: str) -> Flow[PastedScript]:
    """The one of that name; `ConfigurationError` lists what there is."""
    everything: tuple[PastedScript, ...] = yield PastedScripts()
    found = next((script for script in everything if script.name == name), None)
    if found is None:
        raise (yield from _unknown(name))
    return found


def checked_text(text: str) -> str:
    """The text as it is kept: the ends of lines are those of Python, and blanks stand for tabs.

    Raises `ConfigurationError` for one that is empty or too large, or that says something else than it shows.
    """
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    try:
        size = len(whole.encode())
    except UnicodeEncodeError:
        raise ConfigurationError("A script is text.", remedy="Paste it as UTF-8.") from None
    if not whole.strip():
        raise ConfigurationError("A script has at least one line.", remedy="Paste its text.")
    if size > LARGEST_TEXT:
        raise ConfigurationError(
            f"The script has {size} bytes; at most {LARGEST_TEXT} can be pasted.",
            remedy="Put it into the folder of scripts, or make it shorter.",
        )
    for number, line in enumerate(whole.split("\n"), 1):
        if not _is_shown(line):
            raise ConfigurationError(
                f"Line {number} of the script has letters that nobody sees.", remedy="Write them as escapes: '\\u200d'."
            )
    return whole


def _made(
    name: str,
    text: str,
    by: str,
    kind: str = HookKind.BY_HAND,
    application: str | None = None,
    events: Sequence[str] = (),
    transition: str | None = None,
    parameters: Sequence[str] = (),
) -> PastedScript:
    _check_name(name)
    if kind not in KINDS:
        raise ConfigurationError(f"A pasted script cannot be a {kind[:50]!r}.", remedy=f"Say one of: {', '.join(KINDS)}.")
    hooked = HookKind(kind)
    _check_place(hooked, application, events, transition)
    _check_parameters(parameters)
    whole = checked_text(text)
    told = (whole, hooked.value, application, tuple(events), transition, tuple(parameters))
    revision = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    return PastedScript(name, whole, hooked, application, tuple(events), transition, tuple(parameters), revision, changed_by=by)


def _is_shown(line: str) -> bool:
    """Whether what stands there is what people see: no controls, nor what turns the order of letters round (T-48)."""
    return line.isprintable() or not any(unicodedata.category(letter) in _INVISIBLE for letter in line)


def _check_allowed() -> Flow[None]:
    if not (yield PastedAllowed()):
        raise ConfigurationError(
            "Scripts cannot be pasted here: that is off.",
            remedy="Set APPLINKS_PASTED_SCRIPTS=1, or pasted_scripts=True, and start again.",
        )


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name[:LONGEST_NAME]!r} cannot be the name of a script.",
            remedy=f"Take small letters, digits, - and _, {LONGEST_NAME} at most.",
        )


def _check_place(kind: HookKind, application: str | None, events: Sequence[str], transition: str | None) -> None:
    words = [*events, *(word for word in (application, transition) if word is not None)]
    if len(events) > MOST_WORDS or any(not _is_word(word) for word in words):
        raise ConfigurationError(
            f"Events, applications and transitions are words, {LONGEST_WORD} letters each and {MOST_WORDS} of them at most.",
            remedy="Write them as the application tells them: jira:issue_updated.",
        )
    if (kind is HookKind.LISTENER) != bool(events):
        raise ConfigurationError("A listener names its events, and nothing else does.", remedy="Say events for a listener.")
    moves = kind in {HookKind.VALIDATOR, HookKind.POST_FUNCTION}
    if moves != (transition is not None) or (moves and application is None):
        raise ConfigurationError(
            "A validator or post-function names an application and a transition, and nothing else does.",
            remedy="Say the application, like jira, and the name of the transition.",
        )


def _is_word(word: str) -> bool:
    return bool(word.strip()) and word == word.strip() and word.isprintable() and len(word) <= LONGEST_WORD


def _check_parameters(parameters: Sequence[str]) -> None:
    for name in parameters:
        if not (name.isidentifier() and name.isascii() and len(name) <= LONGEST_NAME) or name in _taken():
            raise ConfigurationError(
                f"{name[:LONGEST_NAME]!r} cannot be the name of a parameter.",
                remedy="Take letters, digits and _, and no name that a script has anyway.",
            )
    if len({*parameters}) != len(parameters) or len(parameters) > MOST_WORDS:
        raise ConfigurationError(
            "Parameters have different names.", remedy=f"Name each of them once, {MOST_WORDS} of them at most."
        )


def _taken() -> set[str]:
    """Names that stand for something anyway, here or where a hook is bound."""
    return _RESERVED | {*everything_told()}


def _unknown(name: str) -> Flow[ConfigurationError]:
    revisions: Mapping[str, str] = yield PastedRevisions()
    known = ", ".join(sorted(revisions)) or "none"
    return ConfigurationError(f"There is no pasted script {name[:LONGEST_NAME]!r}.", remedy=f"There are: {known}.")


def _differences(before: PastedScript | None, after: PastedScript | None) -> tuple[Change, ...]:
    was, now = (_shown(script) if script is not None else {} for script in (before, after))
    return tuple((name, was.get(name), now.get(name)) for name in was | now if was.get(name) != now.get(name))


def _shown(script: PastedScript) -> dict[str, Any]:
    return {
        "kind": script.kind.value,
        "application": script.application,
        "events": ", ".join(script.events) or None,
        "transition": script.transition,
        "parameters": ", ".join(script.parameters) or None,
        "revision": script.revision,
    }
