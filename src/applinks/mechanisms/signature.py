"""What the three OAuth 1.0a mechanisms share: the proof itself (protocol.md 1.2 to 1.6).

Rules of this part: known and unknown senders cost the same work and get the same answer; the key decides which methods fit,
never the sender; all checks are made, the first that fails is what the sender is told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from applinks.audit import quoted
from applinks.errors import BadProof, ConfigurationError, MethodForbidden, NoProof, NotAdmitted
from applinks.links import (
    IMPERSONATION_PARAMETERS,
    ClockSkew,
    Facts,
    Incoming,
    Level,
    Link,
    LinkOfConsumer,
    SecretOf,
    SecretUse,
)
from applinks.mechanisms.mechanism import WINDOW, Checks, Presented, Proof
from applinks.questions import Flow, Moment, Now
from applinks.wire import oauth1, problems
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.oauth1 import SharedSecret

if TYPE_CHECKING:
    from applinks.wire.problems import Problem

NOBODYS_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArRMDT96WO0MCKS4D3VE+J5LDvcde/xnLAzpvbPREwnOzSNrVNwFBQ3q6"
    "Vf0PnoomdXjvXSnl0z/0WBuoL8YcWAuS0q3AacIMD95pP4qhsDrV9e0eacdFEG1UPSlLNFn5OQ5iZ89DimUYIpFnuvdJJnyxEGCx"
    "bYGx+YzUCJb4GA5jrcAVvpjLUJyoffMueBPxqnHZePUKo3jKkqUyPzbFCpkqa0vehSpQmsZZkHfpuydo2yD3tOlPRgWFnSHSEbv6"
    "0kN7UVKG7nuN+UbXeHY2VBeJe/0yZb3udRo7moxo7R2olTBLpjpqo0n3d2MLbRndvtjTZBKnyqf+3FeA3G44qwIDAQAB"
)
"""The public half of a key whose private half was thrown away: what an unknown sender's signature is verified against, so that
known and unknown senders cost the same (security.md T-07)."""
NOBODYS_SECRET = "applinks: no consumer has this secret"  # noqa: S105
"""The same for HMAC."""

_shared_secret = lru_cache(maxsize=1024)(SharedSecret)


# ---- sending


def sign(request: Request, facts: Facts, *, token: str | None = "", token_secret: str = "", extra: Pairs = ()) -> Flow[Proof]:
    """Sign with our key, or with the secret that we share with the other application."""
    method = facts.link.outgoing.signature_method
    credentials = oauth1.Credentials(facts.consumer_key, signing_key(facts, token_secret), method, token=token)
    moment: Moment = yield Now()
    skew: float = yield ClockSkew(facts.link.id)
    signed = oauth1.sign(request, credentials, timestamp=int(moment.now - skew), nonce=moment.nonce, extra=extra)
    return Proof(signed.request, signed.base_string)


def signing_key(facts: Facts, token_secret: str = "") -> PrivateKey | SharedSecret:
    """The key for the link's signature method."""
    if not facts.link.outgoing.signature_method.shares_a_secret:
        return facts.key
    if not facts.secret:
        raise ConfigurationError(
            f"The link {facts.link.name!r} signs with a secret, and none is set for {facts.link.origin}.",
            remedy=f"Enter it: `applinks link secret {quoted(facts.link.name)} --outgoing`.",
            link=facts.link.name,
        )
    return _shared_secret(facts.secret, token_secret)


def refusal(response: Response) -> Problem | None:
    """The OAuth problem that the answer names, if it refuses the request by one."""
    return problems.refusal_in(response)


# ---- receiving


def claim_in(presented: Presented) -> oauth1.Claim:
    """The OAuth half of what was presented."""
    assert presented.oauth is not None, "recognise() comes first"  # noqa: S101
    return presented.oauth


def sender(presented: Presented) -> LinkOfConsumer:
    """The link of the consumer key."""
    return LinkOfConsumer(claim_in(presented).consumer_key)


def refuse(realm: str, refusal: NotAdmitted) -> Response:
    """The OAuth problem, in header and body."""
    return problems.refusal(realm, refusal.problem, refusal.companions)


