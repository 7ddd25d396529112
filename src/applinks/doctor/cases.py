"""A request that was refused, and all that is known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from applinks.doctor.comparing import BaseString
from applinks.doctor.differing_proof import Keys
from applinks.doctor.signed_text import SignedText, Surroundings, proof_of, read_leniently
from applinks.errors import ConfigurationError, NotAdmitted
from applinks.incoming import Refusal
from applinks.links import (
    Grant,
    GrantOfToken,
    GrantsGiven,
    Identity,
    Link,
    LinkOfConsumer,
    Links,
    RequestToken,
    RequestTokenOf,
    SecretOf,
    SecretUse,
    WhoWeAre,
    digest_of,
)
from applinks.mechanisms import Mechanism
from applinks.questions import Flow, Moment, Now
from applinks.wire import oauth1
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Request
from applinks.wire.oauth1 import SignatureMethod

MOST_LINKS = 1000
MOST_GRANTS = 20
DANCE = "/plugins/servlet/oauth/"


@dataclass(slots=True)
class Case:
    """A request, and what is known about it."""

    request: Request
    identity: Identity
    proof: Mapping[str, str]
    text: SignedText
    around: Surroundings
    now: float
    at: float | None
    told: Refusal | None
    mechanisms: Sequence[Mechanism]
    claim: oauth1.Claim | None = None
    unread: NotAdmitted | None = None
    link: Link | None = None
    grant: Grant | None = None
    tried: int = 0
    checks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def consumer_key(self) -> str:
        """The one that the request names."""
        return self.proof.get("oauth_consumer_key", "")

    @property
    def ours(self) -> BaseString:
        """What we verify against, from the same reading as in admission wherever that could read it."""
        ours = BaseString.of(self.text)
        return replace(ours, text=self.claim.base_string) if self.claim else ours

    @property
    def asks_for_a_token(self) -> bool:
        """Whether it goes to where tokens are given out: there an application proves only itself."""
        return DANCE in self.request.line()


def case_of(request: Request, at: float | None, told: Refusal | None, mechanisms: Sequence[Mechanism]) -> Flow[Case]:
    """What is known before anything is judged."""
    identity: Identity = yield WhoWeAre()
    moment: Moment = yield Now()
    declared = urlsplit(identity.url)
    around = Surroundings(request, identity.url, declared.path.rstrip("/"))
    proof = proof_of(request)
    case = Case(request, identity, proof, read_leniently(request), around, moment.now, at, told, mechanisms)
    try:
        case.claim = oauth1.read(request, token_needed=not request.line().endswith(f"{DANCE}request-token"))
    except NotAdmitted as unread:
        case.unread = unread
    case.link = yield LinkOfConsumer(case.consumer_key)
    return case


def keys_of(case: Case, method: SignatureMethod) -> Flow[Keys]:
    """All that the signature may have been made with."""
    link = case.link
    assert link is not None, "found before"  # noqa: S101
    secret: str | None = yield SecretOf(link.id, SecretUse.INCOMING_OAUTH, "")
    token = case.proof.get("oauth_token", "")
    case.grant = (yield GrantOfToken(digest_of(token))) if token else None
    wish: RequestToken | None = (yield RequestTokenOf(digest_of(token))) if token and case.grant is None else None
    given: tuple[Grant, ...] = (yield GrantsGiven(None, link.id)) if method.shares_a_secret else ()
    links: tuple[Link, ...] = yield Links(None, MOST_LINKS)
    others = [_key(other.incoming.public_key) for other in links if other.id != link.id]
    mine = case.grant or wish
    return Keys(
        method,
        case.consumer_key,
        _key(link.incoming.public_key),
        secret,
        mine.secret if mine else "",
        _key(link.incoming.previous_key),
        tuple(key for key in others if key is not None),
        tuple(grant.secret for grant in given[:MOST_GRANTS]),
    )


def _key(text: str | None) -> PublicKey | None:
    try:
        return None if text is None else PublicKey.read(text)
    except ConfigurationError:
        return None
