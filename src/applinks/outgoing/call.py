"""The road of one call: who acts, what the link is now, which mechanism, sent, answered, written down.

Whatever is sent again is proven anew: after a redirect below the link's address, once after a complaint about our clock, with
another key of ours where the one of the link is refused, and for calls that may be repeated when the far side asks us to wait a
little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urljoin

from applinks.audit import CALL, Entry, WriteDown
from applinks.errors import AppLinksError, LinkNotFound, RedirectedElsewhere
from applinks.links import Facts, FactsFor, Link
from applinks.mechanisms import MECHANISMS, Mechanism, Proof
from applinks.outgoing import address, answer, clocks, dance, keys, ladder
from applinks.people import Person
from applinks.questions import Flow, Moment, Now, Wait
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request, Response
from applinks.wire.problems import Problem

REDIRECTS = 3
"""At most so many redirects are followed, each signed anew (security.md S-23)."""
REDIRECTED = 300
REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
IDEMPOTENT = SAFE | {"PUT", "DELETE"}
PATIENCE = 30.0
"""Seconds that a call waits at most, all in all, because the far side asks for it (R-25)."""


class Acts(Protocol):
    """Whoever acts: the road wants to know no more of them."""

    @property
    def user(self) -> Person:
        """Whose rights apply."""

    @property
    def actor(self) -> Person:
        """Who really acts."""

    @property
    def reason(self) -> str | None:
        """Why, if these are not the same."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How a call ended: the last response, and what the far side said in it against our proof, if it did."""

    response: Response
    problem: Problem | None


@dataclass(slots=True)
class _Call:
    """One call on its way."""

    request: Request
    facts: Facts
    mechanism: Mechanism | None
    user: str
    again: bool
    sent: list[Proof] = field(default_factory=list)
    status: int | None = None
    redirects: int = 0
    waited: float = 0.0
    corrected: bool = False
    renewed: bool = False
    other_keys: list[PrivateKey] | None = None

    def problem(self, response: Response) -> Problem | None:
        """What the far side says against our proof."""
        return self.mechanism.refusal(response) if self.mechanism else None


def call(
    request: Request,
    link_id: str,
    acting: Acts | None,
    demanded: str | None,
    mechanisms: Sequence[Mechanism] = MECHANISMS,
    *,
    again: bool = True,
    base: str | None = None,
) -> Flow[Answered]:
    """Send one request over a link as whoever acts; `acting` is None for an anonymous call.

    Yields questions and, for each attempt on the wire, the proven `Request`. `again` says that the body can be sent a second
    time; `base` is where the link led when the request was made, and follows if the link has moved since. From the choice of a
    mechanism on, whatever happens is written down once; what is refused before leaves no record.
    """
    user = acting.user.name if acting is not None else ""
    facts = yield from facts_of(link_id, user or None)
    facts.identity.check_trust(facts.link.name)
    if base is not None:
        request = replace(request, url=address.followed(facts.link, request.url, base))
    address.check(facts.link, request.url)
    mechanism = (yield from ladder.choose(facts, user, demanded, mechanisms)) if acting is not None else None
    way = _Call(request, facts, mechanism, user, again)
    try:
        response = yield from _carried(way)
        problem = way.problem(response)
        yield from keys.remember(facts, way.facts, response, problem)
        yield from _check(way, response, problem)
    except AppLinksError as failure:
        yield _record(way, acting, failure.code)
        raise
    yield _record(way, acting, problem.name if problem else "answered")
    return Answered(response, problem)


def facts_of(link_id: str, user: str | None) -> Flow[Facts]:
    """A link as it is now, and what we are and hold towards it; `LinkNotFound` if it is gone."""
    facts: Facts | None = yield FactsFor(link_id, user)
    if facts is None:
        raise LinkNotFound(f"The link {link_id!r} was deleted.", remedy="Look it up again.")
    return facts


def _carried(way: _Call) -> Flow[Response]:
    """Prove and send, until there is an answer that is one."""
    while True:
        response = yield from _sent(way)
        if response.status < REDIRECTED and way.problem(response) is None:
            return response
        for again in (_follows, _corrects, _takes_another_key, _renews, _waits):
            if (yield from again(way, response)):
                break
        else:
            return response


def _sent(way: _Call) -> Flow[Response]:
    proof = (yield from way.mechanism.prove(way.request, way.facts, way.user)) if way.mechanism else Proof(way.request, "")
    way.sent.append(proof)
    way.status = None
    response: Response = yield proof.request
    way.status = response.status
    return response


