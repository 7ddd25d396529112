"""All that one call needs to know of a link, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.links.identity import Identity
from applinks.links.model import Link
from applinks.links.tokens import AccessToken
from applinks.people import Verdict
from applinks.questions import Question
from applinks.wire.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class Facts:
    """A link as it is now, who we are towards it, and what we hold for the person who acts.

    `secret` is the one that goes with the link's outgoing level: a shared secret, or the password of a link by Basic.
    `verdict` is what the last comparison found about the person, where the link asks for it.
    """

    link: Link
    identity: Identity
    key: PrivateKey
    token: AccessToken | None = None
    secret: str | None = field(default=None, repr=False)
    verdict: Verdict | None = None

    @property
    def consumer_key(self) -> str:
        """The key under which the other application knows us."""
        return self.link.outgoing.consumer_key or self.identity.consumer_key

    def unshared(self, user: str) -> str | None:
        """Why that person must not be impersonated over this link; None if nothing speaks against it."""
        return self.link.unshared(user, self.verdict)


@dataclass(frozen=True, slots=True)
class FactsFor(Question):
    """The `Facts` of the link of that id, for calls as that user; None if the link is gone."""

    link_id: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class ClockSkew(Question):
    """By how many seconds our clock is ahead of the far side's, as far as this process has learnt; 0 unless it complained."""

    link_id: str


@dataclass(frozen=True, slots=True)
class LearnSkew(Question):
    """Note by how many seconds our clock is ahead of the far side's. The answer is None."""

    link_id: str
    seconds: float
