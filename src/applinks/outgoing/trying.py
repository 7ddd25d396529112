"""Tries a link as a given user (R-46): which way a call would take, and whom the other application answers that it sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.links import Link, who_am_i
from applinks.mechanisms import Mechanism
from applinks.outgoing import address, answer, ladder
from applinks.outgoing.call import Who, call, facts_of
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.send import HEADERS
from applinks.people import KnowsPeople, Person, active_person
from applinks.questions import Ask, Done, Flow, Moment, Now, resume
from applinks.wire.messages import Request, Response


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: for whom it was made, whom the other application should have seen, and whom it saw.

    `expected` is None where it may be anybody, since the name over there may differ; empty for nobody.
    """

    link: str
    asked: str
    expected: str | None
    answered: str
    mechanism: str | None

    @property
    def good(self) -> bool:
        """Whether it answered with whom it should."""
        if self.expected is None:
            return self.answered != ""
        return self.answered.casefold() == self.expected.casefold()


@dataclass(frozen=True, slots=True)
class _Trying:
    """Who acts for this one harmless call."""

    user: Person
    actor: Person
    reason: str | None = "test"


def explained(link_id: str, user: str | None, demanded: str | None, mechanisms: Sequence[Mechanism]) -> Flow[Explanation]:
    """What would be used for a call as that user, and why each stronger way is passed over. Sends nothing."""
    facts = yield from facts_of(link_id, user)
    return ladder.climb(facts, user, demanded, mechanisms)[1]


def tried(link: Link, user: str, demanded: str | None, mechanisms: Sequence[Mechanism], *, by: str) -> Flow[Tried]:
    """Ask the other application who is calling, as that user, on the record.

    Raises what any call raises: `CredentialsRequired`, `MechanismMissing`, `AccessRefused`, `TransportFailed`, …; and
    `PersonUnknown`, where this application has a directory that does not know the user.
    """
    person = (yield from active_person(user)) if (yield KnowsPeople()) else Person(user)
    explanation = yield from explained(link.id, person.name, demanded, mechanisms)
    who = None if demanded == ANONYMOUS else _Trying(person, Person(by))
    asking = who_am_i(link.type)
    url = address.join(link, asking.path)
    response = yield from _sent(Request("GET", url, tuple(HEADERS.items())), link, who, demanded, mechanisms)
    seen = asking.read(response.body)
    return Tried(link.name, person.name, explanation.witness, seen, explanation.mechanism)


def _sent(
    request: Request, link: Link, who: Who | None, demanded: str | None, mechanisms: Sequence[Mechanism]
) -> Flow[Response]:
    """The road of a call, each of whose requests is one of our own: within their limits, without a client."""
    road = call(request, link.id, who, demanded, mechanisms)
    step = resume(road)
    while not isinstance(step, Done):
        try:
            said = yield Ask(step) if isinstance(step, Request) else step
        except Exception as error:  # noqa: BLE001 what the road makes of it is its own decision
            step = resume(road, error=error)
        else:
            step = resume(road, said)
    answered = step.result
    response: Response = answered.response
    if response.status >= answer.ERRORS:
        moment: Moment = yield Now()
        raise answer.error(link, request.line(), response, None, problem=answered.problem, now=moment.now)
    return response
