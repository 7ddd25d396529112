"""`/plugins/servlet/oauth/access-token`: a person's consent becomes a token, or a token is renewed (protocol.md 1.7)."""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest

from applinks.audit import Entry, WriteDown
from applinks.errors import NoProof, NotAdmitted
from applinks.incoming.endpoints.consumer import absent, claim_of, misuse, proven, said
from applinks.incoming.endpoints.visit import Visit
from applinks.links import (
    CountWrongVerifier,
    Decision,
    Grant,
    GrantOfToken,
    Link,
    RenewGrant,
    RequestToken,
    RequestTokenOf,
    SpendRequestToken,
    digest_of,
)
from applinks.mechanisms import THREE_LEGGED
from applinks.questions import Flow, FreshSecrets, Moment, Now
from applinks.wire import tokens
from applinks.wire.messages import Response
from applinks.wire.oauth1 import Claim

PATHS = ("/plugins/servlet/oauth/access-token",)
TOKEN_LIFE = 5 * 365 * 24 * 3600
SESSION_LIFE = TOKEN_LIFE + 30 * 24 * 3600
"""Seconds, as the products have them (protocol.md 1.7)."""


def serve(visit: Visit) -> Flow[Response]:
    """200 with an access token in `text/plain`, or an OAuth problem."""
    if (refused := misuse(visit)) is not None:
        return refused
    claim = claim_of(visit, token_needed=True)
    if not claim.token:
        raise NoProof("The token is empty.", problem="parameter_absent", companions=(absent("oauth_token"),))
    handle = said(claim, "oauth_session_handle")
    return (yield from (_swapped(claim) if handle is None else _renewed(claim, handle)))


# ---- a request token for an access token


def _swapped(claim: Claim) -> Flow[Response]:
    asked: RequestToken | None = yield RequestTokenOf(digest_of(claim.token))
    link = yield from proven(claim, asked.secret if asked else None)
    moment: Moment = yield Now()
    asked = yield from _allowed(asked, link, said(claim, "oauth_verifier"), moment.now)
    (grant_id,) = yield FreshSecrets(1)
    grant, credentials = yield from _fresh(Grant(grant_id[:22], link.id, asked.user or "", "", "", "", int(moment.now), 0, 0))
    if not (yield SpendRequestToken(asked.digest, grant)):
        raise _rejected("The request token was exchanged already.")
    yield WriteDown(Entry("grant given", "done", subject=grant.user, actor=grant.user, link=link.name, mechanism=THREE_LEGGED))
    return tokens.access_token_reply(credentials)


def _allowed(asked: RequestToken | None, link: Link, verifier: str | None, now: float) -> Flow[RequestToken]:
    """The request token, if it is this application's, in time, allowed by somebody, and comes with the right verifier."""
    if asked is None or asked.link_id != link.id:
        raise _rejected("The request token is unknown, or another application's.")
    if now > asked.until:
        yield SpendRequestToken(asked.digest)
        raise NotAdmitted("The request token has expired.", problem="token_expired")
    if asked.decision is Decision.NONE:
        raise NotAdmitted("Nobody has decided about the request token yet.", problem="permission_unknown")
    if asked.decision is Decision.DENIED:
        yield SpendRequestToken(asked.digest)
        raise NotAdmitted(f"{asked.user!r} did not allow it.", problem="permission_denied")
    if verifier is None:
        raise NoProof("The verifier is missing.", problem="parameter_absent", companions=(absent("oauth_verifier"),))
    if not compare_digest(digest_of(verifier), asked.verifier or ""):
        yield CountWrongVerifier(asked.digest)
        raise _rejected("The verifier is wrong.")
    return asked


# ---- an access token for a fresh one


def _renewed(claim: Claim, handle: str) -> Flow[Response]:
    """The session keeps its end: who renews for ever still has to ask the person again one day."""
    grant: Grant | None = yield GrantOfToken(digest_of(claim.token))
    link = yield from proven(claim, grant.secret if grant else None)
    moment: Moment = yield Now()
    if grant is None or grant.link_id != link.id or not compare_digest(digest_of(handle), grant.handle):
        raise _rejected("The token or its session handle is unknown.")
    if moment.now >= grant.ends_at:
        raise NotAdmitted("The session has expired: the person has to be asked again.", problem="permission_denied")
    fresh, credentials = yield from _fresh(grant)
    if not (yield RenewGrant(fresh, instead_of=grant.token)):
        raise _rejected("The token was renewed already.")
    yield WriteDown(Entry("grant renewed", "done", subject=grant.user, link=link.name, mechanism=THREE_LEGGED))
    return tokens.access_token_reply(credentials)


def _fresh(grant: Grant) -> Flow[tuple[Grant, tokens.TokenCredentials]]:
    """The grant with a new token, secret and handle; and these in the clear, for the application only."""
    moment: Moment = yield Now()
    token, secret, handle = yield FreshSecrets(3)
    ends_at = grant.ends_at or int(moment.now) + SESSION_LIFE
    expires_at = min(int(moment.now) + TOKEN_LIFE, ends_at)
    fresh = replace(
        grant,
        token=digest_of(token),
        secret=secret,
        handle=digest_of(handle),
        expires_at=expires_at,
        ends_at=ends_at,
    )
    lifetimes = (expires_at - int(moment.now), ends_at - int(moment.now))
    return fresh, tokens.TokenCredentials(token, secret, lifetimes[0], handle, lifetimes[1])


def _rejected(why: str) -> NotAdmitted:
    return NotAdmitted(why, problem="token_rejected")
