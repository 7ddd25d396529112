"""Tries a link as a given user (R-46): one harmless call on the real road, who-am-I (rule 7: no second implementation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.errors import AppLinksError
from applinks.links import Link, who_am_i
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.outgoing import address, answer, ladder
from applinks.outgoing.answer import ERRORS
from applinks.outgoing.call import Acts, Answered, call, facts_of
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
class ActsFor:
    """An administrator (`actor`) who has a call made as somebody, to see how it ends."""

    user: Person
    actor: Person
    reason: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """How the call ended: with the `name` as which it was answered (empty: nobody), or with the `failure` that a caller gets.

    `explanation` is the choice of the mechanism, `answers` all that came back, the last one last.
    """

    explanation: Explanation
    answers: tuple[Response, ...]
    name: str | None = None
    failure: AppLinksError | None = None


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
    acts = None if demanded == ANONYMOUS else ActsFor(person, Person(by), "test")
    made = yield from trial(link.id, acts, mechanisms, demanded=demanded)
    if made.failure is not None:
        raise made.failure
    return Tried(link.name, person.name, made.explanation.witness, made.name or "", made.explanation.mechanism)


def trial(
    link_id: str, acts: Acts | None, mechanisms: Sequence[Mechanism] = MECHANISMS, *, demanded: str | None = None
) -> Flow[Trial]:
    """Ask the other application who is calling, as whoever acts (None: nobody). Written down as any call is.

    What the road would raise is kept instead, beside each answer that came on the way.
    """
    user = acts.user.name if acts is not None else None
    facts = yield from facts_of(link_id, user)
    link, question = facts.link, who_am_i(facts.link.type)
    _, explanation = ladder.climb(facts, user, demanded, mechanisms)
    request = Request("GET", address.join(link, question.path), tuple(HEADERS.items()))
    heard: list[Response] = []
    try:
        ended = yield from asking(call(request, link.id, acts, demanded, mechanisms), heard)
    except AppLinksError as failure:
        return Trial(explanation, tuple(heard), failure=failure)
    if ended.response.status >= ERRORS:
        moment: Moment = yield Now()
        refused = answer.error(link, request.line(), ended.response, None, problem=ended.problem, now=moment.now)
        return Trial(explanation, tuple(heard), failure=refused)
    return Trial(explanation, tuple(heard), name=question.read(ended.response.body))


def fetched(link: Link, path: str, acts: Acts, mechanisms: Sequence[Mechanism] = MECHANISMS) -> Flow[Answered]:
    """GET a path over a link, as whoever acts, on the real road; what came back, whatever its status.

    Raises what any call raises before there is an answer.
    """
    request = Request("GET", address.join(link, path), tuple(HEADERS.items()))
    return (yield from asking(call(request, link.id, acts, None, mechanisms)))


def asking(road: Flow[Answered], heard: list[Response] | None = None) -> Flow[Answered]:
    """The road of a call, each of whose requests is one of our own: within their limits, without a client.

    All that came back is added to `heard`.
    """
    step = resume(road)
    while not isinstance(step, Done):
        try:
            reply = yield (Ask(step) if isinstance(step, Request) else step)
        except AppLinksError as failure:
            step = resume(road, error=failure)
            continue
        if heard is not None and isinstance(step, Request):
            heard.append(reply)
        step = resume(road, reply)
    ended: Answered = step.result
    return ended
