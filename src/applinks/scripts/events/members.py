"""The members of what other applications tell, read as if a stranger had written them.

Rules of this file: what must be there is a line of text or a number, or `MalformedEvent` names it; what may be there and is
absent, null or of another kind is as good as absent. So no payload whatever makes reading fail otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applinks.errors import MalformedEvent

LONGEST = 1_000
"""Characters of a key, an id, or the name of a person or branch. Summaries and other prose may be longer."""

LARGEST = 2**63 - 1

_breaks_lines = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]").search


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one object; `at` says where it lies in the event, such as "issue.fields", and is empty for the whole."""

    given: Mapping[str, Any] = field(repr=False)
    at: str = ""

    @classmethod
    def of(cls, payload: object, at: str) -> Members:
        """The members of a payload, which may have been taken apart already. Raises `MalformedEvent` if it is no object."""
        if isinstance(payload, Members):
            return payload
        if not isinstance(payload, Mapping):
            raise malformed(at, "is missing or no object")
        return cls(payload, at)

    def id(self, name: str) -> str:
        """A line of text or a number that must be there: products write ids in both ways. Raises `MalformedEvent`."""
        number = self.optional_number(name)
        return self.line(name) if number is None else str(number)

    def line(self, name: str) -> str:
        """One line of text that must be there, such as a key or a name. Raises `MalformedEvent`."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            raise malformed(self.place(name), "is missing or no text")
        if len(value) > LONGEST or _breaks_lines(value):
            raise malformed(self.place(name), f"is no line of at most {LONGEST} characters")
        return value

    def number(self, name: str) -> int:
        """A whole number, not negative, that must be there. Raises `MalformedEvent`."""
        value = self.optional_number(name)
        if value is None:
            raise malformed(self.place(name), "is missing or no whole number")
        return value

    def optional_number(self, name: str) -> int | None:
        """A whole number that is not negative, or None."""
        value = self.given.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None

    def optional(self, name: str) -> str | None:
        """Text, or None."""
        value = self.given.get(name)
        return value if isinstance(value, str) else None

    def text(self, name: str) -> str:
        """Text, empty where there is none."""
        return self.optional(name) or ""

    def says(self, name: str) -> bool:
        """Whether the member is true."""
        return self.given.get(name) is True

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        return isinstance(self.given.get(name), Mapping)

    def below(self, name: str) -> Members:
        """The members of an object in this one; none where it is absent."""
        value = self.given.get(name)
        return Members(value if isinstance(value, Mapping) else {}, self.place(name))

    def each(self, name: str) -> tuple[Members, ...]:
        """The objects of a list; none where it is absent."""
        value = self.given.get(name)
        entries = enumerate(value if isinstance(value, list) else ())
        return tuple(Members(entry, f"{self.place(name)}[{at}]") for at, entry in entries if isinstance(entry, Mapping))

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list; none where it is absent."""
        value = self.given.get(name)
        return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()

    def place(self, name: str) -> str:
        """Where a member lies."""
        return f"{self.at}.{name}" if self.at else name


def malformed(member: str, problem: str) -> MalformedEvent:
    """The one error of what other applications tell: "In an event, issue.key is missing or no text."."""
    return MalformedEvent(
        f"In an event, {member} {problem}.",
        member=member,
        remedy="Look whether the other application, or what stands in between, sends its events whole and unchanged.",
    )
