"""What is written down about each act: who, as whom, why, over which link, how it ended."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import TypedDict

from applinks.errors import ConfigurationError
from applinks.questions import Flow, Question

CALL = "call"
ADMISSION = "admission"
COMPARED = "people compared"
LONGEST_NUMBER = 18
"""Digits: no record has a longer number, and reading them costs."""


Change = tuple[str, str | None, str | None]
"""What was changed: its name, what it was before (None: there was nothing), and what it is after."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `kind` is "call" (outgoing), "admission" (incoming), "run_as" or a change such as "link made".

    `subject` is whose rights applied, `actor` who caused it; `request` the method and address without its query;
    `checks` what was looked at and how it turned out; `changes` what a change changed, never a
    secret. `explanation` (the signed base string) is for whoever watches the log in this process; it is never stored.
    """

    kind: str
    outcome: str
    subject: str | None = None
    actor: str | None = None
    reason: str | None = None
    link: str | None = None
    mechanism: str | None = None
    request: str | None = None
    status: int | None = None
    checks: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    explanation: str | None = field(default=None, repr=False, compare=False)


def printable(text: object) -> str:
    """What came from outside, harmless to a log, a terminal or a message (security.md T-67)."""
    shown = str(text)
    return shown if shown.isprintable() else shown.encode("unicode_escape").decode()


def quoted(text: object) -> str:
    """What came from outside as one word of a command that people may paste into a shell: nothing in it is run (T-67)."""
    return "'" + printable(text).replace("'", "'\"'\"'") + "'"


def as_word(text: object) -> str:
    """The same, without the quotes where the text needs none."""
    return str(text) if _needs_no_quotes(str(text)) else quoted(text)


_needs_no_quotes = re.compile(r"[A-Za-z0-9_@%+=:,./…][A-Za-z0-9_@%+=:,./…-]*").fullmatch


@dataclass(frozen=True, slots=True)
class WriteDown(Question):
    """Keep this entry. The answer is None, given when it is kept."""

    entry: Entry

    @property
    def durable(self) -> bool:  # type: ignore[override]
        """Changes survive a power cut; the everyday record of traffic survives the death of the process."""
        return self.entry.kind not in {CALL, ADMISSION}


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it is kept; `sequence` counts from 1 without gaps, `time` is in seconds since the epoch."""

    sequence: int
    time: float
    entry: Entry


@dataclass(frozen=True, slots=True)
class AuditTrail(Question):
    """The last `limit` entries as a tuple of `Written`, the newest first; of them only those that are asked for.

    `link` is a link's name at that time; `user` was subject or actor; `since` and `until` (seconds since the epoch, both
    included) say when; `before` leaves out that number and all later ones: with the last number of one page begins the next.
    Values are as they were written: whoever shows them escapes control characters (security.md T-67).
    """

    limit: int
    link: str | None = None
    kind: str | None = None
    user: str | None = None
    since: float | None = None
    until: float | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry's number and digest (hexadecimal). Noted elsewhere, it vouches for everything written up to it."""

    sequence: int
    digest: str

    def __str__(self) -> str:
        """As it is noted: NUMBER:DIGEST."""
        return f"{self.sequence}:{self.digest}"

    @classmethod
    def read(cls, noted: str) -> Head:
        """A head as it was noted, NUMBER:DIGEST. Raises `ConfigurationError` for anything else."""
        number, _, digest = noted.partition(":")
        if not number.isdecimal() or len(number) > LONGEST_NUMBER or not digest:
            raise ConfigurationError(
                f"{noted!r} is no number and digest.", remedy="Say it like 17:3f2a…, as it was told when they were verified."
            )
        return cls(int(number), digest)


class AuditFilters(TypedDict, total=False):
    """Which records are wanted, in the words of `AuditTrail`; what is not said does not matter."""

    link: str | None
    kind: str | None
    user: str | None
    since: float | None
    until: float | None
    before: int | None


@dataclass(frozen=True, slots=True)
class AuditHead(Question):
    """The `Head` as it is kept, not verified; None if nothing was written."""


