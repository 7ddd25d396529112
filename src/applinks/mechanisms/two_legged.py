"""2LO: two-legged OAuth 1.0a, as the one user whom the called side has fixed for the link (protocol.md 1.8).

The request is signed, `oauth_token` is present and empty, and nobody is named. The fixed user is never an administrator: that
is checked when it is set, and again for each request (R-13).
"""

from __future__ import annotations

from applinks.links import OAUTH_LEVELS, Facts, Link
from applinks.mechanisms.mechanism import Candidate, Objection, Presented, Proof
from applinks.mechanisms.signature import claim_in, examine, named_users, sign
from applinks.mechanisms.signature import refusal as refusal
from applinks.mechanisms.signature import refuse as refuse
from applinks.mechanisms.signature import sender as sender
from applinks.people import Person
from applinks.questions import Flow
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request

NAME = "2LO"
KIND = AuthenticationKind.TWO_LEGGED
SHARES_ITS_HEADER = False
SPEAKS_FOR_OTHERS = False


def objection(facts: Facts, user: str) -> Objection | None:  # noqa: ARG001 other mechanisms need the user
    """Only where the link says that this is wanted: it is not the person who will be acting over there."""
    outgoing = facts.link.outgoing
    if outgoing.level not in OAUTH_LEVELS:
        return Objection(f"the outgoing level of the link is {outgoing.level}")
    return None if outgoing.fixed_user else Objection("the link does not let calls go as its fixed user")


def incoming_objection(link: Link) -> str | None:
    """Somebody must have been fixed."""
    if link.incoming.level not in OAUTH_LEVELS:
        return f"the incoming level of the link is {link.incoming.level}"
    return None if link.incoming.execute_as else "the link has no fixed user"


def person_objection(person: Person, link: Link, method: str, path: str) -> str | None:
    """Never a disabled person, never an administrator (security.md T-20); and only what the link's policy allows to be done."""
    return link.incoming.policy.fixed_user_objection(person, method, path)


def witness(facts: Facts, user: str) -> None:
    """Who it is over there is for the far side to say; but somebody it must be."""


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:  # noqa: ARG001 nobody is named
    """Sign with an empty token."""
    return (yield from sign(request, facts))


def recognise(presented: Presented) -> bool:
    """An OAuth 1.0a request with an empty token that names nobody."""
    claim = presented.oauth
    return claim is not None and claim.token == "" and not named_users(claim.parameters)


def accept(presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:
    """The signature, and whom the link has fixed."""
    claim = claim_in(presented)
    checks, refused = yield from examine(claim, link, now)
    fixed = (link.incoming.execute_as if link else None) or ""
    return Candidate(fixed, claim.consumer_key, claim.token, claim.timestamp, claim.nonce, checks, refused)
