"""The parameters of a script: what its keyword-only parameters say becomes a form, a JSON schema and a check (R-39).

    def publish(issue, *, space: Annotated[str, "Space in which pages are made"] = "OPS", labels: list[str] = ()): ...

A value comes as JSON (`read`) or as text, from a form or a command line (`read_texts`); both collect every mistake. No mistake
repeats a value, since it may be a secret.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from applinks.audit import printable
from applinks.errors import ParametersWrong, ScriptWrong
from applinks.scripts.hooks.parameter_kinds import FORMS, Kind, NotThat, shown_value, written

MOST_UNKNOWN = 10
"""Names of no parameter that are told. What each was meant to be is looked for, and others may send thousands (T-73)."""
SUPPORTED = "Write str, int, float, bool, date, list[str], Literal[…], an Enum, or one of these with `| None`."


@dataclass(frozen=True, slots=True)
class Long:
    """Marks a text of several lines: `Annotated[str, "What the page says", Long()]`."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a text that is never shown again: `Annotated[str, "Password of the printer", Secret()]`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `choices` are the values that the function is given; `optional` says that None is one of its values."""

    name: str
    kind: Kind
    description: str = ""
    required: bool = True
    default: Any = None
    optional: bool = False
    choices: tuple[Any, ...] = ()
    long: bool = False
    secret: bool = False

    def __repr__(self) -> str:
        shown = "" if self.required else "=…" if self.secret else f"={self.default!r}"
        return f"<Parameter {self.name}: {self.kind}{shown}>"

    @property
    def must_be(self) -> str:
        """What a value must be, in words: "a whole number", "one of: low, high"."""
        if self.kind is Kind.CHOICE:
            return f"one of: {', '.join(str(written(choice)) for choice in self.choices)}"
        return FORMS[self.kind].words


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The keyword-only parameters of a function, in their order.

    Raises ScriptWrong for one that has no annotation or one of another kind, and for a default that does not fit.
    """
    function = inspect.unwrap(function)
    code = function.__code__
    names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return tuple(_parameter(function, name) for name in names)


def read(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the function is called with, from values that came as JSON; what was not given has its default.

    Raises ParametersWrong with every mistake.
    """
    return _read(parameters, given, _from_json)


def read_texts(parameters: Sequence[Parameter], form: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """The same from texts: fields of a form, or NAME=VALUE of a command line; a name may be given several times.

    An empty field gives None where the parameter is optional, an empty text where it is a text with a default, and else
    says nothing. Of a yes or no that is given twice the last one holds, so that a form can put a "no" before its box. A list
    has one text in each line.
    """
    return _read(parameters, form, _from_texts)


def read_named(parameters: Sequence[Parameter], texts: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """From texts as well, but only of those that are named: for all others something else holds than their defaults."""
    return _read(parameters, texts, _from_texts, only_named=True)


def schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """A JSON Schema (2020-12) of what `read` takes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {parameter.name: _property(parameter) for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": False,
    }


def without_secrets(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as a record or a form may show them, as JSON: good or not, secrets and unknown names left out."""
    return {
        parameter.name: shown_value(values[parameter.name])
        for parameter in parameters
        if not parameter.secret and parameter.name in values
    }


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `read` gave, as JSON that `read` takes: secrets as well, so this is for the store alone."""
    return {name: shown_value(value) for name, value in values.items()}


def _parameter(function: Callable[..., Any], name: str) -> Parameter:
    hint, metadata = _stripped(_hint(function, name))
    arguments = get_args(hint)
    optional = get_origin(hint) in {Union, UnionType} and NoneType in arguments
    if optional:
        rest = tuple(one for one in arguments if one is not NoneType)
        hint, inner = _stripped(rest[0] if len(rest) == 1 else hint)
        metadata += inner
    if get_origin(hint) is Literal and None in get_args(hint):
        optional, hint = True, Literal[tuple(one for one in get_args(hint) if one is not None)]
    kind, choices = _kind(function, name, hint)
    described = Parameter(
        name,
        kind,
        " ".join(one for one in metadata if isinstance(one, str)),
        optional=optional,
        choices=choices,
        long=_marked(metadata, Long),
        secret=_marked(metadata, Secret),
    )
    if (described.long or described.secret) and kind is not Kind.TEXT:
        raise _wrong(function, name, "only a text can be long or secret", "Take the mark out, or write str.")
    return _with_default(function, described)


def _hint(function: Callable[..., Any], name: str) -> Any:
    """The annotation, which may stand there as text."""
    annotations = inspect.get_annotations(function)
    if name not in annotations:
        remedy = f"{SUPPORTED} If it is to be bound by its name, put it before the `*`."
        raise _wrong(function, name, "it has no annotation", remedy)
    alone = type("Alone", (), {"__annotations__": {name: annotations[name]}})
    try:
        return get_type_hints(alone, function.__globals__, include_extras=True)[name]
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise _wrong(function, name, f"its annotation cannot be understood ({printable(error)})", SUPPORTED) from error


def _stripped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The hint without `Annotated`, and what that says."""
    if get_origin(hint) is not Annotated:
        return hint, ()
    inner, metadata = _stripped(hint.__origin__)
    return inner, metadata + hint.__metadata__


def _marked(metadata: tuple[Any, ...], mark: type) -> bool:
    """Whether it is marked; brackets that were forgotten must not show a secret."""
    return any(one is mark or isinstance(one, mark) for one in metadata)


def _kind(function: Callable[..., Any], name: str, hint: Any) -> tuple[Kind, tuple[Any, ...]]:
    if get_origin(hint) is list and get_args(hint) == (str,):
        return Kind.TEXTS, ()
    plain = next((kind for kind, form in FORMS.items() if form.type is hint), None)
    if plain is not None:
        return plain, ()
    is_enum = isinstance(hint, type) and issubclass(hint, Enum)
    choices = tuple(hint) if is_enum else get_args(hint) if get_origin(hint) is Literal else ()
    if choices and all(type(written(choice)) in {str, int} for choice in choices):
        return Kind.CHOICE, choices
    what = "a choice must be among texts or whole numbers" if choices else f"a script cannot have a {_named(hint)} as parameter"
    raise _wrong(function, name, what, SUPPORTED)


def _named(hint: Any) -> str:
    return printable(hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint))


def _with_default(function: Callable[..., Any], parameter: Parameter) -> Parameter:
    defaults = function.__kwdefaults__ or {}
    if parameter.name not in defaults:
        return parameter
    default = defaults[parameter.name]
    if default is None and not parameter.optional:
        raise _wrong(
            function, parameter.name, "its default is None, which its annotation does not have", "Write `| None` behind it."
        )
    if default is not None and not _fits(parameter, default):
        raise _wrong(
            function, parameter.name, f"its default must be {parameter.must_be}", "Correct the default or the annotation."
        )
    return replace(parameter, required=False, default=tuple(default) if isinstance(default, list) else default)


def _fits(parameter: Parameter, default: object) -> bool:
    if parameter.kind is Kind.CHOICE:
        return any(choice == default and type(choice) is type(default) for choice in parameter.choices)
    if parameter.kind is Kind.TEXTS:
        return isinstance(default, list | tuple) and all(isinstance(one, str) for one in default)
    if isinstance(default, datetime) or (isinstance(default, bool) and parameter.kind is not Kind.YES_NO):
        return False
    return isinstance(default, int | float if parameter.kind is Kind.NUMBER else FORMS[parameter.kind].type or object)


def _wrong(function: Any, name: str, what: str, remedy: str) -> ScriptWrong:
    message = f"the parameter {name} of {function.__name__} cannot be used: {what}."
    return ScriptWrong(message, file=function.__code__.co_filename, line=_line(function, name), remedy=remedy)


def _line(function: Any, name: str) -> int:
    """The line of a parameter; that of the function where the file is not at hand."""
    first: int = function.__code__.co_firstlineno
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function.__code__)))
    except (OSError, SyntaxError):
        return first
    return next((first + node.lineno - 1 for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg == name), first)


