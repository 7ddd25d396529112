"""Makes both ends of a reciprocal link in one operation (R-06, R-07).

Rules of this file:
- Each side reads the other's manifest and consumer info by itself, at the address that is going to be the application URL, and
  believes nothing else. The key's fingerprint travels in the proposal too: a key swapped on the way does not fit it.
- The far end is written first, ours last. If we die in between, no call can use the half that is there; saying the same again
  makes the link whole. Both halves replace keys and levels and keep name, policy and primary flag.
- The administrator's answer whether the users are the same decides the level on both ends, and is written down on both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from applinks.audit import as_word, printable, quoted
from applinks.errors import LinkExists, MalformedAnswer, PairingRefused, TheirFault
from applinks.links import changes
from applinks.links.agreement import Agreement
from applinks.links.changes import SIGNATURE_METHODS
from applinks.links.identity import OurKey, trusted_identity
from applinks.links.model import IMPERSONATION_PARAMETERS, Level, Link, Outgoing, SameUsers
from applinks.links.registry import LinkById, LinkByName
from applinks.links.whereabouts import check_address
from applinks.questions import Ask, Flow, Moment, Now
from applinks.wire import basic, consumer_info, manifest
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Pairs, Request, Response, members
from applinks.wire.oauth1 import SignatureMethod

AGREEMENT_HEADER = "x-applinks-agreement"
PAIRING_PATH = "rest/applinks-pairing/1.0/pair"
MANIFEST_PATH = "rest/applinks/1.0/manifest"
CONSUMER_INFO_PATH = "plugins/servlet/oauth/consumer-info"
_READING = (("accept", "application/xml, application/json;q=0.9"),)
PAIRING_HEADER, PAIRING_VERSION = "x-applinks-pairing", "1.0"
"""Comes with our manifest and says that an application can be paired. In no document, so no other reader has to ignore it."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator of the other application, as they sign in there. Used for this one operation and never kept."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one side asks the other to record: who proposes, by which key, and what the administrator said."""

    id: str
    url: str
    consumer_key: str
    fingerprint: str
    same_users: bool
    methods: tuple[str, ...]

    def to_json(self) -> bytes:
        """As it travels."""
        names = ("id", "url", "consumer_key", "fingerprint", "same_users", "methods")
        return json.dumps({name: getattr(self, name) for name in names}).encode()

    @classmethod
    def from_json(cls, body: bytes) -> Proposal:
        """Read a proposal; `PairingRefused` names the member that is missing or wrong."""
        data = members(body)
        texts = {name: _text(data, name) for name in ("id", "url", "consumer_key", "fingerprint")}
        methods = data.get("methods")
        if not isinstance(data.get("same_users"), bool) or not isinstance(methods, list):
            raise PairingRefused("The proposal lacks 'same_users' (true or false) or 'methods' (a list).")
        return cls(**texts, same_users=data["same_users"], methods=tuple(str(method) for method in methods[:20]))


def create(
    url: str, administrator: Administrator | Agreement, *, same_users: bool, by: str, name: str | None = None
) -> Flow[Link]:
    """Link this application and the one at `url`, both ways, in one operation.

    `administrator` signs in there, or has agreed there in their browser; `by` names the administrator here. Saying the same
    again repairs or renews the link.
    Raises `PairingRefused`, `LinkExists`, `TrustSuspended`, `TransportFailed`, `MalformedAnswer`; our end is then as it was.
    """
    base = url.rstrip("/")
    them = yield from other_at(base, name)
    answer = yield from _propose(base, administrator, (yield from propose(same_users=same_users)))
    if answer.get("fingerprint") != them.key.fingerprint:
        raise PairingRefused(
            f"The key at {base} is not the one that {them.name!r} says it has.",
            remedy="Somebody may have changed it on the way: use https, and say the same again.",
        )
    return (yield from _record(them, same_users, by, _method(str(answer.get("method"))), name))


def create_ours(url: str, *, same_users: bool, by: str, name: str | None = None) -> Flow[Link]:
    """Make our end only, where nobody is at hand who administers the other side too; they make theirs in the same way.

    Until both have, no call gets through.
    """
    them = yield from other_at(url.rstrip("/"), name)
    return (yield from _record(them, same_users, by, SIGNATURE_METHODS[0], name))


def other_at(base: str, name: str | None = None) -> Flow[Other]:
    """The application at that address, if a link to it could be made, under that name or its own; writes nothing."""
    us = yield from trusted_identity()
    yield from check_address(base, "The address")
    them = yield from _read_other(base)
    if them.id == us.id:
        raise PairingRefused("That is this application itself.", remedy="Give the address of another one.")
    yield from _check_free(them, name)
    return them


def propose(*, same_users: bool) -> Flow[Proposal]:
    """What we ask the other side to record."""
    us = yield from trusted_identity()
    key: PrivateKey = yield OurKey()
    return Proposal(us.id, us.url, us.consumer_key, key.public.fingerprint, same_users, SIGNATURE_METHODS)


def accept(proposal: Proposal, *, by: str) -> Flow[dict[str, Any]]:
    """The far half: verify who proposes, record our end, and tell them what we recorded.

    Raises `TrustSuspended`, too: a new link would trust us under an identity that may be another's.
    """
    us = yield from trusted_identity()
    key: PrivateKey = yield OurKey()
    them = yield from proposer_of(proposal)
    known = _known_methods(proposal)
    link = yield from _record(them, proposal.same_users, by, known[0], None)
    return {"id": us.id, "name": us.name, "link": link.name, "fingerprint": key.public.fingerprint, "method": known[0]}


def proposer_of(proposal: Proposal) -> Flow[Other]:
    """Who proposes, as it describes itself at its own address, if we could record it; writes nothing."""
    us = yield from trusted_identity()
    base = proposal.url.rstrip("/")
    yield from check_address(base, "The proposer's address")
    if proposal.id == us.id:
        raise PairingRefused("An application cannot be linked with itself.")
    them = yield from _read_proposer(base)
    yield from _check_free(them, None)
    if (them.id, them.consumer_key, them.key.fingerprint) != (proposal.id, proposal.consumer_key, proposal.fingerprint):
        raise PairingRefused(f"What {base} says of itself is not what the proposal says.", remedy="Say the same again.")
    _known_methods(proposal)
    return them


def _known_methods(proposal: Proposal) -> list[SignatureMethod]:
    known = [method for method in SIGNATURE_METHODS if method in proposal.methods]
    if not known:
        raise PairingRefused(
            "There is no signature method that both sides know.", remedy=f"We know: {', '.join(SIGNATURE_METHODS)}."
        )
    return known


@dataclass(frozen=True, slots=True)
class Other:
    """The other application, as it describes itself at its own address."""

    id: str
    name: str
    type: str
    url: str
    consumer_key: str
    key: PublicKey


def document_at(base: str, path: str) -> Request:
    """The request for a document by which an application introduces itself: nothing of ours is in it."""
    return Request("GET", f"{base}/{path}", _READING)


def manifest_at(base: str) -> Flow[manifest.Manifest]:
    """What the application at that address says about itself; it must know that this is its address."""
    said: Response = yield Ask(document_at(base, MANIFEST_PATH))
    about = manifest.read(_found(said, base, "manifest"), said.header("content-type"))
    if about.url.rstrip("/") != base:
        raise PairingRefused(
            f"{about.name!r} believes that its address is {about.url}, not {base}.",
            remedy=f"Use {about.url}, or correct the public address of {about.name!r}: signatures are made for one of them.",
        )
    return about


def _read_other(base: str) -> Flow[Other]:
    """Manifest and consumer info, compared with the address at which they were found."""
    about = yield from manifest_at(base)
    consumer_key, key = yield from consumer_at(base)
    return Other(about.id, about.name, about.type, base, consumer_key, key)


def consumer_at(base: str) -> Flow[tuple[str, PublicKey]]:
    """Its consumer key and its public key, as it publishes them."""
    said: Response = yield Ask(document_at(base, CONSUMER_INFO_PATH))
    consumer = consumer_info.read(_found(said, base, "consumer info"), said.header("content-type"))
    return consumer.key, PublicKey.read(consumer.public_key)


def _read_proposer(base: str) -> Flow[Other]:
    try:
        return (yield from _read_other(base))
    except TheirFault as failure:
        raise PairingRefused(
            f"The proposer could not be read at {base}: {failure.message}",
            remedy="It must be running, and reachable from here under that address.",
        ) from failure


def _found(response: Response, base: str, what: str) -> bytes:
    if response.status != 200:
        raise MalformedAnswer(
            f"{base} answered {response.status} when asked for its {what}.",
            remedy="Is there an application with application links at that address, and is it running?",
        )
    return response.body


def _propose(base: str, administrator: Administrator | Agreement, proposal: Proposal) -> Flow[dict[str, Any]]:
    headers: Pairs = (("content-type", "application/json"), ("accept", "application/json"))
    if isinstance(administrator, Agreement):
        headers = (*headers, (AGREEMENT_HEADER, administrator.text))
    else:
        headers = (*headers, ("authorization", basic.credentials(administrator.name, administrator.password)))
    response: Response = yield Ask(Request("POST", f"{base}/{PAIRING_PATH}", headers, proposal.to_json()))
    answer = members(response.body)
    if response.status == 200:
        return answer
    reason = printable(answer.get("message") or f"status {response.status}")[:500]
    remedy = printable(answer.get("remedy") or "")[:500]
    raise PairingRefused(f"{base} refused: {reason}", remedy=remedy or "Mend that there, and say the same again.")


def _record(them: Other, same_users: bool, by: str, method: SignatureMethod, name: str | None) -> Flow[Link]:
    """Write our end. What an administrator has set on an existing link stays: its name, policy and primary flag."""
    moment: Moment = yield Now()
    level = Level.OAUTH_IMPERSONATION if same_users else Level.OAUTH

    def make(stored: Link | None) -> Link:
        before = stored or Link(them.id, "", them.type, them.url, them.url)
        statement = before.same_users or SameUsers(same_users, by, int(moment.now))
        known = before.incoming.with_key(them.key.text)  # whoever makes a link again may distrust the old key
        incoming = replace(known, level=level, consumer_key=them.consumer_key, signature_method=method)
        return replace(
            before,
            name=_name_for(them, name, stored),
            type=them.type,
            display_url=them.url,
            application_url=them.url,
            outgoing=Outgoing(level, method, IMPERSONATION_PARAMETERS[0], fixed_user=before.outgoing.fixed_user),
            incoming=incoming,
            same_users=statement.said_again(same_users, by, int(moment.now)),
        )

    return (yield from changes.alter(them.id, make, by=by, kind="link made"))


def _name_for(them: Other, given: str | None, stored: Link | None) -> str:
    return given or (stored.name if stored else them.name)


def _check_free(them: Other, name: str | None) -> Flow[None]:
    """Neither the name nor the application's id may lead elsewhere already; said before any password is sent.

    Ids are public: whoever claims that of a linked application, at another address, would take over the link and its policy.
    """
    stored: Link | None = yield LinkById(them.id)
    if stored is not None and stored.application_url != them.url:
        raise LinkExists(
            f"{them.url} says that it is the application to which {stored.name!r} leads, at {stored.application_url}.",
            remedy="If it really has moved there, let the link follow it: "
            f"`applinks link move {quoted(stored.name)} {as_word(them.url)}`.",
            link=stored.name,
        )
    namesake: Link | None = yield LinkByName(_name_for(them, name, stored))
    if namesake is not None and namesake.id != them.id:
        raise changes.name_taken(namesake)


def _method(name: str) -> SignatureMethod:
    if name not in SIGNATURE_METHODS:
        raise PairingRefused(f"The other application chose the signature method {name[:50]!r}, which was not offered.")
    return SignatureMethod(name)


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= 2000:
        raise PairingRefused(f"The proposal's {name!r} is missing or no plain text.")
    return value
