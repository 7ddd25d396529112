"""One harmless call on the real road, to see how it ends: who-am-I, as somebody (rule 7: no second implementation).

What the road would raise is kept instead, beside each answer that came on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.errors import AppLinksError
from applinks.links import who_am_i
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.outgoing import address, answer, ladder
from applinks.outgoing.answer import ERRORS
from applinks.outgoing.call import Answered, call, facts_of
from applinks.outgoing.ladder import Explanation
from applinks.people import Person
from applinks.questions import Ask, Done, Flow, Moment, Now, resume
from applinks.wire.messages import Request, Response


@dataclass(frozen=True, slots=True)
class Tried:
    """As whom a trial is made, by whom and why."""

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


def trial(link_id: str, acting: Tried, mechanisms: Sequence[Mechanism] = MECHANISMS) -> Flow[Trial]:
    """Ask the other application who is calling, as whoever acts. Written down as any call is."""
    facts = yield from facts_of(link_id, acting.user.name)
    link, question = facts.link, who_am_i(facts.link.type)
    _, explanation = ladder.climb(facts, acting.user.name, None, mechanisms)
    request = Request("GET", address.join(link, question.path), (("accept", "application/json"),))
    heard: list[Response] = []
    try:
        ended = yield from _asked(call(request, link.id, acting, None, mechanisms), heard)
    except AppLinksError as failure:
        return Trial(explanation, tuple(heard), failure=failure)
    if ended.response.status >= ERRORS:
        moment: Moment = yield Now()
        refused = answer.error(link, request.line(), ended.response, None, problem=ended.problem, now=moment.now)
        return Trial(explanation, tuple(heard), failure=refused)
    return Trial(explanation, tuple(heard), name=question.read(ended.response.body))


def _asked(road: Flow[Answered], heard: list[Response]) -> Flow[Answered]:
    """Each request that the road proves is asked as one of our own; everything else that it asks is passed on."""
    step = resume(road)
    while not isinstance(step, Done):
        try:
            reply = yield (Ask(step) if isinstance(step, Request) else step)
        except AppLinksError as failure:
            step = resume(road, error=failure)
            continue
        if isinstance(step, Request):
            heard.append(reply)
        step = resume(road, reply)
    ended: Answered = step.result
    return ended
