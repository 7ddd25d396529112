"""A person decides about an application's wish to act for them, and takes back what they allowed (protocol.md 1.7, R-45).

Rules of this file:
- Only the callback that came in the signed request is ever used; nothing in a form or an address can change it (T-42).
- A wish is decided once, by whoever is signed in; the verifier binds what comes next to that decision (T-15, T-16).
- What is taken back is refused from the next request on, on every node.
"""

from __future__ import annotations

from dataclasses import dataclass

from applinks.audit import Entry, WriteDown
from applinks.errors import AdministratorNeeded, DanceOver, LinkNotFound
from applinks.links import (
    OAUTH_LEVELS,
    Decide,
    Decision,
    Grant,
    GrantsGiven,
    Link,
    LinkById,
    RequestToken,
    RequestTokenOf,
    RevokeGrant,
    digest_of,
)
from applinks.mechanisms import THREE_LEGGED
from applinks.people import Person
from applinks.questions import Flow, FreshSecrets, Moment, Now
from applinks.wire import tokens

VERIFIER_LENGTH = 22
"""Letters, of 6 bits each: short enough to be copied by hand, too many to be guessed (T-18)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An application asks to act for whoever is looking."""

    token: RequestToken
    link: Link


@dataclass(frozen=True, slots=True)
class Decided:
    """What comes next: the address that leads back to the application, or the verifier to be shown where it has none."""

    link: Link
    allowed: bool
    address: str | None
    verifier: str


def asked(token: str) -> Flow[Asked]:
    """Who asks by this request token. Raises `DanceOver` if it is unknown, decided or too old, or its link is gone."""
    found: RequestToken | None = yield RequestTokenOf(digest_of(token))
    moment: Moment = yield Now()
    link: Link | None = (yield LinkById(found.link_id)) if found else None
    if found is None or link is None or link.incoming.level not in OAUTH_LEVELS:
        raise _over("unknown", "This request is unknown.")
    if found.decision is not Decision.NONE:
        raise _over("used", "This request has been decided already.")
    if moment.now > found.until:
        raise _over("expired", "This request is too old.")
    return Asked(found, link)


def decide(token: str, person: Person, *, allow: bool) -> Flow[Decided]:
    """Allow it or not, as that person."""
    wish = yield from asked(token)
    (secret,) = yield FreshSecrets(1)
    verifier = secret[:VERIFIER_LENGTH] if allow else tokens.DENIED
    decision = Decision.ALLOWED if allow else Decision.DENIED
    if not (yield Decide(wish.token.digest, decision, person.name, digest_of(verifier))):
        raise _over("used", "This request has been decided already.")
    yield _entry("consent", wish.link, person.name, person.name, decision)
    callback = wish.token.callback
    address = tokens.return_address(callback, token, verifier) if callback else None
    return Decided(wish.link, allow, address, verifier)


@dataclass(frozen=True, slots=True)
class Given:
    """A grant, and the link of the application that it was given to."""

    grant: Grant
    link: Link


def given(user: str | None = None, link_id: str | None = None) -> Flow[tuple[Given, ...]]:
    """What one person, or everybody, has allowed to one application, or to all."""
    grants: tuple[Grant, ...] = yield GrantsGiven(user, link_id)
    found: list[Given] = []
    for grant in grants:
        link: Link | None = yield LinkById(grant.link_id)
        if link is not None:
            found.append(Given(grant, link))
    return tuple(found)


def revoke(grant_id: str, by: str, *, administrator: bool) -> Flow[Given]:
    """Take a grant back: one's own, or as an administrator anybody's."""
    revoked: Grant | None = yield RevokeGrant(grant_id, None if administrator else by)
    if revoked is None:
        raise AdministratorNeeded("There is no such grant of yours.", remedy="It may have been taken back already.")
    link: Link | None = yield LinkById(revoked.link_id)
    if link is None:
        raise LinkNotFound("The link of that grant is gone, and the grant with it.")
    yield _entry("grant revoked", link, revoked.user, by)
    return Given(revoked, link)


def _entry(kind: str, link: Link, user: str, by: str, outcome: str = "done") -> WriteDown:
    return WriteDown(Entry(kind, outcome, subject=user, actor=by, link=link.name, mechanism=THREE_LEGGED))


def _over(state: str, why: str) -> DanceOver:
    return DanceOver(why, state=state, remedy="Go back to the application that sent you here and begin again.")
