"""The dance, on the calling side: a person is led to the other application, agrees there, and comes back with a token.

Rules of this file:
- The address that starts it is made for one person and one link; a stamp says so. Opened by anybody else it does nothing.
- What came back is believed only for the dance that it names, from the person and the browser that began it, once (T-15, T-44).
- The token is kept before anything uses it, and then announced.
- Without `oauth_callback_confirmed` there is no dance: the far side would let anybody finish it (T-14).
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlencode

from applinks.announcements import Announce, ConsentEnded, ConsentGiven
from applinks.audit import Entry, WriteDown
from applinks.errors import CredentialsRefused, CredentialsRequired, DanceOfAnother, DanceOver, LinkNotFound, MechanismMissing
from applinks.links import (
    COME_BACK_PATH,
    OAUTH_LEVELS,
    Dance,
    DanceOf,
    EndDance,
    Facts,
    FactsFor,
    ForgetToken,
    Identity,
    IsOurStamp,
    KeepDance,
    KeepToken,
    Link,
    Stamp,
    endpoints_of,
)
from applinks.mechanisms import THREE_LEGGED, access_token
from applinks.outgoing import answer, ourselves
from applinks.questions import Flow, Moment, Now
from applinks.wire import tokens
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.paths import is_local_path
from applinks.wire.problems import refusal_in

START_PATH = "plugins/servlet/applinks/oauth/login-dance/authorize"
END_PATH = COME_BACK_PATH
_AGAIN = "Repeat what you did; if it asks for your consent again, follow the new address."
LIFE = 600
"""Seconds from the start of a dance to its end; the far side gives its request token as many (protocol.md 1.7)."""


def consent_needed(identity: Identity, link: Link, user: str, why: str) -> Flow[CredentialsRequired]:
    """The error that asks this person to agree first, with the address where they can."""
    made_for = yield Stamp(_made_for(link.id, user))
    query = urlencode({"applicationLinkID": link.id, "for": made_for})
    return CredentialsRequired(
        f"{user!r} has to allow this application to act for them in {link.name!r} ({why}).",
        user=user,
        authorization_url=f"{identity.url}/{START_PATH}?{query}",
        remedy="Send that person to the address in `authorization_url`; the same call works afterwards.",
        link_id=link.id,
        link=link.name,
        direction="outgoing",
    )


def start(link_id: str, user: str, made_for: str, return_to: str, *, browser: str) -> Flow[str]:
    """Begin the dance of this person: the address on the far side to which they are to be sent.

    `browser` is a secret that only their browser keeps: it must come back with it.

    Raises `DanceOfAnother`, `LinkNotFound`, `MechanismMissing`, `TrustSuspended`, and what a call to the far side raises.
    """
    if not (yield IsOurStamp(_made_for(link_id, user), made_for)):
        raise DanceOfAnother(
            "This address was made for another person.", remedy="Ask for one of your own: repeat what you did."
        )
    facts = yield from _facts(link_id, user)
    moment: Moment = yield Now()
    state = moment.nonce
    callback = f"{facts.identity.url}/{END_PATH}?{urlencode({'applicationLinkID': link_id, 'state': state})}"
    there = endpoints_of(facts.link)
    response = yield from _post(there.request_token, facts, token=None, extra=(("oauth_callback", callback),))
    temporary = tokens.read_request_token(response)
    until = int(moment.now) + LIFE
    yield KeepDance(Dance(_named(state, browser), link_id, user, temporary.token, temporary.secret, local(return_to), until))
    joint = "&" if "?" in there.authorize else "?"
    return f"{there.authorize}{joint}{urlencode({'oauth_token': temporary.token})}"


@dataclass(frozen=True, slots=True)
class Ended:
    """The dance is over and the consent kept."""

    link: Link
    return_to: str


def end(state: str, user: str, token: str, verifier: str, *, browser: str) -> Flow[Ended]:
    """The person has come back: exchange what they bring for a token of theirs, keep it, and tell everybody.

    Raises `DanceOver`, `DanceOfAnother`, `CredentialsRefused`, `MechanismMissing`, `TrustSuspended`, and what a call to the far
    side raises.
    """
    name = _named(state, browser)
    begun: Dance | None = yield DanceOf(name)
    moment: Moment = yield Now()
    if begun is None or not compare_digest(begun.token.encode(), token.encode()):
        raise DanceOver("This step was done already, or never began.", state="unknown", remedy=_AGAIN)
    if moment.now > begun.until:
        raise DanceOver("This step took too long.", state="expired", remedy=_AGAIN)
    if begun.user != user:
        raise DanceOfAnother("Somebody else began this.", remedy="Sign in as the person who did, or repeat it as yourself.")
    if not (yield EndDance(name)):
        raise DanceOver("This step was done already.", state="used", remedy=_AGAIN)
    facts = yield from _facts(begun.link_id, user)
    if verifier in {"", tokens.DENIED}:
        yield _entry("consent refused", facts.link, user)
        raise CredentialsRefused(
            f"{user!r} did not allow it in {facts.link.name!r}.", return_to=begun.return_to, link=facts.link.name
        )
    response = yield from _post(
        endpoints_of(facts.link).access_token,
        facts,
        token=begun.token,
        token_secret=begun.secret,
        extra=(("oauth_verifier", verifier),),
    )
    yield KeepToken(access_token(tokens.read_access_token(response), facts.link.id, user, moment.now))
    yield _entry("consent given", facts.link, user)
    yield Announce(ConsentGiven(facts.link.id, facts.link.name, user))
    return Ended(facts.link, begun.return_to)


def forget(link: Link, user: str, token: str | None = None, *, why: str, by: str | None = None) -> Flow[bool]:
    """Drop the consent that we hold for a person; if `token` is given, only if it is that one.

    `by` is the administrator who says so, if it is not the person.
    """
    forgotten: bool = yield ForgetToken(link.id, user, token)
    if forgotten:
        yield _entry(why, link, user, by)
        yield Announce(ConsentEnded(link.id, link.name, user))
    return forgotten


def local(path: str) -> str:
    """A path of our own to go on to, or "/": nothing that could lead a browser elsewhere (security.md T-42, C-75)."""
    return path if is_local_path(path) else "/"


def _named(state: str, browser: str) -> str:
    """By what a dance is found again: what the address says is not enough, since somebody else may have begun it."""
    return f"{state} {browser}"


def _made_for(link_id: str, user: str) -> str:
    return f"dance {len(link_id)}:{link_id} {user}"


def _facts(link_id: str, user: str) -> Flow[Facts]:
    facts: Facts | None = yield FactsFor(link_id, user)
    if facts is None:
        raise LinkNotFound("There is no such link any more.", remedy="Ask an administrator to make it again.")
    facts.identity.check_trust(facts.link.name)
    if facts.link.outgoing.level not in OAUTH_LEVELS:  # the address that starts a dance outlives the level
        raise MechanismMissing(
            f"The outgoing level of the link {facts.link.name!r} is {facts.link.outgoing.level}: nobody is asked for consent.",
            remedy="Set it to oauth or oauth_impersonation: `applinks link change`.",
            link=facts.link.name,
            direction="outgoing",
        )
    return facts


def _post(url: str, facts: Facts, *, token: str | None, token_secret: str = "", extra: Pairs = ()) -> Flow[Response]:
    request = Request("POST", url, (("accept", "*/*"),))
    response = yield from ourselves.ask(request, facts, token=token, token_secret=token_secret, extra=extra)
    if response.status == 200:
        return response
    moment: Moment = yield Now()
    raise answer.error(facts.link, request.line(), response, None, problem=refusal_in(response), now=moment.now)


def _entry(kind: str, link: Link, user: str, by: str | None = None) -> WriteDown:
    return WriteDown(Entry(kind=kind, outcome="done", subject=user, actor=by or user, link=link.name, mechanism=THREE_LEGGED))
