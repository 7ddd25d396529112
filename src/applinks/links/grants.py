"""What was given on the called side: request tokens on their way, and the grants that people gave (protocol.md 1.7).

Tokens are kept as digests: whoever reads the records cannot use them. Rules are in the flows; what is here is atomic.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from applinks.questions import Question


def digest_of(token: str) -> str:
    """What is kept of a token, a verifier or a session handle."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Decision(StrEnum):
    """What became of a request token."""

    NONE = "undecided"
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class RequestToken:
    """An application's wish to act for somebody who has still to be asked; seconds since the epoch.

    `callback` is None where the verifier is to be shown ("oob"). `user` and `verifier` (its digest) come with the decision.
    """

    digest: str = field(repr=False)
    secret: str = field(repr=False)
    link_id: str
    callback: str | None
    until: int
    decision: Decision = Decision.NONE
    user: str | None = None
    verifier: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """A person allows an application to act for them; seconds since the epoch. `token` and `handle` are digests."""

    id: str
    link_id: str
    user: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    handle: str = field(repr=False)
    made_at: int
    expires_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class KeepRequestToken(Question):
    """Keep a request token; those whose time is over are swept. The answer is None."""

    token: RequestToken


@dataclass(frozen=True, slots=True)
class RequestTokenOf(Question):
    """The `RequestToken` of that digest, whatever its time, or None."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decide(Question):
    """Decide about an undecided request token; `verifier` is a digest. The answer: True for the first decision only."""

    digest: str = field(repr=False)
    decision: Decision
    user: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CountWrongVerifier(Question):
    """Note a wrong verifier; the fifth one burns the request token (security.md T-18). The answer is None."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpendRequestToken(Question):
    """Give up a request token, and keep the grant that takes its place, if there is one.

    The answer: True for one caller only; False where it was gone, and then no grant is kept (security.md T-16).
    """

    digest: str = field(repr=False)
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class GrantOfToken(Question):
    """The `Grant` whose access token has that digest, or None."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenewGrant(Question):
    """Replace token, secret, handle and dates of that grant. The answer: False if its token was not `instead_of`."""

    grant: Grant
    instead_of: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantsGiven(Question):
    """The `Grant`s that were given here and have not ended, as a tuple, the newest first: of one person, link, or all."""

    user: str | None = None
    link_id: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeGrant(Question):
    """End a grant, from the next request on; if `user` is given, only if it is theirs. The answer: the `Grant`, or None."""

    id: str
    user: str | None = None
