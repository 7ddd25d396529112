"""The keys by which applications know each other, exchanged while calls go on.

Rules of this file:
- A new key of ours becomes the current one, and every link that signs goes on with the key that it had: in one transaction.
- A link changes to the new key once the other application has accepted it: told by us, or found out by a call.
- A key is announced by the one that is current, and never by the one before: whoever stole that may not bring his own.
- A key that follows another by announcement leaves that one valid for a while; making a link again, or trusting it anew,
  replaces the key at once, since whoever does so may have a reason not to trust the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from applinks.audit import AuditTrail, Entry, WriteDown, Written
from applinks.errors import BadProof, ConfigurationError, NoProof
from applinks.links.changes import SaveLink, alter, existing
from applinks.links.identity import KEY_BITS
from applinks.links.model import Level, Link
from applinks.links.registry import LinkById, Links
from applinks.questions import Flow, Moment, Now, Question
from applinks.wire import mending
from applinks.wire.keys import PrivateKey, PublicKey

DAY = 24 * 3600
OVERLAP = 3 * DAY
"""Seconds for which a key is accepted beside the one that follows it: a weekend, so that nobody must mend one on Sunday."""
LONGEST_OVERLAP = 90 * DAY


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair of ours; `made_at` is in seconds since the epoch."""

    id: str
    made_at: float
    key: PrivateKey

    @property
    def fingerprint(self) -> str:
        """Of its public half."""
        return self.key.public.fingerprint


@dataclass(frozen=True, slots=True)
class OurKeys(Question):
    """All our key pairs as a tuple of `SigningKey`: the current one, then those before it, the newest first."""


@dataclass(frozen=True, slots=True)
class FreshKey(Question):
    """A `PrivateKey` that nobody ever had. Slow: a twentieth of a second or more."""


@dataclass(frozen=True, slots=True)
class RotateKey(Question):
    """Make this the current key. The answer is its `SigningKey`.

    Atomic: each link that signs with the key that was current until now is noted to go on with that one.
    """

    key: PrivateKey


@dataclass(frozen=True, slots=True)
class RetireKeys(Question):
    """Delete the keys that no link signs with and that are not current. The answer is a tuple of their ids.

    A link whose outgoing side is disabled signs with none: it will do so with the current one.
    """


class Told(StrEnum):
    """What came of telling another application about us."""

    TOLD = "told"
    REFUSED = "refused"
    BY_HAND = "by hand"
    """It knows no such announcement: an administrator there has to enter it."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """Which key of ours a link signs with. `told` is what came of the last announcement of the current key, None if there
    was none; `why` says more, where it failed.
    """

    link: str
    fingerprint: str
    current: bool
    told: Told | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class OlderKey:
    """A key before the current one, and the names of the links that still sign with it; none: it can be retired."""

    fingerprint: str
    made_at: float
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Our current key (`made_at` in seconds since the epoch), those before it, and each link that signs with one."""

    fingerprint: str
    made_at: float
    links: tuple[LinkKey, ...]
    older: tuple[OlderKey, ...]


def signs(link: Link) -> bool:
    """Whether what we send over this link is signed with a key of ours, or would be if it were not disabled."""
    outgoing = link.outgoing
    if outgoing.level is Level.BASIC or not link.application_url:
        return False
    return outgoing.level is Level.TRUSTED or not outgoing.signature_method.shares_a_secret


def key_of(link: Link, keys: tuple[SigningKey, ...]) -> SigningKey:
    """The one that a link signs with: the one that is noted, else the current one."""
    return next((key for key in keys if key.id == link.outgoing.key_id), keys[0])


# ---- our own key


def rotate(*, by: str) -> Flow[SigningKey]:
    """A new key pair, which is told to whoever asks from now on; links go on with the one that they had."""
    fresh: PrivateKey = yield FreshKey()
    made: SigningKey = yield RotateKey(fresh)
    yield WriteDown(Entry(kind="key rotated", outcome=made.fingerprint, actor=by, subject=by))
    return made


def our_public_keys() -> Flow[dict[str, str]]:
    """The public halves of our keys by their ids, the current one first."""
    keys: tuple[SigningKey, ...] = yield OurKeys()
    return {key.id: key.key.public.text for key in keys}


def status() -> Flow[KeyStatus]:
    """How far the change to the current key has come."""
    keys: tuple[SigningKey, ...] = yield OurKeys()
    everyone: tuple[Link, ...] = yield Links()
    signing = sorted(filter(signs, everyone), key=lambda link: link.name)
    found = []
    for link in signing:
        found.append((yield from _status_of(link, keys)))  # noqa: PERF401 a comprehension cannot ask
    older = tuple(
        OlderKey(key.fingerprint, key.made_at, tuple(link.name for link in signing if _uses(link, key, keys)))
        for key in keys[1:]
    )
    return KeyStatus(keys[0].fingerprint, keys[0].made_at, tuple(found), older)


def _uses(link: Link, key: SigningKey, keys: tuple[SigningKey, ...]) -> bool:
    return link.outgoing.level is not Level.DISABLED and key_of(link, keys) is key


def _status_of(link: Link, keys: tuple[SigningKey, ...]) -> Flow[LinkKey]:
    key, current = key_of(link, keys), keys[0]
    records: tuple[Written, ...] = yield AuditTrail(1, link=link.name, kind="key announced")
    told, why = None, None
    if len(keys) > 1 and records and records[0].time >= current.made_at:
        word, _, reason = records[0].entry.outcome.partition(": ")
        told, why = Told(word), reason or None
    return LinkKey(link.name, key.fingerprint, key is current, told, why)


