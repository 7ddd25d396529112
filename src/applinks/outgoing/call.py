"""The road of one call: who acts, what the link is now, which mechanism, sent, answered, written down."""

from __future__ import annotations

from urllib.parse import urljoin

from applinks.audit import CALL, Entry, WriteDown
from applinks.errors import AppLinksError, LinkNotFound, RedirectedElsewhere
from applinks.links import Facts, FactsFor, Link
from applinks.mechanisms import Mechanism, Proof
from applinks.outgoing import address, answer, ladder
from applinks.people import Acting
from applinks.questions import Flow
from applinks.wire.messages import Request, Response

REDIRECTS = 3
"""At most so many redirects are followed, each signed anew (security.md S-23)."""
REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def call(request: Request, link_id: str, acting: Acting | None, demanded: str | None) -> Flow[Response]:
    """Send one request over a link as whoever acts; `acting` is None for an anonymous call.

    Yields questions and, for each attempt on the wire, the proven `Request`; returns the last `Response`. From the choice
    of a mechanism on, whatever happens is written down once; what is refused before leaves no record.
    """
    facts = yield from facts_of(link_id)
    address.check(facts.link, request.url)
    user = acting.user.name if acting is not None else None
    mechanism = ladder.choose(facts.link, user, demanded) if user is not None else None
    sent: list[Proof] = []
    try:
        response = yield from _send(request, facts, mechanism, user, sent)
        problem = answer.refusal_in(response)
        if user is not None and problem is None:
            answer.check_witness(response, facts.link, user)
    except AppLinksError as failure:
        yield _record(request, facts.link, acting, mechanism, sent, failure.code, None)
        raise
    outcome = problem.name if problem else "answered"
    yield _record(request, facts.link, acting, mechanism, sent, outcome, response.status)
    return response


def facts_of(link_id: str) -> Flow[Facts]:
    """A link as it is now, and who we are towards it; `LinkNotFound` if it is gone."""
    facts: Facts | None = yield FactsFor(link_id)
    if facts is None:
        raise LinkNotFound(f"The link {link_id!r} was deleted.", remedy="Look it up again.")
    return facts


def _send(request: Request, facts: Facts, mechanism: Mechanism | None, user: str | None, sent: list[Proof]) -> Flow[Response]:
    """Prove and send; a redirect that stays below the link's address is followed, with a proof of its own."""
    for _ in range(REDIRECTS + 1):
        proof = (yield from mechanism.prove(request, facts, user)) if mechanism and user is not None else Proof(request, "")
        sent.append(proof)
        response: Response = yield proof.request
        target = _redirect(request, response)
        if target is None:
            return response
        request = _followed(request, target, facts.link)
    raise RedirectedElsewhere(
        f"{facts.link.name!r} redirected {REDIRECTS + 1} times in a row.",
        remedy="Set the link's application URL to the address that answers.",
        link=facts.link.name,
        direction="outgoing",
    )


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


def _record(
    request: Request,
    link: Link,
    acting: Acting | None,
    mechanism: Mechanism | None,
    sent: list[Proof],
    outcome: str,
    status: int | None,
) -> WriteDown:
    return WriteDown(
        Entry(
            kind=CALL,
            outcome=outcome,
            subject=acting.user.name if acting else None,
            actor=acting.actor.name if acting else None,
            reason=acting.reason if acting else None,
            link=link.name,
            mechanism=mechanism.NAME if mechanism else ladder.ANONYMOUS,
            request=request.line(),
            status=status,
            explanation=sent[-1].explanation if sent else None,
        )
    )