def examine(
    claim: oauth1.Claim, link: Link | None, now: float, *, token_secret: str | None = ""
) -> Flow[tuple[Checks, NotAdmitted | None]]:
    """Time, sender, method and signature; and the refusal, if one of them fails.

    `token_secret` is None where the claim has a token that is not known here (any more). Nobody could verify an HMAC then, so
    the token is what the sender is told about: else a revoked one would look like a wrong secret (protocol.md 1.6).
    """
    in_time = _time_objection(claim, now)
    incoming = link.incoming if link is not None and link.incoming.level is not Level.DISABLED else None
    pinned = incoming is not None and claim.method is incoming.signature_method
    key = (yield from _shared_key(link, token_secret or "")) if claim.method.shares_a_secret else _public_key(incoming)
    known = incoming is not None and key is not None
    previous = None if claim.method.shares_a_secret or incoming is None else incoming.previous_key_at(now)
    try:
        holds, trouble = _verified(claim, key)
        holds = holds or _verified_by_previous(claim, previous)
    except MethodForbidden as forbidden:
        return (("method", str(forbidden)),), NoProof(forbidden.message, problem="signature_method_rejected")
    checks = (
        ("time", str(in_time) if in_time else "ok"),
        ("sender", "ok" if known else "unknown, or the link is disabled"),
        ("method", "ok" if pinned else f"{claim.method} is not the one that the link is pinned to"),
        ("signature", "ok" if holds else trouble or "does not hold"),
    )
    if known and pinned and holds:
        return checks, in_time
    unverifiable = claim.method.shares_a_secret and token_secret is None
    return checks, in_time or (token_unknown() if unverifiable else _bad_signature(checks))


def token_unknown() -> NotAdmitted:
    """One answer for all tokens that are not this sender's: revoked, never given out, another application's (T-17)."""
    return NotAdmitted("The token is unknown, revoked, or another application's.", problem="token_rejected")


def named_users(parameters: Pairs) -> Pairs:
    """The parameters that name a user to be impersonated."""
    return tuple(pair for pair in parameters if pair[0] in IMPERSONATION_PARAMETERS)


def contradiction(why: str, *offending: tuple[str, str]) -> NoProof:
    """Parameters that cannot stand together, told as the products tell it."""
    rejected = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in offending)
    return NoProof(why, problem="parameter_rejected", companions=(("oauth_parameters_rejected", rejected),))


def _public_key(incoming: Incoming | None) -> Callable[[], PublicKey] | None:
    text = incoming.public_key if incoming is not None else None
    return None if text is None else lambda: PublicKey.read(text)


def _shared_key(link: Link | None, token_secret: str) -> Flow[Callable[[], SharedSecret] | None]:
    enabled = link is not None and link.incoming.level is not Level.DISABLED
    secret: str | None = yield SecretOf(link.id if link and enabled else "", SecretUse.INCOMING_OAUTH, "")
    return (lambda: _shared_secret(secret, token_secret)) if secret else None


def _verified(claim: oauth1.Claim, key: Callable[[], PublicKey | SharedSecret] | None) -> tuple[bool, str | None]:
    """Whether the signature holds; and what keeps us from saying so, where a stored key is unusable."""
    try:
        if key is None:
            nobody = _shared_secret(NOBODYS_SECRET, "") if claim.method.shares_a_secret else PublicKey.read(NOBODYS_KEY)
            return oauth1.verify(claim, nobody), None
        return oauth1.verify(claim, key()), None
    except MethodForbidden:
        raise
    except ConfigurationError as unusable:
        return False, str(unusable)


def _verified_by_previous(claim: oauth1.Claim, previous: str | None) -> bool:
    """Whether the signature was made with the key before the present one, while that is accepted.

    What does not hold by the first key is verified a second time for everybody, whether there is such a key or not, so that a
    stranger learns nothing from how long it takes (T-07). A sender whose key is the previous one waits a little longer than
    one whose key is the present one; but he knows which one he has.
    """
    if claim.method.shares_a_secret:
        return False
    return oauth1.verify(claim, PublicKey.read(previous or NOBODYS_KEY)) and previous is not None


def _time_objection(claim: oauth1.Claim, now: float) -> NotAdmitted | None:
    try:
        oauth1.check_window(claim.timestamp, now, past=WINDOW, future=WINDOW)
    except NotAdmitted as outside:
        return outside
    return None


def _bad_signature(checks: Checks) -> BadProof:
    """One answer for an unknown sender, a disabled link, another method and a wrong key: strangers learn nothing from it."""
    failed = "; ".join(f"{name}: {outcome}" for name, outcome in checks if outcome != "ok")
    return BadProof(f"The proof does not hold ({failed}).", problem="signature_invalid")
