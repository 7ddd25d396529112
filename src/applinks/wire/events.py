"""An event that one application of ours tells another over their link, as JSON in a form, so that all of it is signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from applinks.wire.plain_json import NotJson, parse

PATH = "plugins/servlet/applinks/events"
"""Below the address of an application: where it takes events in; with an id behind it, those of a webhook."""
FIELD = "event"
"""The field of the form."""
DEPTH = "applinks-depth"
"""The header in which a call says how many runs of scripts led to it (product.md R-35)."""
LONGEST = 255
"""Characters of an id, a kind, a type, an item or a user name."""
LARGEST = 64 * 1024
"""Characters of one event. A form may have four times as many bytes, and percent-encoding takes three for most signs."""
DEEPEST = 1000
LATEST = 253_402_300_800
"""Seconds since the epoch: the end of the year 9999."""


class Unreadable(ValueError):
    """The text is no event; says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """What has happened over there; see `applinks.scripts.Event`. `id` is the same where the same event is told again."""

    id: str
    kind: str
    application: str
    item: str | None = None
    user: str | None = None
    happened_at: float | None = None
    depth: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self) -> str:
        """As it is sent."""
        return json.dumps({**asdict(self), "payload": dict(self.payload)}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> ToldEvent:
        """From what was sent. Members that are not known are left out. Raises `Unreadable`."""
        try:
            told = parse(text.encode("utf-8", "surrogatepass"))
        except NotJson as trouble:
            raise Unreadable(str(trouble)) from None
        if not isinstance(told, dict) or not isinstance(told.get("payload"), dict):
            raise Unreadable("it is no object with a payload that is one")
        return cls(
            id=_line(told, "id"),
            kind=_line(told, "kind"),
            application=_line(told, "application"),
            item=_line(told, "item") if told.get("item") is not None else None,
            user=_line(told, "user") if told.get("user") is not None else None,
            happened_at=_seconds(told.get("happened_at")),
            depth=depth_of(told.get("depth")),
            payload=told["payload"],
        )


def depth_of(told: object) -> int:
    """How many runs led to something: a whole number as JSON has it, or as a header; none where it is neither."""
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) <= len(str(DEEPEST)):
        told = int(told)
    return min(told, DEEPEST) if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0


def _line(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise Unreadable(f"its {name} is no line of at most {LONGEST} characters")
    return value


def _seconds(told: object) -> float | None:
    """None for what is no time: JSON has whole numbers that are larger than any `float`."""
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < LATEST else None