def use_new_key(link: Link, *, by: str) -> Flow[Link]:
    """Sign with the current key from now on: it was entered over there.

    Should that be wrong, the next call finds it out and goes on with the key that is accepted.
    """
    if not signs(link):
        raise ConfigurationError(
            f"The link {link.name!r} is not signed with a key of ours.",
            remedy="Keys concern links by OAuth with an RSA method, or by Trusted Applications.",
            link=link.name,
        )
    keys: tuple[SigningKey, ...] = yield OurKeys()

    def make(stored: Link | None) -> Link:
        return _signing_with(existing(stored), keys[0], keys)

    return (yield from alter(link.id, make, by=by, kind="key switched"))


def remember_key(link: Link, key: PrivateKey) -> Flow[None]:
    """The other application has accepted this key of ours: sign with it from now on.

    Where somebody else has changed the link meanwhile, nothing is noted: the next call finds it out again.
    """
    keys: tuple[SigningKey, ...] = yield OurKeys()
    accepted = next((ours for ours in keys if ours.key.public == key.public), None)
    stored: Link | None = yield LinkById(link.id)
    if accepted is None or stored is None or stored.outgoing.key_id != link.outgoing.key_id:
        return
    wanted = _signing_with(stored, accepted, keys)
    if wanted == stored or (yield SaveLink(wanted, instead_of=stored)) is None:
        return
    yield WriteDown(Entry(kind="key switched", outcome=f"accepted: {accepted.fingerprint}", link=stored.name))


def _signing_with(link: Link, key: SigningKey, keys: tuple[SigningKey, ...]) -> Link:
    return replace(link, outgoing=replace(link.outgoing, key_id=None if key is keys[0] else key.id))


def retire(*, by: str) -> Flow[tuple[str, ...]]:
    """Delete the keys that no link signs with any more; their fingerprints."""
    keys: tuple[SigningKey, ...] = yield OurKeys()
    gone: tuple[str, ...] = yield RetireKeys()
    retired = tuple(key.fingerprint for key in keys if key.id in gone)
    for fingerprint in retired:
        yield WriteDown(Entry(kind="key retired", outcome=fingerprint, actor=by, subject=by))
    return retired


# ---- the key of another application


def change_public_key(link: Link, key: str, *, overlap: float = OVERLAP, by: str) -> Flow[Link]:
    """Know the other application by another public key from now on; the old one is accepted for so many seconds more.

    Say 0 where the old one is not to be trusted any more. Raises `ConfigurationError`.
    """
    fresh = PublicKey.read(key)
    if not link.incoming.public_key:
        raise ConfigurationError(
            f"The link {link.name!r} knows the other application by no public key.",
            remedy="Register it as a consumer with one: `applinks link register`.",
            link=link.name,
        )
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise ConfigurationError(
            f"Two keys cannot be accepted for {overlap:g} seconds.", remedy=f"Say 0 to {LONGEST_OVERLAP // DAY} days."
        )
    moment: Moment = yield Now()
    until = int(moment.now + overlap) if overlap else None
    return (yield from alter(link.id, lambda stored: _known_by(existing(stored), fresh, until), by=by, kind="key changed"))


def accept_new_key(link: Link, key: str, proof: str, receiver: str, *, overlap: float = OVERLAP) -> Flow[Link]:
    """The other application, proven by the key that we know, has another one from now on; it must prove to have that, too.

    `receiver` is our own address, for which the proof must have been made. Said again, it changes nothing and prolongs nothing.
    Raises `NotAdmitted`.
    """
    if not link.incoming.public_key or not link.incoming.consumer_key:
        raise NoProof("The link knows the other application by no public key.", problem="parameter_rejected", link=link.name)
    old, fresh = PublicKey.read(link.incoming.public_key), _announced(key, link)
    if fresh == old:
        return link
    if fresh.bits < min(old.bits, KEY_BITS):
        raise NoProof(f"The key has only {fresh.bits} bits.", problem="parameter_rejected", link=link.name)
    if not mending.holds(mending.of_new_key(link.incoming.consumer_key, receiver, old, fresh), proof, fresh):
        raise _unproven(link)
    moment: Moment = yield Now()

    def make(stored: Link | None) -> Link:
        if stored is None or stored.incoming.public_key != link.incoming.public_key:  # somebody else was faster
            raise _unproven(link)
        return _known_by(stored, fresh, int(moment.now + overlap))

    return (yield from alter(link.id, make, by=None, kind="key accepted"))


def _announced(key: str, link: Link) -> PublicKey:
    try:
        return PublicKey.read(key)
    except ConfigurationError as unusable:
        raise NoProof(unusable.message, problem="parameter_rejected", link=link.name) from unusable


def _unproven(link: Link) -> BadProof:
    message = "That the application has the new key was not proven to this application."
    return BadProof(message, problem="signature_invalid", link=link.name)


def _known_by(link: Link, key: PublicKey, until: int | None) -> Link:
    if link.incoming.public_key and PublicKey.read(link.incoming.public_key) == key:
        return link
    return replace(link, incoming=link.incoming.with_key(key.text, until))