@dataclass(frozen=True, slots=True)
class AuditSpan(Question):
    """The next `limit` entries as a tuple of `Written`, the oldest first: after that number, and up to that one, if given."""

    after: int
    limit: int
    upto: int | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class VerifyAudit(Question):
    """Whether the record is what was written: an `AuditVerdict`.

    `noted` is a head that was kept outside of the database. Without it, a record that was replaced by an older copy of
    itself, head and all, or removed altogether, cannot be told from a true one. Whoever has the sealing keys can write a
    record that holds; only a noted head contradicts it.
    """

    noted: Head | None = None


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """`head` is the last entry that holds, None if there is none; `broken` the number of the first that does not, and why."""

    head: Head | None
    broken: int | None = None
    problem: str | None = None


EXPORTED_AT_ONCE = 1000
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@\t\r＝＋－＠])")
_COLUMNS = tuple(part.name for part in fields(Entry) if part.name != "explanation")


class Export:
    """The whole record, or a span of it, as text in pieces, the oldest entry first. It ends with the head that it goes up to.

    `format` is "json", one object with `records`, `since`, `until` and `head`; or "csv", whose last row is the head, with its
    number and, as outcome, its digest. In CSV nothing begins a formula (security.md T-69) or is a control character (T-67);
    JSON has all values as they are. Raises `ConfigurationError` for another format.
    """

    def __init__(self, format: str, since: float | None = None, until: float | None = None) -> None:  # noqa: A002
        if format not in {"json", "csv"}:
            raise ConfigurationError(f"Records cannot be exported as {format[:50]!r}.", remedy="Say json or csv.")
        self._csv = format == "csv"
        self._span = {"since": since, "until": until}
        self._head: Head | None = None
        self._last: int | None = None
        self._ended = False

    def next_piece(self) -> Flow[str | None]:
        """The next piece of text; None after the last."""
        if self._ended:
            return None
        if self._last is None:
            self._head, self._last = (yield AuditHead()), 0
            return csv_row("sequence", "time", *_COLUMNS) if self._csv else '{"records": ['
        upto = self._head.sequence if self._head else None
        batch: tuple[Written, ...] = yield AuditSpan(self._last, EXPORTED_AT_ONCE, upto, **self._span)
        if not batch:
            self._ended = True
            return self._end()
        joint = ",\n" if self._last else "\n"
        self._last = batch[-1].sequence
        return "".join(map(_as_row, batch)) if self._csv else joint + ",\n".join(map(_as_object, batch))

    def _end(self) -> str:
        head = self._head
        if not self._csv:
            return f"\n],\n{json.dumps({**self._span, 'head': head and asdict(head)})[1:]}\n"
        return "" if head is None else csv_row(str(head.sequence), "", "head", head.digest, *[""] * (len(_COLUMNS) - 2))


def _as_object(written: Written) -> str:
    entry = {name: getattr(written.entry, name) for name in _COLUMNS}
    return json.dumps({"sequence": written.sequence, "time": written.time, "entry": entry})


def _as_row(written: Written) -> str:
    entry = written.entry
    time = datetime.fromtimestamp(written.time, UTC).isoformat(timespec="milliseconds")
    checks = "; ".join(f"{name}: {outcome}" for name, outcome in entry.checks)
    cells = {**{name: getattr(entry, name) for name in _COLUMNS}, "checks": checks, "changes": "; ".join(said(entry.changes))}
    return csv_row(str(written.sequence), time, *("" if cell is None else str(cell) for cell in cells.values()))


def said(changes: Iterable[Change]) -> tuple[str, ...]:
    """Each change in words: its name, what was, and what is."""
    return tuple(f"{name}: {before or '-'} → {after or '-'}" for name, before, after in changes)


def csv_row(*cells: str) -> str:
    """A row of CSV in which nothing begins a formula (security.md T-69) or is a control character (T-67)."""
    return ",".join(f'"{_harmless(cell)}"' for cell in cells) + "\r\n"


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, also where it reads semicolons as commas."""
    return _FORMULA.sub(r"\1\2'", printable(_FORMULA.sub(r"\1\2'", text))).replace('"', '""')
