"""What is written down about each act: who, as whom, why, over which link, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.questions import Question

CALL = "call"
ADMISSION = "admission"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `kind` is "call" (outgoing), "admission" (incoming), "run_as" or a change such as "link made".

    `subject` is whose rights applied, `actor` who caused it; `request` the method and address without its query;
    `checks` what was looked at and how it turned out. `explanation` (the signed base string) is for whoever watches the
    log in this process; it is never stored.
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
    explanation: str | None = field(default=None, repr=False, compare=False)


def printable(text: object) -> str:
    """What came from outside, harmless to a log, a terminal or a message (security.md T-67)."""
    shown = str(text)
    return shown if shown.isprintable() else shown.encode("unicode_escape").decode()


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
    """The last `limit` entries as a tuple of `Written`, the newest first; only of that link (its name) or kind, if given.

    `before` is a sequence number: only what was written before that one.

    Values are as they were written: whoever shows them escapes control characters (security.md T-67).
    """

    limit: int
    link: str | None = None
    kind: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry's number and digest (hexadecimal). Noted elsewhere, it vouches for everything written up to it."""

    sequence: int
    digest: str


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
