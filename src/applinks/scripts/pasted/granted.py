"""What a pasted text may name: plain values of what happened, and a few functions that are carried out for it.

Rules of this file:
- A function takes what the text hands over for what it is: hostile until it was looked at.
- What ends the pass is never told to the text, so that it cannot go on. What the far side has answered is, as an error.
"""

from __future__ import annotations

import json as plain
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from inspect import signature
from typing import Any

import httpx2

from applinks.errors import AppLinksError, LinkNotFound, PersonNeeded, StoreUnavailable
from applinks.outgoing import LinkedApplication
from applinks.scripts.events.bindings import everything_told
from applinks.scripts.hooks.decorators import Hook, HookKind, Refuse
from applinks.scripts.hooks.names import names_of
from applinks.scripts.messages.message import Severity
from applinks.scripts.passes.progressing import MOST
from applinks.wire import plain_json

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
LONGEST_LINE = 16 * 1024
LONGEST_TOLD = 4096
LARGEST_BODY = 1024 * 1024
"""Characters of a line of the log, of a message, and of the JSON of a call."""
MOST_TOLD = 20
"""Messages of one pass."""

VALUES: Mapping[str, str] = {
    "event": "What happened: event['kind'], event['payload'], event['item'], event['user']; None where nothing did.",
    "user": "The name of the person whose rights apply, or None.",
    "actor": "The name of the person who caused it, or None.",
    "parameters": "The values that are set on the page of the hook, by name.",
}
FUNCTIONS: Mapping[str, str] = {
    "call": "call(type_or_link, method, path, json=None, params=None): a call over a link; {'status', 'json', 'text'}.",
    "log": "log(text): a line in the record of this run.",
    "progress": "progress(done, of, text=''): how far it is, such as progress(7, 120, 'page 7').",
    "tell": "tell(severity, text): a message to whoever caused it: 'success', 'info', 'warning' or 'error'.",
    "refuse": "refuse(message, field=None): the transition is not to be taken; only a validator has it.",
}
"""The names that every pasted text may use, and what they are."""
TOLD = ("kind", "application", "payload", "item", "user")
"""What is told of an event."""
WANTED = ("run", "event", "user", "actor", "applinks", "log", "messages", "progress")
"""The names of `binding` of which those are made."""

Reply = dict[str, Any]


class Unusable(Exception):
    """What the text has handed over cannot be used; says what and why."""


def told_names(hook: Hook) -> tuple[str, ...]:
    """The names of what its events tell: "issue", "page"…"""
    return tuple(name for name in names_of(hook) if name in everything_told())


def granted_to(hook: Hook) -> Mapping[str, str]:
    """What the pasted text of that hook may name, and what each is: what it is given, may call, and is told."""
    functions = {name: what for name, what in FUNCTIONS.items() if name != "refuse" or hook.kind is HookKind.VALIDATOR}
    told = dict.fromkeys(told_names(hook), "Of the event, as plain values; None where it tells none.")
    return {**VALUES, **functions, **told}


