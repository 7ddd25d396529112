"""Two base strings side by side: decoded into their parts, with the first difference, and private values masked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from applinks.doctor.signed_text import SignedText, decoded
from applinks.wire.messages import Pairs

LEFT_OPEN = frozenset({"oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_version"})
"""Parameters whose values are nobody's secret; `oauth_callback` and all others may be, and `oauth_token` is."""
SHOWN_OF_SIGNATURE = 12
MASK = "•••"

_parts_of_address = re.compile(r"([^:/?#]*)://(\[[^\]]*\]|[^/?#:]*)(?::([^/?#]*))?([^?#]*)(.*)", re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class BaseString:
    """A base string and what it says. Names and values of `parameters` are as they stand in it, decoded once."""

    text: str = field(repr=False)
    method: str
    address: str
    parameters: Pairs = field(repr=False)

    @classmethod
    def read(cls, text: str) -> BaseString | None:
        """From the text; None if it is not one: three parts, joined by `&`."""
        parts = text.strip().split("&")
        if len(parts) < 3 or not parts[0]:
            return None
        method, address = decoded(parts[0]), decoded(parts[1])
        joined = decoded("&".join(parts[2:]))
        pairs = tuple((name, value) for name, _, value in (piece.partition("=") for piece in joined.split("&") if piece))
        return cls(text.strip(), method, address, pairs)

    @classmethod
    def of(cls, signed: SignedText) -> BaseString:
        """Of a text in parts."""
        return cls(signed.text(), signed.method, signed.address, tuple(signed.pairs()))

    def address_parts(self) -> tuple[str, str, str, str, str]:
        """Scheme, host, port, path, and what follows."""
        found = _parts_of_address(self.address)
        scheme, host, port, path, more = found.groups() if found else ("", "", "", self.address, "")
        return scheme, host, port or "", path, more


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """Where two base strings part: `position` counts characters from 0; `part` is what lies there.

    `ours` and `theirs` are the characters, or the escape, that stand there; empty where one has ended.
    """

    position: int
    part: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Row:
    """One part of both, None where one of them has none."""

    part: str
    ours: str | None = field(repr=False)
    theirs: str | None = field(repr=False)

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return self.ours == self.theirs


def rows(ours: BaseString, theirs: BaseString, *, show_values: bool = False) -> tuple[Row, ...]:
    """All parts side by side; values that may be private are masked, unless `show_values`."""
    names = ("scheme", "host", "port", "path", "more")
    table = [Row("method", ours.method, theirs.method)]
    addresses = zip(names, ours.address_parts(), theirs.address_parts(), strict=True)
    table += [Row(name, mine, other) for name, mine, other in addresses if name not in {"port", "more"} or mine or other]
    for name in dict.fromkeys(name for name, _ in (*ours.parameters, *theirs.parameters)):
        mine, other = ([value for key, value in side.parameters if key == name] for side in (ours, theirs))
        mine, other = _apart(mine, other)
        table += [Row(f"parameter {decoded(name)}", one, two) for one, two in zip_longest(mine, other)]
    return tuple(table) if show_values else tuple(masked(row) for row in table)


def masked(row: Row) -> Row:
    """The same without a value that may be private: whether both are the same, and how long they are, can still be seen."""
    kind, _, name = row.part.partition(" ")
    if kind != "parameter" or name in LEFT_OPEN:
        return row
    mask: Callable[[str | None], str | None] = _mask_signature if name == "oauth_signature" else _mask
    ours, theirs = mask(row.ours), mask(row.theirs)
    if not row.same and ours == theirs and theirs is not None:
        theirs += " (another one)"
    return Row(row.part, ours, theirs)


def _mask(value: str | None) -> str | None:
    return f"{MASK} ({len(value)} characters)" if value else value


def _mask_signature(value: str | None) -> str | None:
    return value and value[:SHOWN_OF_SIGNATURE] + "…"


def _apart(mine: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """What both have, in the same rows; then what only one has."""
    both = list((Counter(mine) & Counter(other)).elements())
    rest = [list((Counter(one) - Counter(two)).elements()) for one, two in ((mine, other), (other, mine))]
    return both + rest[0], both + rest[1]


def first_difference(ours: BaseString, theirs: BaseString) -> FirstDifference | None:
    """Where they part; None if they are the same."""
    if ours.text == theirs.text:
        return None
    pairs = zip_longest(ours.text, theirs.text)
    position = next(place for place, (one, two) in enumerate(pairs) if one != two)
    start = _start_of_escape(ours.text, theirs.text, position)
    return FirstDifference(position, _part(ours, theirs), _at(ours.text, start), _at(theirs.text, start))


def differing_names(ours: BaseString, theirs: BaseString) -> tuple[str, ...]:
    """The decoded names of parameters that are not the same in both."""
    mine, other = Counter(ours.parameters), Counter(theirs.parameters)
    changed = [pair for pair in (*ours.parameters, *theirs.parameters) if mine[pair] != other[pair]]
    return tuple(dict.fromkeys(decoded(name) for name, _ in changed))


def _part(ours: BaseString, theirs: BaseString) -> str:
    differing = next((row.part for row in rows(ours, theirs, show_values=True) if not row.same), None)
    if differing is not None:
        return differing
    same = Counter(ours.parameters) == Counter(theirs.parameters) and ours.parameters != theirs.parameters
    return "order of the parameters" if same else "encoding"


def _start_of_escape(one: str, two: str, position: int) -> int:
    """Where the escape begins in whose middle they part."""
    for back in (1, 2):
        start = position - back
        if start >= 0 and "%" in {one[start : start + 1], two[start : start + 1]}:
            return start
    return position


def _at(text: str, position: int) -> str:
    return text[position : position + (3 if text[position : position + 1] == "%" else 1)]