class _Unsaid(Exception):
    """What was given says nothing about the parameter."""


def _read(
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    reader: Callable[[Parameter, Any], Any],
    *,
    only_named: bool = False,
) -> dict[str, Any]:
    names = [parameter.name for parameter in parameters]
    unknown = islice((name for name in given if name not in names), MOST_UNKNOWN)
    mistakes = {printable(name[:60]): _unknown(name, names) for name in unknown}
    values: dict[str, Any] = {}
    for parameter in parameters:
        if only_named and parameter.name not in given:
            continue
        try:
            values[parameter.name] = _one(parameter, given, reader)
        except NotThat as wrong:
            mistakes[parameter.name] = str(wrong) or f"It must be {parameter.must_be}."
    if mistakes:
        raise ParametersWrong(mistakes)
    return values


def _one(parameter: Parameter, given: Mapping[str, Any], reader: Callable[[Parameter, Any], Any]) -> Any:
    if parameter.name in given:
        try:
            return reader(parameter, given[parameter.name])
        except _Unsaid:
            pass
    if parameter.required:
        raise NotThat(f"It is missing. It must be {parameter.must_be}.")
    return list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default


def _unknown(name: str, names: Sequence[str]) -> str:
    nearest = get_close_matches(name, names, 1)
    if nearest:
        return f"There is no such parameter. Did you mean {nearest[0]}?"
    return f"There is no such parameter. There are: {', '.join(names)}." if names else "This script takes no parameters."


def _from_json(parameter: Parameter, value: Any) -> Any:
    if value is None and parameter.optional:
        return None
    return FORMS[parameter.kind].from_json(value, parameter.choices)


def _from_texts(parameter: Parameter, given: str | Sequence[str]) -> Any:
    texts = [given] if isinstance(given, str) else list(given)
    if parameter.kind is Kind.TEXTS:
        return _from_lines(parameter, texts)
    if len(texts) > 1 and parameter.kind is not Kind.YES_NO:
        raise NotThat("It is given more than once.")
    if not texts or not texts[-1].strip():
        return _from_nothing(parameter)
    return FORMS[parameter.kind].from_text(texts[-1], parameter.choices)


def _from_lines(parameter: Parameter, texts: list[str]) -> list[str] | None:
    lines: list[str] = FORMS[Kind.TEXTS].from_text("\n".join(texts), ())
    if not lines and parameter.required and not parameter.optional:
        raise _Unsaid
    return None if parameter.optional and not lines else lines


def _from_nothing(parameter: Parameter) -> Any:
    """A secret is never shown, so that an empty field does not take it away."""
    if parameter.secret:
        raise _Unsaid
    if parameter.optional:
        return None
    if parameter.kind is Kind.TEXT and not parameter.required:
        return ""
    raise _Unsaid


def _property(parameter: Parameter) -> dict[str, Any]:
    described = dict(FORMS[parameter.kind].schema)
    if parameter.kind is Kind.CHOICE:
        described["enum"] = [written(choice) for choice in parameter.choices] + [None] * parameter.optional
    elif parameter.optional:
        described["type"] = [described["type"], "null"]
    if parameter.description:
        described["description"] = parameter.description
    if parameter.secret:
        described["writeOnly"] = True
    elif not parameter.required:
        described["default"] = shown_value(parameter.default)
    return described
