"""What a link is: frozen values, with outgoing and incoming apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from applinks.people import REASONS, Names, Policy, Verdict, folded
from applinks.wire.oauth1 import SignatureMethod


class Level(StrEnum):
    """How much one direction of a link allows (protocol.md 1.9). The last two are legacy, and stand for one mechanism each."""

    DISABLED = "disabled"
    OAUTH = "oauth"
    OAUTH_IMPERSONATION = "oauth_impersonation"
    TRUSTED = "trusted"
    BASIC = "basic"


OAUTH_LEVELS = frozenset({Level.OAUTH, Level.OAUTH_IMPERSONATION})


USER_ID = "user_id"
REQUESTOR_ID = "xoauth_requestor_id"
IMPERSONATION_PARAMETERS = (USER_ID, REQUESTOR_ID)
"""The two names by which the impersonated user may travel, the commoner one first (protocol.md 1.8)."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the dance goes on the far side. Relative addresses lie below the link's application URL (protocol.md 1.1)."""

    request_token: str
    authorize: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What we send to the other application.

    `impersonation_parameter` is the name that it was seen to understand, None while nobody has looked. `consumer_key` is the
    one under which it knows us, None where that is our own; `endpoints` None where they are those of its type. `fixed_user`
    says that calls of people who have given no consent may go as the one user whom the far side has set for us; `account` is
    the user name there of a link by Basic. `key_id` is the one of our keys that we sign with, None for the current one.
    """

    level: Level = Level.DISABLED
    signature_method: SignatureMethod = SignatureMethod.RSA_SHA1
    impersonation_parameter: str | None = None
    consumer_key: str | None = None
    endpoints: Endpoints | None = None
    fixed_user: bool = False
    account: str | None = None
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From where, and for what, a trusted application may call (protocol.md 2.5): empty means any.

    `addresses` have four parts, decimal or `*`; `paths` are prefixes below our own address; `max_age` of a certificate is in
    milliseconds, into the past and into the future.
    """

    addresses: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    max_age: int = 10_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """What we accept from the other application, and by which key we know it.

    `consumer_key` is its application id too, where it is a trusted application. `callback` is where people are sent back to if
    it does not say so itself. `execute_as` is the local user of calls that name nobody, never an administrator.
    `previous_key` is the public key before this one, accepted until `previous_key_until` (seconds since the epoch).
    """

    level: Level = Level.DISABLED
    consumer_key: str | None = None
    public_key: str | None = field(default=None, repr=False)
    signature_method: SignatureMethod = SignatureMethod.RSA_SHA1
    policy: Policy = field(default_factory=Policy)
    callback: str | None = None
    execute_as: str | None = None
    limits: Limits = field(default_factory=Limits)
    previous_key: str | None = field(default=None, repr=False)
    previous_key_until: int | None = None

    def previous_key_at(self, now: float) -> str | None:
        """The key before the present one, while its time is not over."""
        return self.previous_key if now < (self.previous_key_until or 0) else None

    def with_key(self, key: str, overlap_until: int | None = None) -> Incoming:
        """Known by another key from now on; the one before is accepted until then, or at once no more."""
        previous = self.public_key if overlap_until is not None else None
        until = overlap_until if previous is not None else None
        return replace(self, public_key=key, previous_key=previous, previous_key_until=until)


@dataclass(frozen=True, slots=True)
class SameUsers:
    """An administrator's statement whether a user name means the same person on both sides; seconds since the epoch.

    `excluded` are the exceptions: names that mean somebody else over there, or nobody. They are impersonated in no direction.
    `names` are those that differ. With `only_proven`, nobody is impersonated whom the last comparison has not found to be the
    same person.
    """

    answer: bool
    said_by: str
    said_at: int
    excluded: frozenset[str] = frozenset()
    only_proven: bool = False
    names: Names = field(default_factory=Names)

    def said_again(self, answer: bool, by: str, at: int) -> SameUsers:
        """The statement made anew: what was set about single people stays."""
        return replace(self, answer=answer, said_by=by, said_at=at)

    def objection(self, user: str, verdict: Verdict | None) -> str | None:
        """Why that name of ours does not mean the same person on both sides; None if it does.

        `verdict` is that of the last comparison, which counts with `only_proven`; None if they were not compared.
        """
        if not self.answer:
            return f"the two applications do not share their users ({self.said_by} said so)"
        if self.excluded and folded(user) in map(folded, self.excluded):
            return f"{user!r} is excluded from the users that the two applications share"
        if self.names.there(user) is None:
            return f"the name {user!r} belongs to another person over there, by the names that were mapped"
        if self.only_proven and verdict is not Verdict.PROVEN:
            why = REASONS[verdict] if verdict else "the people were not compared since that user came or was renamed"
            return f"{user!r} is not proven to be the same person on both sides: {why}"
        return None


_SAME = Names()


@dataclass(frozen=True, slots=True)
class Link:
    """Our durable record of trust in one other application.

    `id` is the other application's id. Requests go to `application_url`; people are sent to `display_url`. Both are empty
    where the other one has no address, since it only calls us.
    """

    id: str
    name: str
    type: str
    display_url: str
    application_url: str
    primary: bool = False
    outgoing: Outgoing = field(default_factory=Outgoing)
    incoming: Incoming = field(default_factory=Incoming)
    same_users: SameUsers | None = None

    def unshared(self, user: str, verdict: Verdict | None) -> str | None:
        """Why that name of ours must not be impersonated over this link, in either direction; None if nothing is against it.

        `verdict` is what the last comparison found; it is asked for only where `only_proven`.
        """
        return self.same_users.objection(user, verdict) if self.same_users is not None else None

    @property
    def only_proven(self) -> bool:
        """Whether nobody is impersonated who is not proven to be the same person."""
        return self.same_users is not None and self.same_users.only_proven

    @property
    def names(self) -> Names:
        """Who goes by another name over there."""
        return self.same_users.names if self.same_users is not None else _SAME

    @property
    def origin(self) -> str:
        """Scheme, host and port of the application URL, as HTTP clients write them: what secrets are bound to (T-37)."""
        return origin_of(self.application_url)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as HTTP clients write them."""
    origin = "/".join(address.split("/", 3)[:3]).lower()
    return origin.removesuffix(":443" if origin.startswith("https:") else ":80")
