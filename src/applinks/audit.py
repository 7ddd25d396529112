"""What is written down about each act: who, as whom, why, over which link, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.questions import Question

CALL = "call"
ADMISSION = "admission"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `kind` is "call" (outgoing), "admission" (incoming), "run_as" or a change such as "link created".

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


@dataclass(frozen=True, slots=True)
class WriteDown(Question):
    """Keep this entry. The answer is None, given when it is kept."""

    entry: Entry

    @property
    def durable(self) -> bool:  # type: ignore[override]
        """Changes survive a power cut; the everyday record of traffic survives the death of the process."""
        return self.entry.kind not in {CALL, ADMISSION}
