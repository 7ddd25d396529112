"""2LOi: two-legged OAuth 1.0a with impersonation (protocol.md 1.8).

The request is signed with the application's own key, `oauth_token` is present and empty, and the user whose rights are to apply
travels as an ordinary parameter, `user_id` or `xoauth_requestor_id`, signed like all others. Nobody clicks anything.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from applinks.errors import BadProof, ConfigurationError, NoProof, NotAdmitted
from applinks.links import IMPERSONATION_PARAMETERS, USER_ID, Facts, Level, Link, RememberParameter, who_am_i
from applinks.mechanisms.mechanism import WINDOW, Candidate, Presented, Proof
from applinks.questions import Ask, Flow, Moment, Now
from applinks.wire import oauth1
from applinks.wire.encoding import parse_form
from applinks.wire.keys import PublicKey
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Pairs, Request, Response

NAME = "2LOi"
KIND = AuthenticationKind.TWO_LEGGED_IMPERSONATING

NOBODYS_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArRMDT96WO0MCKS4D3VE+J5LDvcde/xnLAzpvbPREwnOzSNrVNwFBQ3q6"
    "Vf0PnoomdXjvXSnl0z/0WBuoL8YcWAuS0q3AacIMD95pP4qhsDrV9e0eacdFEG1UPSlLNFn5OQ5iZ89DimUYIpFnuvdJJnyxEGCx"
    "bYGx+YzUCJb4GA5jrcAVvpjLUJyoffMueBPxqnHZePUKo3jKkqUyPzbFCpkqa0vehSpQmsZZkHfpuydo2yD3tOlPRgWFnSHSEbv6"
    "0kN7UVKG7nuN+UbXeHY2VBeJe/0yZb3udRo7moxo7R2olTBLpjpqo0n3d2MLbRndvtjTZBKnyqf+3FeA3G44qwIDAQAB"
)
"""The public half of a key whose private half was thrown away: what an unknown sender's signature is verified against, so that
known and unknown senders cost the same (security.md T-07)."""


def objection(link: Link, user: str) -> str | None:  # noqa: ARG001 other mechanisms need the user
    """Both ends must have said that they share their users."""
    if link.outgoing.level is not Level.OAUTH_IMPERSONATION:
        return f"the outgoing level of the link is {link.outgoing.level}, not {Level.OAUTH_IMPERSONATION}"
    if link.same_users is not None and not link.same_users.answer:
        return f"the two applications do not share their users ({link.same_users.said_by} said so)"
    return None


def incoming_objection(link: Link) -> str | None:
    """We must have said that we share our users with them."""
    level = link.incoming.level
    return None if level is Level.OAUTH_IMPERSONATION else f"the incoming level of the link is {level}"


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:
    """Add the user under the name that the other application understands, then sign with our key."""
    parameter = facts.link.outgoing.impersonation_parameter or (yield from _learn_parameter(facts, user))
    return (yield from _signed(request, parameter, facts, user))


def _signed(request: Request, parameter: str, facts: Facts, user: str) -> Flow[Proof]:
    carried = _with_user(request, parameter, user)
    method = facts.link.outgoing.signature_method
    credentials = oauth1.Credentials(facts.identity.consumer_key, facts.key, method, token="")
    moment: Moment = yield Now()
    signed = oauth1.sign(carried, credentials, timestamp=int(moment.now), nonce=moment.nonce)
    return Proof(signed.request, signed.base_string)


def _learn_parameter(facts: Facts, user: str) -> Flow[str]:
    """Ask who we are under each name in turn; the one that is answered with the user's name is remembered for good.

    Where neither is, the commoner one is used and nothing is remembered: the road still checks whom the answer names.
    """
    link = facts.link
    question = who_am_i(link.type)
    address = f"{link.application_url.rstrip('/')}/{question.path}"
    for parameter in IMPERSONATION_PARAMETERS:
        proof = yield from _signed(Request("GET", address, (("accept", "application/json"),)), parameter, facts, user)
        response: Response = yield Ask(proof.request)
        if response.status == HTTPStatus.OK and question.read(response.body).casefold() == user.casefold():
            yield RememberParameter(link.id, parameter)
            return parameter
    return USER_ID


def recognise(presented: Presented) -> bool:
    """An OAuth 1.0a request with an empty token that names a user."""
    claim = presented.oauth
    return claim is not None and claim.token == "" and bool(_named_users(claim.parameters))


def sender(presented: Presented) -> str:
    """The consumer key."""
    return _claim(presented).consumer_key


def accept(presented: Presented, link: Link | None, now: float) -> Candidate:
    """Time, method and signature; all three are always looked at, the first that fails is what the sender is told."""
    claim = _claim(presented)
    in_time = _time_objection(claim, now)
    incoming = link.incoming if link is not None and link.incoming.level is not Level.DISABLED else None
    known = incoming is not None and incoming.public_key is not None
    holds, trouble = _verified(claim, incoming.public_key if incoming and incoming.public_key else NOBODYS_KEY)
    pinned = incoming is not None and claim.method is incoming.signature_method
    checks = (
        ("time", str(in_time) if in_time else "ok"),
        ("sender", "ok" if known else "unknown, or the link is disabled"),
        ("method", "ok" if pinned else f"{claim.method} is not the one that the link is pinned to"),
        ("signature", "ok" if holds else trouble or "does not hold"),
    )
    named = _named_users(claim.parameters)
    refusal = in_time or (None if known and pinned and holds else _bad_signature(checks)) or _user_objection(named)
    return Candidate(named[0][1], claim.consumer_key, claim.token, claim.timestamp, claim.nonce, checks, refusal)


def _verified(claim: oauth1.Claim, public_key: str) -> tuple[bool, str | None]:
    """Whether the signature holds; and what keeps us from saying so, where a stored key or this platform is unusable."""
    try:
        return oauth1.verify(claim, PublicKey.read(public_key)), None
    except ConfigurationError as unusable:
        return False, str(unusable)


def _claim(presented: Presented) -> oauth1.Claim:
    assert presented.oauth is not None, "recognise() comes first"  # noqa: S101
    return presented.oauth


def _with_user(request: Request, parameter: str, user: str) -> Request:
    address, _, query = request.url.partition("?")
    try:
        given = (*parse_form(query), *parse_form(request.body.decode() if request.is_form() else ""))
    except ValueError as wrong:
        raise ConfigurationError(
            f"The query or the form cannot be signed: {wrong}.", remedy="Send text as UTF-8, percent-encoded."
        ) from None
    named = _named_users(given)
    if named == ((parameter, user),):  # a redirect that brings our own parameter back
        return request
    if named:
        raise ConfigurationError(
            "The request has a parameter of its own named user_id or xoauth_requestor_id.",
            remedy="Over this link that parameter names the impersonated user; pass the value another way.",
        )
    joint = "&" if query else ""
    return Request(request.method, f"{address}?{query}{joint}{parameter}={quote(user, safe='')}", request.headers, request.body)


def _named_users(parameters: Pairs) -> Pairs:
    return tuple(pair for pair in parameters if pair[0] in IMPERSONATION_PARAMETERS)


def _time_objection(claim: oauth1.Claim, now: float) -> NotAdmitted | None:
    try:
        oauth1.check_window(claim.timestamp, now, past=WINDOW, future=WINDOW)
    except NotAdmitted as outside:
        return outside
    return None


def _bad_signature(checks: tuple[tuple[str, str], ...]) -> BadProof:
    """One answer for an unknown sender, a disabled link, another method and a wrong key: strangers learn nothing from it."""
    failed = "; ".join(f"{name}: {outcome}" for name, outcome in checks if outcome != "ok")
    return BadProof(f"The proof does not hold ({failed}).", problem="signature_invalid")


def _user_objection(named: Pairs) -> NoProof | None:
    """Both names may be there, if they agree; one name twice, or two users, is a contradiction."""
    names = [name for name, _ in named]
    users = {user for _, user in named}
    if len(users) == 1 and len(set(names)) == len(names) and "" not in users:
        return None
    rejected = "&".join(f"{quote(name, safe='')}={quote(user, safe='')}" for name, user in named)
    return NoProof(
        "The request names no user, one twice, or two.",
        problem="parameter_rejected",
        companions=(("oauth_parameters_rejected", rejected),),
    )
