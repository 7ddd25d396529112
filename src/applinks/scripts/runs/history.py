"""What has become of runs over days, weeks and months: counts that outlive the runs themselves (product.md R-38)."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.questions import Question
from applinks.scripts.runs.run import Run

DAY = 86_400
"""Seconds. Of runs that were forgotten, it is kept how many there were on each day, by UTC."""


@dataclass(frozen=True, slots=True)
class RunCounts(Question):
    """How many runs were made in each span of `seconds` since a moment, by state: {(start, state): count}.

    Runs that were forgotten meanwhile are counted, too, where the spans are whole days that begin at midnight (UTC).
    """

    since: float
    seconds: int
    hook: str | None = None


@dataclass(frozen=True, slots=True)
class Lately:
    """How a hook has done: its last run, and how many of its runs have failed since a moment."""

    last: Run
    failures: int = 0


@dataclass(frozen=True, slots=True)
class HooksLately(Question):
    """How all hooks have done that ever ran and whose runs are not forgotten: the id of each → `Lately`."""

    since: float
