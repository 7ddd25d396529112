"""The kinds of values that a parameter of a script can have, and how each is written as JSON and as text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

Choices = tuple[Any, ...]


class Kind(StrEnum):
    """What a value is, in a word that a form can go by."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    YES_NO = "yes or no"
    DATE = "date"
    CHOICE = "choice"
    TEXTS = "texts"


class NotThat(Exception):
    """The value is not of that kind; its text says why, where there is more to say."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind is written: its type in Python, what it is in words, its JSON schema, and its two readers."""

    type: type | None
    words: str
    schema: Mapping[str, Any]
    from_json: Callable[[Any, Choices], Any]
    from_text: Callable[[str, Choices], Any]


def written(choice: Any) -> Any:
    """A choice as it is written outside of Python: a member of an enumeration by its value."""
    return choice.value if isinstance(choice, Enum) else choice


def shown_value(value: Any) -> Any:
    """A value as JSON; what has no form there stays what it is."""
    if isinstance(value, list | tuple):
        return [shown_value(one) for one in value]
    return value.isoformat() if isinstance(value, date) else written(value)


def _text(value: Any, _choices: Choices) -> str:
    if isinstance(value, str):
        return value
    raise NotThat


def _whole(value: Any, _choices: Choices) -> int:
    """A number such as 5.0 is whole, as JSON Schema has it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise NotThat


def _number(value: Any, _choices: Choices) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotThat
    try:
        number = float(value)
    except OverflowError:
        raise NotThat from None
    if math.isfinite(number):
        return number
    raise NotThat


def _yes_no(value: Any, _choices: Choices) -> bool:
    if isinstance(value, bool):
        return value
    raise NotThat


def _date(value: Any, _choices: Choices) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise NotThat
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise NotThat("There is no such day.") from None


def _choice(value: Any, choices: Choices) -> Any:
    """The choice written like this; 1, true and 1.0 are equal in Python, and only one of them is meant."""
    for choice in choices:
        if type(written(choice)) is type(value) and written(choice) == value:
            return choice
    raise NotThat


def _texts(value: Any, _choices: Choices) -> list[str]:
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return list(value)
    raise NotThat


def _plain(text: str, _choices: Choices) -> str:
    """Forms send the lines of a text with carriage returns."""
    return text.replace("\r\n", "\n")


def _digits(text: str, _choices: Choices) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,100}", text.strip()):
        raise NotThat
    return int(text)


def _decimal(text: str, choices: Choices) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text.strip()):
        raise NotThat
    return _number(float(text), choices)


def _yes_no_word(text: str, _choices: Choices) -> bool:
    words = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    if text.strip().lower() not in words:
        raise NotThat
    return words[text.strip().lower()]


def _date_text(text: str, choices: Choices) -> date:
    return _date(text.strip(), choices)


def _choice_text(text: str, choices: Choices) -> Any:
    for choice in choices:
        if str(written(choice)) == text.strip():
            return choice
    raise NotThat


def _lines(text: str, _choices: Choices) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


FORMS: Mapping[Kind, Form] = {
    Kind.TEXT: Form(str, "a text", {"type": "string"}, _text, _plain),
    Kind.WHOLE: Form(int, "a whole number", {"type": "integer"}, _whole, _digits),
    Kind.NUMBER: Form(float, "a number", {"type": "number"}, _number, _decimal),
    Kind.YES_NO: Form(bool, "yes or no", {"type": "boolean"}, _yes_no, _yes_no_word),
    Kind.DATE: Form(date, "a date like 2026-01-31", {"type": "string", "format": "date"}, _date, _date_text),
    Kind.CHOICE: Form(None, "a choice", {}, _choice, _choice_text),
    Kind.TEXTS: Form(None, "a list of texts", {"type": "array", "items": {"type": "string"}}, _texts, _lines),
}
"""Each kind and how it is written."""
