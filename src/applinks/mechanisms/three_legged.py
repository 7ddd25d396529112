"""3LO: three-legged OAuth 1.0a, as the person who has agreed to it in "the dance" (protocol.md 1.7).

The request is signed and carries the access token that the person's consent has brought. Over there it is their own account
that acts, whatever its name; and they can take the consent back at any time, from the next request on.
"""

from __future__ import annotations

from dataclasses import replace

from applinks.errors import FarSideError, NotAdmitted, TheirFault, TimedOut
from applinks.links import (
    OAUTH_LEVELS,
    AccessToken,
    Facts,
    FactsFor,
    Grant,
    GrantOfToken,
    KeepToken,
    Link,
    TakeTurn,
    digest_of,
    endpoints_of,
)
from applinks.mechanisms.mechanism import Candidate, Objection, Presented, Proof
from applinks.mechanisms.signature import claim_in, contradiction, examine, named_users, sign, token_unknown
from applinks.mechanisms.signature import refusal as refusal
from applinks.mechanisms.signature import refuse as refuse
from applinks.mechanisms.signature import sender as sender
from applinks.people import Person
from applinks.questions import Ask, Flow, Moment, Now, Wait
from applinks.wire import tokens
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response

NAME = "3LO"
KIND = AuthenticationKind.THREE_LEGGED
SHARES_ITS_HEADER = False
SPEAKS_FOR_OTHERS = False

EARLY = 60
"""Seconds before its end at which a token is renewed, so that it does not end on the way."""
LEASE = 30
"""Seconds for which one process renews a token and the others wait for it."""
LOOKS, PAUSE = 10, 0.5


def objection(facts: Facts, user: str) -> Objection | None:
    """The person must have agreed, which the road can ask them to do."""
    outgoing = facts.link.outgoing
    if outgoing.level not in OAUTH_LEVELS:
        return Objection(f"the outgoing level of the link is {outgoing.level}")
    return None if facts.token is not None else Objection(f"{user!r} has not allowed it", consent=True)


def incoming_objection(link: Link) -> str | None:
    """Any OAuth level will do."""
    return None if link.incoming.level in OAUTH_LEVELS else f"the incoming level of the link is {link.incoming.level}"


def person_objection(person: Person, link: Link, method: str, path: str) -> str | None:  # noqa: ARG001 they agreed themselves
    """Nobody but a disabled person; the policy is about those who were not asked."""
    return None if person.active else "the person is disabled"


def witness(facts: Facts, user: str) -> None:
    """The two applications need not share their users: the name over there may be another one."""


# ---- sending


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:
    """Sign with the person's access token, renewed if its time is over."""
    token = yield from _present_token(facts, user)
    proof = yield from sign(request, facts, token=token.token, token_secret=token.secret)
    return replace(proof, token=token.token)


def _present_token(facts: Facts, user: str) -> Flow[AccessToken]:
    token = facts.token
    assert token is not None, "objection() comes first"  # noqa: S101
    moment: Moment = yield Now()
    if token.holds(moment.now + EARLY) or not token.renewable(moment.now):
        return token
    renewed = yield from _renewed_meanwhile(token, user)
    if renewed is not None:
        return renewed
    key = facts.key.public.fingerprint  # who was refused for one key of ours takes another turn with the next
    mine: bool = yield TakeTurn(f"renew {token.link_id} {user} {digest_of(token.token)} {key}", int(moment.now) + LEASE)
    if mine:
        return (yield from _renewed(facts, token, moment.now))
    return (yield from _renewed_by_another(facts, token, user))


def _renewed(facts: Facts, token: AccessToken, now: float) -> Flow[AccessToken]:
    """Exchange the token for a new one, by its session handle; the new one is kept before it is used.

    Where that fails for a while, the old one is used while it holds, and then the error is theirs: the consent is not lost.
    """
    request = Request("POST", endpoints_of(facts.link).access_token, (("accept", "*/*"),))
    extra = (("oauth_session_handle", token.session_handle or ""),)
    proof = yield from sign(request, facts, token=token.token, token_secret=token.secret, extra=extra)
    try:
        response: Response = yield Ask(proof.request)
    except TheirFault:
        if token.holds(now):
            return token
        raise
    if response.status == 200:
        fresh = access_token(tokens.read_access_token(response), token.link_id, token.user, now)
        yield KeepToken(fresh)
        return fresh
    if refusal(response) is None and not token.holds(now):
        raise FarSideError(
            f"{facts.link.name!r} answered {response.status} when the consent of {token.user!r} was to be renewed.",
            status=response.status,
            remedy="Try again in a while; the consent is kept.",
            link=facts.link.name,
            direction="outgoing",
        )
    return token  # what is wrong with it, the far side says on the call itself


def _renewed_meanwhile(token: AccessToken, user: str) -> Flow[AccessToken | None]:
    now: Facts | None = yield FactsFor(token.link_id, user)
    return now.token if now is not None and now.token is not None and now.token.token != token.token else None


def _renewed_by_another(facts: Facts, token: AccessToken, user: str) -> Flow[AccessToken]:
    for _ in range(LOOKS):
        yield Wait(PAUSE)
        renewed = yield from _renewed_meanwhile(token, user)
        if renewed is not None:
            return renewed
    moment: Moment = yield Now()
    if token.holds(moment.now):
        return token
    raise TimedOut(
        f"Somebody else renews the consent of {user!r} in {facts.link.name!r}, and has not done it in time.",
        remedy=f"Try again in {LEASE} seconds; the consent is kept.",
        link=facts.link.name,
        direction="outgoing",
    )


def access_token(said: tokens.TokenCredentials, link_id: str, user: str, now: float) -> AccessToken:
    """What the far side gave us, with its lifetimes as times."""
    return AccessToken(
        link_id=link_id,
        user=user,
        token=said.token,
        secret=said.secret,
        made_at=int(now),
        session_handle=said.session_handle,
        expires_at=None if said.expires_in is None else int(now) + said.expires_in,
        ends_at=None if said.authorization_expires_in is None else int(now) + said.authorization_expires_in,
    )


# ---- receiving


def recognise(presented: Presented) -> bool:
    """An OAuth 1.0a request with a token."""
    return presented.oauth is not None and presented.oauth.token != ""


def accept(presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:
    """The signature first; only then whether the token was given out, to this application, and holds."""
    claim = claim_in(presented)
    grant: Grant | None = yield GrantOfToken(digest_of(claim.token))
    checks, refused = yield from examine(claim, link, now, token_secret=grant.secret if grant else None)
    named = named_users(claim.parameters)
    refused = refused or (contradiction("The request has a token, and names a user besides.", *named) if named else None)
    objection = _token_objection(grant, link, now)
    user = grant.user if grant else ""
    return Candidate(user, claim.consumer_key, claim.token, claim.timestamp, claim.nonce, checks, refused, objection)


def _token_objection(grant: Grant | None, link: Link | None, now: float) -> NotAdmitted | None:
    """Revoked tokens are as unknown as others (protocol.md 1.6), and so are those of another application (T-17)."""
    if grant is None or link is None or grant.link_id != link.id:
        return token_unknown()
    if now >= grant.expires_at:
        return NotAdmitted("The token has expired.", problem="token_expired")
    return None
