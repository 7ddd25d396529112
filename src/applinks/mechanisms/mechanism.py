"""What every mechanism offers: two halves, and the values that pass between them and the two roads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from applinks.errors import NotAdmitted
from applinks.links import Facts, Link
from applinks.people import Person
from applinks.questions import Flow, Question
from applinks.wire import oauth1
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.problems import Problem

WINDOW = 300
"""Seconds by which a sender's clock may differ from ours, either way (protocol.md 1.5)."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a mechanism cannot carry a call. `consent` says that only the person's consent is missing."""

    why: str
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """A request that proves itself, what was signed to make it so, and the person's token if it was made with one."""

    request: Request
    explanation: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    """Everything in an incoming request that could be a proof, parsed and not yet believed."""

    request: Request
    oauth: oauth1.Claim | None


Checks = tuple[tuple[str, str], ...]
"""What was looked at and how it turned out, in order; "ok" where nothing speaks against the request."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incoming request whose proof was examined: who it is to be admitted as, and each check's outcome.

    `refusal` is set when a check of the proof failed; the request must then be refused, whatever else is in here. `objection`
    is what speaks against a request whose proof holds: it is refused once its nonce is spent. `headers` go on the answer of one
    that was admitted.
    """

    claimed_user: str
    consumer_key: str
    token: str
    timestamp: int
    nonce: str
    checks: Checks
    refusal: NotAdmitted | None = None
    objection: NotAdmitted | None = None
    headers: Pairs = ()


class Mechanism(Protocol):
    """One way for one call to prove itself. Both halves live in one file of this room."""

    NAME: str
    KIND: AuthenticationKind
    SHARES_ITS_HEADER: bool
    """Whether others use the same header, so that what comes from no link of ours is theirs to judge."""

    SPEAKS_FOR_OTHERS: bool
    """Whether it names people who were not asked: what is said about same users is about these."""

    # ---- sending

    def objection(self, facts: Facts, user: str) -> Objection | None:
        """Why this mechanism cannot carry a call as that user over that link; None if it can."""

    def prove(self, request: Request, facts: Facts, user: str) -> Flow[Proof]:
        """The request, proven."""

    def refusal(self, response: Response) -> Problem | None:
        """The problem by which the far side refuses such a proof, if the answer names one."""

    def witness(self, facts: Facts, user: str) -> str | None:
        """The user name that the answer must be made for; None where it may be anybody but nobody."""

    # ---- receiving

    def incoming_objection(self, link: Link) -> str | None:
        """Why that link does not accept this mechanism; None if it does."""

    def recognise(self, presented: Presented) -> bool:
        """Whether this mechanism claims the incoming request."""

    def sender(self, presented: Presented) -> Question:
        """The question for the link of whoever the request claims to come from."""

    def accept(self, presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:
        """Examine the proof. `link` is None where the sender is unknown: the same work is done then."""

    def person_objection(self, person: Person, link: Link, method: str, path: str) -> str | None:
        """Why this person may not act over that link, by this method, on this path; None if they may."""

    def refuse(self, realm: str, refusal: NotAdmitted) -> Response:
        """The answer that turns such a request away, in the words of its protocol."""
