"""A link follows the other application to another address, and loses neither grants nor tokens nor policy (R-10).

Rules of this file:
- The other application proves, at the new address, that it has the key by which we know it, and that this is its own address:
  whoever only passes the question on gets a proof for another address than the one that was asked.
- Shared secrets never move: they are kept for the origin that they were entered for, and anywhere else there is none (T-37).
- Where nothing can be proven, as with the products, an administrator says so, and the manifest there must carry the same id.
  What our key signs may go to the new address even then: a signature is made for one address, and a token is of no use
  without it. Tokens of links that sign with a shared secret are dropped: secret and token could be used together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from applinks.announcements import Announce, ConsentEnded
from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError, LinkExists, PairingRefused, TheirFault
from applinks.links.changes import alter, existing
from applinks.links.dialects import id_of
from applinks.links.identity import Identity, WhoWeAre, trusted_identity
from applinks.links.model import Endpoints, Level, Link
from applinks.links.pairing import manifest_at
from applinks.links.registry import LinkById
from applinks.links.secrets import SecretOf, outgoing_use
from applinks.links.signing_keys import OurKeys, SigningKey
from applinks.links.tokens import Consent, ConsentsHeld, ForgetToken
from applinks.links.whereabouts import check_address
from applinks.questions import Ask, Flow, FreshSecrets, Question
from applinks.wire import mending
from applinks.wire.encoding import form
from applinks.wire.keys import PublicKey
from applinks.wire.messages import FORM, Request, Response, members

MOST_PROOFS = 3
"""Of the newest keys: what a stranger can have us sign is bounded."""

_is_challenge = re.compile(r"[A-Za-z0-9_-]{20,100}").fullmatch
_is_id = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch  # it stands in paths


@dataclass(frozen=True, slots=True)
class ChangeLinkId(Question):
    """Give a link another id, with all that belongs to it: secrets, tokens, dances, grants, entities. Atomic.

    The answer is the `Link`, None if there is none; `LinkExists` if another one has that id.
    """

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A link that leads to another address now.

    `before` is the old address; `proven` whether the other application proved itself at the new one; `old_id` the id that the
    link had, if that changed, too. `secret_needed`: the secret by which we prove ourselves must be entered again, since it was
    for the old origin. `dropped` are the people whose consent was dropped.
    """

    link: Link
    before: str
    proven: bool
    old_id: str | None = None
    secret_needed: bool = False
    dropped: tuple[str, ...] = ()


def move(link: Link, url: str, *, unproven: bool = False, by: str | None) -> Flow[Moved]:
    """Let the link lead to the other application's new address; `unproven` says so where it cannot prove that it is the same.

    Raises `PairingRefused`, `LinkExists`, `ConfigurationError`, `TransportFailed`; the link is then as it was.
    """
    base, before = url.rstrip("/"), link.application_url
    if not before:
        raise ConfigurationError(
            f"{link.name!r} only calls us: it has no address.", remedy="Register a provider for it.", link=link.name
        )
    yield from check_address(base, "The new address")
    if base == before:
        return Moved(link, before, proven=False)
    id = yield from _proven_id(base, link)  # noqa: A001
    proven = id is not None
    if id is None:
        id = yield from _said_id(base, link, unproven=unproven)  # noqa: A001
    if id != link.id:
        yield from _check_free(id, link)
    moved = yield from _moved(link, base, by, proven=proven)
    dropped = (yield from _drop_consents(moved, by)) if not proven and _shares_a_secret(moved) else ()
    if id != link.id:
        moved = existing((yield ChangeLinkId(link.id, id)))
        yield WriteDown(Entry("link moved", "done", actor=by, subject=by, link=moved.name, changes=(("id", link.id, id),)))
    secret_needed = yield from _secret_needed(moved)
    return Moved(moved, before, proven, link.id if id != link.id else None, secret_needed, dropped)


def _moved(link: Link, base: str, by: str | None, *, proven: bool) -> Flow[Link]:
    def make(stored: Link | None) -> Link:
        now = existing(stored)
        if proven and now.incoming.public_key != link.incoming.public_key:
            raise PairingRefused("It was proven by a key that does not count any more.", remedy="Say it again.", link=now.name)
        return _at(now, link.application_url, base)

    if proven:
        return (yield from alter(link.id, make, by=by, kind="link moved"))
    return (yield from alter(link.id, make, by=by, kind="link moved unproven"))


def prove(asker: str, challenge: str) -> Flow[dict[str, Any]]:
    """Our half: that we are at our address, for the application of that id, which has made the challenge.

    Raises `PairingRefused`, and `TrustSuspended`: a copy would prove that the original is where the copy lies.

    By each of our keys: the other application may not know the newest one yet.
    """
    us = yield from trusted_identity()
    if not _is_challenge(challenge) or not _is_id(asker):
        raise PairingRefused("The challenge is missing or no plain text.", remedy="Send `for` and `challenge`, as a form.")
    keys: tuple[SigningKey, ...] = yield OurKeys()
    text = mending.of_address(us.id, us.url, asker, challenge)
    return {"id": us.id, "url": us.url, "proofs": [mending.prove(text, key.key) for key in keys[:MOST_PROOFS]]}


