"""Messages to people: what they are told, and by which ways it reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How a message is meant."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be kept for a person. `key` is the same where the same message is told twice: it is kept once.

    `words` names an entry of the catalogue, filled with `told` in the reader's language; without one, `text` is shown as it is.
    Both are plain text. `address` is where the person can do something about it, a path or address of ours or of a linked
    application.
    """

    key: str
    user: str
    severity: Severity
    text: str = ""
    words: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    run: int | None = None
    item: str | None = None