def values(bound: Mapping[str, Any], told: tuple[str, ...], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the text is given, as plain values; nothing in it leads back to us."""
    event = bound["event"]
    return {
        "event": event
        and as_plain({name: getattr(event, name) for name in ("kind", "application", "payload", "item", "user")}),
        "user": bound["user"] and bound["user"].name,
        "actor": bound["actor"] and bound["actor"].name,
        "parameters": as_plain(parameters),
        **{name: as_plain(bound[name]) for name in told},
    }


def as_plain(value: Any) -> Any:
    """A value as dictionaries, lists, texts and numbers."""
    if is_dataclass(value):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): as_plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


class Granted:
    """The functions of one pass. `raised` are errors that the text was told of: it may go on, or end with them."""

    def __init__(self, bound: Mapping[str, Any], kind: HookKind) -> None:
        self._applinks, self._log, self._messages = bound["applinks"], bound["log"], bound["messages"]
        self._progress = bound["progress"]
        self._told = 0
        self.raised: dict[str, AppLinksError] = {}
        self.functions: Mapping[str, Callable[..., Any]] = {
            "call": self.call,
            "log": self.log,
            "progress": self.progress,
            "tell": self.tell,
        }
        if kind is HookKind.VALIDATOR:
            self.functions = {**self.functions, "refuse": self.refuse}

    def reply(self, name: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> Reply:
        """Carry out what the text asks for; what it gets back, or the error that it gets.

        Raises what ends the pass: `CredentialsRequired`, `Refuse`, whatever is no `AppLinksError`.
        """
        function = self.functions.get(name)
        if function is None:
            return _error("NameError", f"name {name!r} is not defined")
        try:
            asked = signature(function).bind(*args, **named)
        except TypeError as error:
            return _error("TypeError", f"{name}(): {error}")
        try:
            return {"return_value": function(*asked.args, **asked.kwargs)}
        except (PersonNeeded, StoreUnavailable):
            raise
        except Unusable as error:
            return _error("ValueError", f"{name}(): {error}")
        except AppLinksError as error:
            self.raised[str(error)] = error
            return _error("RuntimeError", str(error))

    def call(self, type_or_link: Any, method: Any, path: Any, json: Any = None, params: Any = None) -> Reply:
        """Call a linked application, by the name of its link or its type, as the user of the run."""
        verb = _text("method", method, 10).upper()
        if verb not in METHODS:
            raise Unusable(f"the method must be one of {', '.join(sorted(METHODS))}")
        where = _text("path", path, LONGEST_LINE)
        options: Any = {}
        if json is not None:
            options["json"] = _checked_json(json)
        if params is not None:
            options["params"] = _checked_params(params)
        return _told(self._linked(_text("type_or_link", type_or_link, 200)).request(verb, where, **options))

    def log(self, text: Any) -> None:
        """A line of the log."""
        self._log.info("%s", _text("text", text, LONGEST_LINE))

    def progress(self, done: Any, of: Any, text: Any = "") -> None:
        """How far it is."""
        said = _text("text", text, LONGEST_LINE)
        if not all(isinstance(count, int) and 0 <= count <= MOST for count in (done, of)) or done > of:
            raise Unusable(f"done and of must be whole numbers, 0 <= done <= of <= {MOST}")
        self._progress(done, of, said)

    def tell(self, severity: Any, text: Any) -> None:
        """A message to whoever caused the run."""
        how = _text("severity", severity, 10)
        if how not in {one.value for one in Severity}:
            raise Unusable(f"the severity must be one of {', '.join(Severity)}")
        said = _text("text", text, LONGEST_TOLD)
        if self._told >= MOST_TOLD:
            raise Unusable(f"it has told {MOST_TOLD} messages already")
        self._told += 1
        getattr(self._messages, how)(said)

    def refuse(self, message: Any, field: Any = None) -> None:
        """Refuse the transition."""
        raise Refuse(_text("message", message, LONGEST_TOLD), field=None if field is None else _text("field", field, 200))

    def _linked(self, name: str) -> LinkedApplication:
        try:
            found: LinkedApplication = self._applinks.link(name)
        except LinkNotFound:
            found = self._applinks.primary(name)
        return found


def _error(kind: str, message: str) -> Reply:
    return {"exc_type": kind, "message": message}


def _text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise Unusable(f"{name} must be a text")
    if len(value) > longest:
        raise Unusable(f"{name} has more than {longest} characters")
    return value


def _checked_json(value: Any) -> Any:
    """The same, if JSON can hold it."""
    try:
        text = plain.dumps(value, allow_nan=False)
        if len(text) > LARGEST_BODY:
            raise Unusable(f"the JSON has more than {LARGEST_BODY} characters")
        return plain_json.parse(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise Unusable(f"JSON cannot hold what json= is: {str(error)[:200]}") from None


def _checked_params(params: Any) -> dict[str, str | list[str]]:
    if not isinstance(params, dict):
        raise Unusable("params must be a dictionary")
    return {_text("the name of a parameter", name, 200): _param(value) for name, value in params.items()}


def _param(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [_one_param(one) for one in value]
    return _one_param(value)


def _one_param(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        value = repr(value) if abs(value) < 1e100 else None
    return _text("a parameter", value, LONGEST_LINE)


def _told(response: httpx2.Response) -> Reply:
    """What was answered: JSON, or else the text."""
    told: Any = None
    text: str | None = None
    if response.content:
        try:
            told = plain_json.parse(response.content)
        except plain_json.NotJson:
            text = response.text
    return {"status": response.status_code, "json": told, "text": text}