def _proven_id(base: str, link: Link) -> Flow[str | None]:
    """The id of whoever has the key that we know, at that address; None if nothing there can prove anything."""
    if not link.incoming.public_key:
        return None
    us: Identity = yield WhoWeAre()
    (challenge,) = yield FreshSecrets(1)
    body = form((("for", us.id), ("challenge", challenge))).encode()
    headers = (("content-type", FORM), ("accept", "application/json"))
    response: Response = yield Ask(Request("POST", f"{base}/{mending.PROOF_PATH}", headers, body))
    said = members(response.body) if response.status == 200 else {}
    proofs = said.get("proofs")
    if not isinstance(proofs, list):
        return None
    if said.get("url") != base:
        raise PairingRefused(
            f"The application at {base} says that its address is {str(said.get('url'))[:200]!a}.",
            remedy="Give that address, or correct the one that it declares: signatures are made for one of them.",
            link=link.name,
        )
    id, known = str(said.get("id")), PublicKey.read(link.incoming.public_key)  # noqa: A001
    text = mending.of_address(id, base, us.id, challenge)
    if not _is_id(id) or not any(mending.holds(text, str(proof), known) for proof in proofs[:MOST_PROOFS]):
        raise PairingRefused(
            f"The application at {base} does not have the key by which we know {link.name!r}: nothing was changed.",
            remedy="Is it another one? If it is the same and has a new key, it must announce that first, or link it anew.",
            link=link.name,
        )
    return id


def _said_id(base: str, link: Link, *, unproven: bool) -> Flow[str]:
    """The id that the link is to have where nothing is proven; the administrator must have said so."""
    if not unproven:
        raise PairingRefused(
            f"The application at {base} cannot prove that it is the one that we know as {link.name!r}: nothing was changed.",
            remedy="If you are sure, say so: tick it, --unproven or move_link(…, unproven=True). Calls are then sent there.",
            link=link.name,
        )
    if link.id == id_of(link.application_url):  # made by hand: its administrator's word is all that there ever was
        return id_of(base)
    try:
        about = yield from manifest_at(base)
    except TheirFault as failure:
        raise PairingRefused(
            f"There is no manifest at {base} that would say what it is: {failure.message}",
            remedy="Give the address at which the application answers.",
            link=link.name,
        ) from failure
    if about.id != link.id:
        raise PairingRefused(
            f"The application at {base}, {about.name!r}, is another one than {link.name!r}: its id is not the same.",
            remedy="Make a link to it, and delete the old one.",
            link=link.name,
        )
    return link.id


def _check_free(id: str, link: Link) -> Flow[None]:  # noqa: A002
    us: Identity = yield WhoWeAre()
    if id == us.id:
        raise PairingRefused(f"{link.name!r} says that it has the id of this very application.", link=link.name)
    other: Link | None = yield LinkById(id)
    if other is not None:
        raise LinkExists(
            f"The application at that address is linked already, as {other.name!r}.",
            remedy=f"Delete one of the links {other.name!r} and {link.name!r}.",
            link=other.name,
        )


def _at(link: Link, old: str, new: str) -> Link:
    """The link with all its addresses below the old one below the new one."""
    if link.application_url != old:
        raise PairingRefused("Somebody else has moved the link meanwhile.", remedy="Look where it leads now.", link=link.name)
    there = link.outgoing.endpoints
    endpoints = there and Endpoints(
        *(_below(part, old, new) for part in (there.request_token, there.authorize, there.access_token))
    )
    callback = link.incoming.callback and _below(link.incoming.callback, old, new)
    return replace(
        link,
        application_url=new,
        display_url=_below(link.display_url, old, new),
        outgoing=replace(link.outgoing, endpoints=endpoints),
        incoming=replace(link.incoming, callback=callback),
    )


def _below(address: str, old: str, new: str) -> str:
    below = address == old or address.startswith((f"{old}/", f"{old}?"))
    return f"{new}{address[len(old) :]}" if below else address


def _shares_a_secret(link: Link) -> bool:
    level, method = link.outgoing.level, link.outgoing.signature_method
    return level is Level.BASIC or (level is not Level.TRUSTED and method.shares_a_secret)


def _secret_needed(link: Link) -> Flow[bool]:
    if link.outgoing.level is Level.DISABLED or not _shares_a_secret(link):
        return False
    return (yield SecretOf(link.id, outgoing_use(link), link.origin)) is None


def _drop_consents(link: Link, by: str | None) -> Flow[tuple[str, ...]]:
    held: tuple[Consent, ...] = yield ConsentsHeld(None, link.id)
    dropped = []
    for consent in held:
        if (yield ForgetToken(link.id, consent.user, None)):
            entry = Entry("consent forgotten", "done", subject=consent.user, actor=by, reason="link moved", link=link.name)
            yield WriteDown(entry)
            yield Announce(ConsentEnded(link.id, link.name, consent.user))
            dropped.append(consent.user)
    return tuple(dropped)
