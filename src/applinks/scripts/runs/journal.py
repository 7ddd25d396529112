"""The journal of a run's calls: what was sent, and what was answered, so that no acknowledged call happens twice.

Rules of this file:
- A call is noted before it is sent and when it was answered, each durably.
- When a run begins again, calls that were answered answer from here. It must ask for the same things in the same order; what
  differs ends the run with an explanation, since half of another script may have happened.
- A call that was sent and never answered is repeated if its method says that this is harmless; else somebody has to say what
  became of it (security.md 1.3, P4). So it is where a gateway answered that it got no answer, and the run would be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from applinks.questions import Question

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""The methods that may be sent again where nobody knows whether they were (RFC 9110, 9.2.2)."""

OF_GATEWAYS = frozenset({502, 504})
"""The statuses by which a gateway says that it got no answer, or none that it could read (RFC 9110, 15.6.3 and 15.6.5).

503 and 429 say of the far side that it did not do it."""


class CallState(StrEnum):
    """How far a call has come."""

    SENT = "sent"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks for: `digest` covers method, link, path with query, user, body. `place` is where it stands among them.

    `address` has no query: that may hold a secret, which nobody seals here and nobody needs again.

    Calls of one run are numbered in their order; where it fans out, each branch has a lane of its own ("2.wiki/1").
    """

    place: str
    method: str
    address: str
    link_id: str
    link: str
    user: str | None
    digest: str = field(repr=False)

    @property
    def line(self) -> str:
        """Method and address in words."""
        return f"{self.method} {self.address}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `by` is the mechanism by which the call was proven."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call in the journal. `answer` is None while it is not answered."""

    asked: Asked
    state: CallState
    sent_at: float
    answered_at: float | None = None
    status: int | None = None
    by: str | None = None
    answer: Answer | None = field(default=None, repr=False)


def is_unclear(call: Call) -> bool:
    """Whether nobody knows if it happened, and sending it again could do it twice."""
    return call.state is CallState.SENT and call.asked.method not in HARMLESS


def is_doubtful(call: Call) -> bool:
    """Whether it was a gateway that answered, which does not know if it happened, and sending it again could do it twice."""
    return call.status in OF_GATEWAYS and call.asked.method not in HARMLESS


@dataclass(frozen=True, slots=True)
class CallsOf(Question):
    """The journal of a run, in the order of sending, as a tuple of `Call`; with what was answered, if that is wanted."""

    number: int
    with_answers: bool = False


@dataclass(frozen=True, slots=True)
class NoteSent(Question):
    """A call is about to be sent: durable before it is. False if the holder does not hold the run any more."""

    number: int
    holder: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class NoteAnswered(Question):
    """A call was answered: durable before the script learns of it. False if the holder does not hold the run any more."""

    number: int
    holder: str
    place: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class TakeAnswerOut(Question):
    """What was answered to a call tells nothing about it: it is as one that was never answered. Durable.

    False if the holder does not hold the run any more.
    """

    number: int
    holder: str
    place: str


@dataclass(frozen=True, slots=True)
class ForgetCall(Question):
    """A call certainly did not happen: it is taken out, and sent anew next time. False if the holder does not hold the run."""

    number: int
    holder: str
    place: str


@dataclass(frozen=True, slots=True)
class SettleCall(Question):
    """Somebody says what became of a call of unknown outcome, and the run is queued again: True if both were unclear.

    `answer` stands for what the far side would have answered; None: it did not happen, and is to be sent again.
    """

    number: int
    place: str
    answer: Answer | None
