"""What every mechanism offers: two halves, and the values that pass between them and the two roads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from applinks.errors import NotAdmitted
from applinks.links import Facts, Link
from applinks.questions import Flow
from applinks.wire import oauth1
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request

WINDOW = 300
"""Seconds by which a sender's clock may differ from ours, either way (protocol.md 1.5)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A request that proves itself, and what was signed to make it so."""

    request: Request
    explanation: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    """Everything in an incoming request that could be a proof, parsed and not yet believed."""

    request: Request
    oauth: oauth1.Claim | None


Checks = tuple[tuple[str, str], ...]
"""What was looked at and how it turned out, in order; "ok" where nothing speaks against the request."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incoming request whose proof was examined: who it claims to be for, and each check's outcome.

    `refusal` is set when a check failed; the request must then be refused, whatever else is in here.
    """

    claimed_user: str
    consumer_key: str
    token: str
    timestamp: int
    nonce: str
    checks: Checks
    refusal: NotAdmitted | None = None


class Mechanism(Protocol):
    """One way for one call to prove itself. Both halves live in one file of this room."""

    NAME: str
    KIND: AuthenticationKind

    def objection(self, link: Link, user: str) -> str | None:
        """Why this mechanism cannot carry a call as that user over that link; None if it can."""

    def incoming_objection(self, link: Link) -> str | None:
        """Why that link does not accept this mechanism; None if it does."""

    def prove(self, request: Request, facts: Facts, user: str) -> Flow[Proof]:
        """The sending half: the request, proven."""

    def recognise(self, presented: Presented) -> bool:
        """Whether this mechanism claims the incoming request."""

    def accept(self, presented: Presented, link: Link | None, now: float) -> Candidate:
        """The receiving half: examine the proof. `link` is None where the sender is unknown: the same work is done then."""

    def sender(self, presented: Presented) -> str:
        """The consumer key or application id that the request claims to come from."""
