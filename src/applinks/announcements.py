"""Facts that rooms tell one another. An announcement is a hint; the records are the truth."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.questions import Question


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A person has allowed this application to act for them over there: what waited for that can go on."""

    link_id: str
    link: str
    user: str


@dataclass(frozen=True, slots=True)
class ConsentEnded:
    """The far side does not accept a person's consent any more, or they took it back here."""

    link_id: str
    link: str
    user: str


@dataclass(frozen=True, slots=True)
class EventKept:
    """An event has come in and was kept: its scripts can be run."""

    number: int
    kind: str


Fact = ConsentGiven | ConsentEnded | EventKept


@dataclass(frozen=True, slots=True)
class Announce(Question):
    """Tell everybody who listens. The answer is None, given when all have heard it."""

    fact: Fact
