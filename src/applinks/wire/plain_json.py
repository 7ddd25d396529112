"""JSON that everybody reads alike: what two readers might take for two things is no JSON (T-02)."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

DEEPEST = 64
"""Levels of lists and objects. What is read here is written again elsewhere, where less of the stack may be left."""


EXACT = 2**53
"""Up to here, whole numbers are the same for everybody (RFC 8259, 6)."""


class NotJson(ValueError):
    """The bytes are no JSON that everybody reads alike; says why, without a word of what was sent."""


def parse(body: bytes) -> Any:
    """The JSON of a body: UTF-8, each name once, no numbers that JSON does not have, no text that is none. Raises `NotJson`."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number)
        _check_depth(value)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as trouble:
        raise NotJson(f"The body is no JSON: {_brief(trouble)}.") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _number(text: str) -> int | float:
    """JSON Schema takes 10.0 for a whole number. Of 1e308, five letters would become three hundred digits (T-73)."""
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number is too large")
    return int(number) if number.is_integer() and abs(number) <= EXACT else number


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return
        level = [inner for outer in level for inner in _inside(outer)]
    raise RecursionError


def _inside(outer: dict[str, Any] | list[Any]) -> list[Any]:
    return list(outer.values()) if isinstance(outer, dict) else outer


def _brief(trouble: Exception) -> str:
    if isinstance(trouble, UnicodeError):
        return "it holds what is no text in UTF-8"
    if isinstance(trouble, json.JSONDecodeError):
        return f"{trouble.msg[:1].lower()}{trouble.msg[1:]} at letter {trouble.pos}"
    return "it is nested too deeply" if isinstance(trouble, RecursionError) else str(trouble)[:100]
