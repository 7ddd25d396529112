"""How each link was when it was last examined: kept in this process only, for pages that show more than one link."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.doctor.diagnosis import Diagnosis
from applinks.questions import Question


@dataclass(frozen=True, slots=True)
class Examined:
    """A diagnosis, and when it was made (seconds since the epoch)."""

    diagnosis: Diagnosis
    at: float


@dataclass(frozen=True, slots=True)
class LastExamined(Question):
    """The last `Examined` of each link in this process, by the link's id."""


@dataclass(frozen=True, slots=True)
class NoteExamined(Question):
    """Keep this in place of the last one. The answer is None."""

    examined: Examined
