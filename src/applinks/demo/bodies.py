"""Reading JSON that came over the network: every way in which it can be wrong is one error, and never a crash."""

from __future__ import annotations

import json
from typing import Any

LARGEST = 1_000_000
"""Bytes; far more than any body of the demo needs, far less than what would hurt."""


class BadBody(Exception):
    """The body is not what was asked for; `field` is the dotted path that is wrong, or None for the body as a whole."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


def parse(raw: bytes) -> Any:
    """The value in a JSON body whose texts can all be stored and shown."""
    try:
        value = json.loads(raw)
        json.dumps(value, ensure_ascii=False).encode()  # refuses half of a surrogate pair, which JSON can spell
    except (ValueError, RecursionError):
        raise BadBody("The body is not JSON.") from None
    return value


def find(body: Any, path: str) -> Any:
    """What stands at a dotted path, such as `space.key`; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body


def text(body: Any, path: str, *, longest: int = 255) -> str:
    """The text at a dotted path, without blanks around it; `BadBody` if it is missing, empty or too long."""
    value = find(body, path)
    if not isinstance(value, str) or not value.strip():
        raise BadBody(f"'{path}' must be a text that is not empty.", path)
    if len(value) > longest:
        raise BadBody(f"'{path}' must not be longer than {longest} characters.", path)
    return value.strip()
