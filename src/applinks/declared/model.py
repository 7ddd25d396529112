"""What a link file declares: applications, and links with their two ends; frozen values, secrets not shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from applinks.links import Endpoints, Entity, Level, Limits
from applinks.people import Policy
from applinks.wire.oauth1 import SignatureMethod


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that the file refers to: `reference` is what stands there, `value` what it leads to."""

    reference: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeclaredApplication:
    """One application. Where its `database` is told, or a `token`, its ends of links are ours to set; else only what others
    know of it. One that is reached by a token says itself what it is called.

    `url` is empty where an application only calls. `sealing_keys` are the lines that seal the secrets of its database, None
    where they are found as always. `id` is that of an application whose database is not told, None for the one that its
    address gives.
    """

    key: str
    name: str
    type: str
    url: str
    display_url: str
    database: str | None = field(default=None, repr=False)
    token: Secret | None = None
    sealing_keys: Secret | None = None
    id: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this file sets its ends."""
        return self.database is not None or self.token is not None


@dataclass(frozen=True, slots=True)
class DeclaredOutgoing:
    """What was said of the calls that an end makes; None where nothing was."""

    level: Level | None = None
    signature_method: SignatureMethod | None = None
    impersonation_parameter: str | None = None
    consumer_key: str | None = None
    secret: Secret | None = None
    endpoints: Endpoints | None = None
    fixed_user: bool = False
    account: str | None = None


@dataclass(frozen=True, slots=True)
class DeclaredIncoming:
    """What was said of the calls that an end accepts; None where nothing was."""

    level: Level | None = None
    signature_method: SignatureMethod | None = None
    consumer_key: str | None = None
    public_key: str | None = field(default=None, repr=False)
    secret: Secret | None = None
    policy: Policy = field(default_factory=Policy)
    callback: str | None = None
    execute_as: str | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class DeclaredEntities:
    """A thing of this application that is linked with one of the other."""

    ours: Entity
    theirs: Entity
    primary: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredEnd:
    """What one application knows of the other; what is None here is said by the link."""

    name: str | None = None
    primary: bool = False
    same_users: bool | None = None
    excluded: frozenset[str] | None = None
    only_proven: bool | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    entities: tuple[DeclaredEntities, ...] | None = None
    outgoing: DeclaredOutgoing = field(default_factory=DeclaredOutgoing)
    incoming: DeclaredIncoming = field(default_factory=DeclaredIncoming)


@dataclass(frozen=True, slots=True)
class DeclaredLink:
    """A link between two applications, by their keys in the file; an end for each of them."""

    between: tuple[str, str]
    same_users: bool | None = None
    excluded: frozenset[str] = frozenset()
    only_proven: bool = False
    signature_method: SignatureMethod | None = None
    ends: Mapping[str, DeclaredEnd] = field(default_factory=dict)

    def other(self, key: str) -> str:
        """The application at the other end."""
        return next(other for other in self.between if other != key)

    def end(self, key: str) -> DeclaredEnd:
        """The end of that application."""
        return self.ends.get(key) or DeclaredEnd()


@dataclass(frozen=True, slots=True)
class LinkFile:
    """All that one file declares, in its order."""

    applications: Mapping[str, DeclaredApplication]
    links: tuple[DeclaredLink, ...]
