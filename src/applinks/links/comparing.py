"""What is kept of a comparison of people, and the questions about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.people import Comparison, Names
from applinks.questions import Question


@dataclass(frozen=True, slots=True)
class KeepComparison(Question):
    """Keep this in place of the last one of that link. The answer is True.

    `names` are those that it was made with; where others are mapped by now, it says nothing, and nothing is kept: False. So
    too if the link is gone.
    """

    link_id: str
    comparison: Comparison = field(repr=False)
    names: Names


@dataclass(frozen=True, slots=True)
class ComparisonOf(Question):
    """The last `Comparison` of the people of that link and ours; None if there was none."""

    link_id: str


@dataclass(frozen=True, slots=True)
class VerdictOf(Question):
    """The `Verdict` of the last comparison about somebody of ours, by name; None if they were not compared."""

    link_id: str
    name: str