def _check(way: _Call, response: Response, problem: Problem | None) -> Flow[None]:
    """The answer must be for the right person; and a consent that is gone is asked for again, as before the call (R-41)."""
    link, mechanism = way.facts.link, way.mechanism
    if mechanism is None:
        return
    token, gone = way.sent[-1].token, answer.token_gone(response, link, problem)
    if gone is not None and token is not None:
        yield from dance.forget(link, way.user, token, why="consent gone")
        why = f"{link.name!r} says {gone}: the consent was revoked or has ended"
        raise (yield from dance.consent_needed(way.facts.identity, link, way.user, why))
    if problem is None:
        answer.check_witness(response, link, mechanism.witness(way.facts, way.user))
        return
    if response.status < answer.ERRORS:  # Trusted Applications refuse with status 200
        raise answer.error(link, way.request.line(), response, None, problem=problem)


def _follows(way: _Call, response: Response) -> Flow[bool]:
    """A redirect that stays below the link's address is followed."""
    yield from ()
    target = _redirect(way.request, response)
    if target is None:
        return False
    if way.redirects == REDIRECTS:
        raise RedirectedElsewhere(
            f"{way.facts.link.name!r} redirected {REDIRECTS + 1} times in a row.",
            remedy="Set the link's application URL to the address that answers.",
            link=way.facts.link.name,
            direction="outgoing",
        )
    way.redirects += 1
    way.request = _followed(way.request, target, way.facts.link)
    return True


def _corrects(way: _Call, response: Response) -> Flow[bool]:
    """A complaint about our clock is learnt once; nothing was done over there, so anything may be repeated."""
    if way.corrected or not way.again:
        return False
    way.corrected = yield from clocks.corrected(way.problem(response), way.facts.link.id)
    return way.corrected


def _takes_another_key(way: _Call, response: Response) -> Flow[bool]:
    """Where our key is refused, another one may be known there: since a rotation, each in turn, the current one first.

    Nothing was done over there, so anything may be repeated; but for Trusted Applications, whose products go on as nobody
    and say so beside a success: then only what changes nothing.
    """
    if way.mechanism is None or not way.again or not keys.refused(way.facts.link, response, way.problem(response)):
        return False
    if response.status < REDIRECTED and way.request.method not in SAFE:
        return False
    if way.other_keys is None:
        way.other_keys = yield from keys.others(way.facts)
    if not way.other_keys:
        return False
    way.facts = replace(way.facts, key=way.other_keys.pop(0))
    return True


def _renews(way: _Call, response: Response) -> Flow[bool]:
    """A token whose time is over, by the far side's clock, is renewed once before anybody is asked."""
    token, problem = way.facts.token, way.problem(response)
    if token is None or problem is None or problem.name != "token_expired" or way.renewed or not way.again:
        return False
    moment: Moment = yield Now()
    if not token.renewable(moment.now):
        return False
    way.renewed = True
    way.facts = replace(way.facts, token=replace(token, expires_at=0))
    return True


def _waits(way: _Call, response: Response) -> Flow[bool]:
    """Whether the call is repeated after a while: only if that changes nothing, and the far side said when."""
    if response.status not in answer.THROTTLED or way.request.method not in IDEMPOTENT or not way.again:
        return False
    moment: Moment = yield Now()
    seconds = answer.retry_after(response, moment.now)
    if seconds is None or way.waited + seconds > PATIENCE or len(way.sent) > REDIRECTS:
        return False
    way.waited += seconds
    yield Wait(seconds)
    return True


def _redirect(request: Request, response: Response) -> str | None:
    location = response.header("location")
    if location is None or response.status not in REDIRECTIONS:
        return None
    try:
        return urljoin(request.url, location)
    except ValueError:  # no address at all, so certainly none below the link's own
        return location


def _followed(request: Request, target: str, link: Link) -> Request:
    """The request for the new address; credentials and bodies go nowhere but below the link's own (security.md T-38)."""
    below = target.isascii() and target.startswith(f"{address.base_of(link)}/")
    if request.method not in SAFE or _has_body(request) or not below:
        raise RedirectedElsewhere(
            f"{link.name!r} redirected {request.line()} to {target.partition('?')[0][:200]!r}, which was not followed.",
            remedy="A login page, another host or another scheme cannot take signed calls: exempt the path there, "
            "or set the link's application URL to the address that answers.",
            link=link.name,
            direction="outgoing",
        )
    address.check(link, target)
    return Request(request.method, target, request.headers, request.body)


def _has_body(request: Request) -> bool:
    return request.header("content-length") not in {None, "0"} or request.header("transfer-encoding") is not None


def _record(way: _Call, acting: Acts | None, outcome: str) -> WriteDown:
    return WriteDown(
        Entry(
            kind=CALL,
            outcome=outcome,
            subject=acting.user.name if acting else None,
            actor=acting.actor.name if acting else None,
            reason=acting.reason if acting else None,
            link=way.facts.link.name,
            mechanism=way.mechanism.NAME if way.mechanism else ladder.ANONYMOUS,
            request=way.request.line(),
            status=way.status,
            explanation=way.sent[-1].explanation if way.sent else None,
        )
    )
