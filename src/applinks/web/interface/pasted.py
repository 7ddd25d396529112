"""Scripts that are pasted, and run in a sandbox."""

from __future__ import annotations

from typing import Any

from applinks.errors import ConfigurationError
from applinks.questions import Flow
from applinks.scripts import (
    KINDS,
    LARGEST_TEXT,
    PastedScript,
    PastedScripts,
    check_pasted,
    paste_script,
    pasted_script,
    unpaste_script,
)
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import NAME, Schema, obj, or_null, shown
from applinks.wire.values import data

SCRIPT: Schema = shown(PastedScript)
WHOLE: Schema = obj(
    {**SCRIPT["properties"], "text": {"type": "string"}}, description="A pasted script, and what it hooks into, with its text."
)
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LARGEST_TEXT, "description": "The script itself."}
_WORDS: Schema = {"type": "array", "items": NAME, "maxItems": 20}
NEW: Schema = obj(
    {
        "text": _TEXT,
        "kind": {"type": "string", "enum": [kind.value for kind in KINDS], "description": "By hand, if it is not said."},
        "application": {**or_null(NAME), "description": "The type of the application; null: any."},
        "events": {**_WORDS, "description": "For a listener: what must have happened."},
        "transition": {**or_null(NAME), "description": "For a validator or post-function: its name, or where it leads."},
        "parameters": {**_WORDS, "description": "Names of texts that are set on the page of its hook."},
    },
    optional=("kind", "application", "events", "transition", "parameters"),
)
TO_CHECK: Schema = obj({"text": _TEXT})


def scripts(_call: Call) -> Flow[Any]:
    """All, by their names, without their texts."""
    found: tuple[PastedScript, ...] = yield PastedScripts()
    return {"scripts": data(found)}


def one_script(call: Call) -> Flow[Any]:
    """One, with its text."""
    return data((yield from _script(call)), also=("text",))


def paste(call: Call) -> Flow[Any]:
    """It runs from the next event on."""
    said: Any = dict(call.body)
    kept = yield from paste_script(call.ids["script"], said.pop("text"), by=call.by, **said)
    return data(kept, also=("text",))


def check(call: Call) -> Flow[None]:
    """What is wrong is said with line and column."""
    yield from check_pasted(call.ids["script"], call.body["text"])


def unpaste(call: Call) -> Flow[None]:
    """It does not run any more."""
    script = yield from _script(call)
    yield from unpaste_script(script.name, by=call.by)


def _script(call: Call) -> Flow[PastedScript]:
    try:
        return (yield from pasted_script(call.ids["script"]))
    except ConfigurationError:
        raise nothing_there("pasted script") from None
