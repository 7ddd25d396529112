"""What a link is: frozen values, with outgoing and incoming apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from applinks.people import Policy
from applinks.wire.oauth1 import SignatureMethod


class Level(StrEnum):
    """How much one direction of a link allows (protocol.md 1.9)."""

    DISABLED = "disabled"
    OAUTH = "oauth"
    OAUTH_IMPERSONATION = "oauth_impersonation"


USER_ID = "user_id"
REQUESTOR_ID = "xoauth_requestor_id"
IMPERSONATION_PARAMETERS = (USER_ID, REQUESTOR_ID)
"""The two names by which the impersonated user may travel, the commoner one first (protocol.md 1.8)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What we send to the other application.

    `impersonation_parameter` is the name that it was seen to understand, None while nobody has looked.
    """

    level: Level = Level.DISABLED
    signature_method: SignatureMethod = SignatureMethod.RSA_SHA1
    impersonation_parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """What we accept from the other application, and by which key we know it."""

    level: Level = Level.DISABLED
    consumer_key: str | None = None
    public_key: str | None = field(default=None, repr=False)
    signature_method: SignatureMethod = SignatureMethod.RSA_SHA1
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class SameUsers:
    """An administrator's statement whether a user name means the same person on both sides; seconds since the epoch."""

    answer: bool
    said_by: str
    said_at: int


@dataclass(frozen=True, slots=True)
class Link:
    """Our durable record of trust in one other application.

    `id` is the other application's id. Requests go to `application_url`; people are sent to `display_url`.
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
