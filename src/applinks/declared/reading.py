"""Reads values out of a parsed document by a table of keys, and collects every mistake with its place and remedy.

A *reader* takes the reading, the place and the value, and gives what was meant, or raises `Wrong`. No mistake repeats what
stands at a place where a secret might stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from applinks.audit import printable
from applinks.declared.model import Secret
from applinks.declared.references import CannotBeRead, Surroundings, is_reference
from applinks.errors import AppLinksError

REFERENCE = 'Write "env:NAME" or "file:PATH".'


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where (a dotted path; `links[2]` is the second link), what, and what to write instead."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}" if self.where else f"{self.what}. {self.remedy}"


class Wrong(Exception):
    """A value cannot be read: where, what, and what to write instead."""


@dataclass(slots=True)
class Reading:
    """One reading of one document."""

    surroundings: Surroundings
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, where: str, what: str, remedy: str) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(where, printable(what), printable(remedy)))

    def table(self, where: str, value: object, keys: Mapping[str, Reader]) -> dict[str, Any]:
        """The values of a table that were said and could be read, by key."""
        if not isinstance(value, dict):
            self.wrong(where, "it must be a table", f"Its keys are: {', '.join(keys)}.")
            return {}
        for unknown in [key for key in value if key not in keys]:
            meant = get_close_matches(unknown, keys, 1)
            remedy = f"Did you mean {meant[0]!r}?" if meant else f"There are: {', '.join(keys)}."
            self.wrong(below(where, printable(unknown[:60])), "there is no such key", remedy)
        return {key: read for key in value if key in keys for read in self.tried(below(where, key), value[key], keys[key])}

    def tried(self, where: str, value: object, reader: Reader) -> tuple[Any, ...]:
        """What a reader makes of a value, alone in a tuple; an empty one where it was wrong, which is noted."""
        try:
            return (reader(self, where, value),)
        except Wrong as wrong:
            self.wrong(*wrong.args)
        return ()


Reader = Callable[[Reading, str, object], Any]


def below(where: str, key: str) -> str:
    """The place of a key in the table at a place."""
    return f"{where}.{key}" if where else key


def text(_reading: Reading, where: str, value: object) -> str:
    """Plain text, not empty, without blanks at its ends."""
    if isinstance(value, str) and value.strip() == value and value.isprintable() and value:
        return value
    raise Wrong(where, "it must be plain text", 'Write it in quotes, like "Wiki".')


def flag(_reading: Reading, where: str, value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise Wrong(where, "it must be true or false", "Write it without quotes.")


def texts(reading: Reading, where: str, value: object) -> tuple[str, ...]:
    """A list of plain texts."""
    if not isinstance(value, list):
        raise Wrong(where, "it must be a list of texts", 'Write it like ["alice", "bob"].')
    return tuple(found for number, one in enumerate(value, 1) for found in reading.tried(f"{where}[{number}]", one, text))


def names(reading: Reading, where: str, value: object) -> frozenset[str]:
    """The same without order."""
    return frozenset(texts(reading, where, value))


def number_up_to(largest: int) -> Reader:
    """A whole number from 1 to this."""

    def read(_reading: Reading, where: str, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= largest:
            return value
        raise Wrong(where, "it must be a whole number", f"Write one from 1 to {largest}.")

    return read


def word_of(*words: str) -> Reader:
    """One of these words."""

    def read(_reading: Reading, where: str, value: object) -> str:
        found = next((word for word in words if word == value), None)
        if found is None:
            raise Wrong(where, "it is none of the words that are known", f"There are: {', '.join(words)}.")
        return found

    return read


def member_of(kind: type[StrEnum]) -> Reader:
    """One of these words, as a member of the enumeration."""
    return word_of(*kind)


def table_of(keys: Mapping[str, Reader], make: Callable[..., Any]) -> Reader:
    """A table of these keys, made into a value; an error that says why it cannot be made is a mistake."""

    def read(reading: Reading, where: str, value: object) -> Any:
        return make_checked(where, make, **reading.table(where, value, keys))

    return read


def make_checked(where: str, make: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
    """What `make` gives; what it has against it is what is wrong there."""
    try:
        return make(*given, **named)
    except AppLinksError as error:
        raise Wrong(where, error.message.rstrip("."), error.remedy or "Correct it.") from None


def secret(reading: Reading, where: str, value: object) -> Secret:
    """A reference to a secret. A secret itself is refused, and not repeated."""
    if not isinstance(value, str) or not is_reference(value):
        raise Wrong(where, "a secret must not stand in this file", REFERENCE)
    found = referred(reading, where, value)
    if not found or not found.isprintable():
        raise Wrong(where, f"what {value} leads to is no line of plain text", "A secret is one line.")
    return Secret(value, found)


def sealing_keys(reading: Reading, where: str, value: object) -> Secret:
    """A reference to the keys that seal a database: of several lines, perhaps."""
    if not isinstance(value, str) or not is_reference(value):
        raise Wrong(where, "keys must not stand in this file", REFERENCE)
    return Secret(value, referred(reading, where, value))


def text_or_reference(reading: Reading, where: str, value: object) -> str:
    """Text that may stand here, of several lines too, or a reference to it."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong(where, "it must be text", 'Write it in quotes, or "env:NAME" or "file:PATH".')
    return referred(reading, where, value) if is_reference(value) else value


def referred(reading: Reading, where: str, reference: str) -> str:
    """What a reference leads to."""
    try:
        return reading.surroundings.read(reference)
    except CannotBeRead as why:
        raise Wrong(where, f"{reference} cannot be read: {why}", "Set it, or correct its name.") from None
