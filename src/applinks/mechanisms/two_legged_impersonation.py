"""2LOi: two-legged OAuth 1.0a with impersonation (protocol.md 1.8).

The request is signed with the application's own key, `oauth_token` is present and empty, and the user whose rights are to apply
travels as an ordinary parameter, `user_id` or `xoauth_requestor_id`, signed like all others. Nobody clicks anything.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from applinks.errors import ConfigurationError, NoProof
from applinks.links import IMPERSONATION_PARAMETERS, USER_ID, Facts, Level, Link, RememberParameter, who_am_i
from applinks.mechanisms.mechanism import Candidate, Objection, Presented, Proof
from applinks.mechanisms.signature import claim_in, contradiction, examine, named_users, sign
from applinks.mechanisms.signature import refusal as refusal
from applinks.mechanisms.signature import refuse as refuse
from applinks.mechanisms.signature import sender as sender
from applinks.people import Person
from applinks.questions import Ask, Flow
from applinks.wire.encoding import parse_form
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Pairs, Request, Response

NAME = "2LOi"
KIND = AuthenticationKind.TWO_LEGGED_IMPERSONATING
SHARES_ITS_HEADER = False
SPEAKS_FOR_OTHERS = True


def objection(facts: Facts, user: str) -> Objection | None:
    """Both ends must have said that they share their users, and this person must be one of them."""
    link = facts.link
    if link.outgoing.level is not Level.OAUTH_IMPERSONATION:
        return Objection(f"the outgoing level of the link is {link.outgoing.level}, not {Level.OAUTH_IMPERSONATION}")
    unshared = facts.unshared(user)
    return Objection(unshared) if unshared else None


def incoming_objection(link: Link) -> str | None:
    """We must have said that we share our users with them."""
    level = link.incoming.level
    return None if level is Level.OAUTH_IMPERSONATION else f"the incoming level of the link is {level}"


def person_objection(person: Person, link: Link, method: str, path: str) -> str | None:
    """Whether the link's policy lets this person be impersonated."""
    return link.incoming.policy.objection(person, method, path)


def witness(facts: Facts, user: str) -> str:
    """The person who acts here acts there, by their name there."""
    return facts.link.names.there(user) or user


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:
    """Add the user under the name that the other application understands, then sign with our key."""
    parameter = facts.link.outgoing.impersonation_parameter or (yield from _learn_parameter(facts, user))
    return (yield from sign(_with_user(request, parameter, witness(facts, user)), facts))


def _learn_parameter(facts: Facts, user: str) -> Flow[str]:
    """Ask who we are under each name in turn; the one that is answered with the user's name is remembered for good.

    Where neither is, the commoner one is used and nothing is remembered: the road still checks whom the answer names.
    """
    link = facts.link
    question, there = who_am_i(link.type), witness(facts, user)
    asking = Request("GET", f"{link.application_url.rstrip('/')}/{question.path}", (("accept", "application/json"),))
    for parameter in IMPERSONATION_PARAMETERS:
        proof = yield from sign(_with_user(asking, parameter, there), facts)
        response: Response = yield Ask(proof.request)
        if response.status == HTTPStatus.OK and question.read(response.body).casefold() == there.casefold():
            yield RememberParameter(link.id, parameter)
            return parameter
    return USER_ID


def recognise(presented: Presented) -> bool:
    """An OAuth 1.0a request with an empty token that names a user."""
    claim = presented.oauth
    return claim is not None and claim.token == "" and bool(named_users(claim.parameters))


def accept(presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:
    """The signature, then whether one user is named."""
    claim = claim_in(presented)
    checks, refused = yield from examine(claim, link, now)
    named = named_users(claim.parameters)
    refused = refused or _user_objection(named)
    return Candidate(named[0][1], claim.consumer_key, claim.token, claim.timestamp, claim.nonce, checks, refused)


def _with_user(request: Request, parameter: str, user: str) -> Request:
    address, _, query = request.url.partition("?")
    try:
        given = (*parse_form(query), *parse_form(request.body.decode() if request.is_form() else ""))
    except ValueError as wrong:
        raise ConfigurationError(
            f"The query or the form cannot be signed: {wrong}.", remedy="Send text as UTF-8, percent-encoded."
        ) from None
    named = named_users(given)
    if named == ((parameter, user),):  # a redirect that brings our own parameter back
        return request
    if named:
        raise ConfigurationError(
            "The request has a parameter of its own named user_id or xoauth_requestor_id.",
            remedy="Over this link that parameter names the impersonated user; pass the value another way.",
        )
    joint = "&" if query else ""
    return Request(
        request.method,
        f"{address}?{query}{joint}{parameter}={quote(user, safe='')}",
        request.headers,
        request.body,
    )


def _user_objection(named: Pairs) -> NoProof | None:
    """Both names may be there, if they agree; one name twice, or two users, is a contradiction."""
    names = [name for name, _ in named]
    users = {user for _, user in named}
    if len(users) == 1 and len(set(names)) == len(names) and "" not in users:
        return None
    return contradiction("The request names no user, one twice, or two.", *named)
