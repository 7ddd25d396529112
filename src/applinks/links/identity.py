"""Who we are towards the others: our identity, and the key pair by which they know us."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa

from applinks.errors import TrustSuspended
from applinks.questions import Flow, Question
from applinks.wire.keys import PrivateKey

KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Suspension:
    """That nothing goes out over any link until somebody confirms: `since` (seconds since the epoch), and what was noticed."""

    since: float
    why: str


@dataclass(frozen=True, slots=True)
class Identity:
    """This application, as the others know it. `url` is its public address, without a slash at the end.

    `place` is where its database lies, as it was noted; None for one in memory, and before it was noted. `suspension` is set
    while outgoing trust is suspended, since this may be a copy (G-06).
    """

    id: str
    name: str
    type: str
    url: str
    consumer_key: str
    place: str | None = None
    suspension: Suspension | None = None

    def check_trust(self, link: str | None = None) -> None:
        """Raise `TrustSuspended` while outgoing trust is; before anything is signed or sent."""
        if self.suspension is not None:
            raise TrustSuspended(
                f"Nothing is sent to other applications: {self.suspension.why}. This may be a copy, with the same identity.",
                remedy="If this is the original, which lies elsewhere now: `applinks identity moved`. If it is a copy: "
                "`applinks identity copied`.",
                link=link,
                direction="outgoing",
            )

    def below(self, address: str) -> str:
        """The raw path of an address of ours, below our own, without its query."""
        return address.partition("?")[0].removeprefix(self.url)


@dataclass(frozen=True, slots=True)
class WhoWeAre(Question):
    """The `Identity` of this application."""


def trusted_identity() -> Flow[Identity]:
    """Who we are, for flows that are about to prove it to others. Raises `TrustSuspended`."""
    us: Identity = yield WhoWeAre()
    us.check_trust()
    return us


@dataclass(frozen=True, slots=True)
class OurKey(Question):
    """The `PrivateKey` that this application signs with; parsed once and kept."""


@dataclass(frozen=True, slots=True)
class Stamp(Question):
    """A digest of this text that only this application, in all its processes, can make: it recognises its own words by it."""

    text: str


@dataclass(frozen=True, slots=True)
class IsOurStamp(Question):
    """Whether this is a stamp that we made for this text; still so after the sealing keys were rotated. True or False."""

    text: str
    stamp: str = field(repr=False)


def new_key() -> PrivateKey:
    """A fresh RSA key pair."""
    return PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS))
