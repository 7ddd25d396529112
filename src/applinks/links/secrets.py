"""The secrets of a link: set through every door, shown through none (R-16, R-48).

A secret is kept for one use and one origin. When the link's application URL comes to lie elsewhere, or the level means another
use, the old secret is not found any more: it is never sent to a place that it was not entered for (security.md T-37).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from applinks.audit import Entry, WriteDown, quoted
from applinks.errors import ConfigurationError
from applinks.links.model import Level, Link
from applinks.questions import Flow, FreshSecrets, Question

INCOMING, OUTGOING = DIRECTIONS = ("incoming", "outgoing")


class SecretUse(StrEnum):
    """What a secret is for. Outgoing ones prove us to the other application, incoming ones the other application to us."""

    OUTGOING_OAUTH = "outgoing oauth"
    INCOMING_OAUTH = "incoming oauth"
    OUTGOING_BASIC = "outgoing basic"
    INCOMING_BASIC = "incoming basic"


@dataclass(frozen=True, slots=True)
class KeepSecret(Question):
    """Keep a secret of a link, sealed, in place of an older one for that use; None removes it. The answer is None."""

    link_id: str
    use: SecretUse
    origin: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretOf(Question):
    """The secret of a link for this use at this origin, or None."""

    link_id: str
    use: SecretUse
    origin: str


@dataclass(frozen=True, slots=True)
class HoldsSecret(Question):
    """Whether this is the secret of a link for this use at this origin: True or False, found in constant time (T-08)."""

    link_id: str
    use: SecretUse
    origin: str
    secret: str = field(repr=False)


def outgoing_use(link: Link) -> SecretUse:
    """What the secret is for that goes with the outgoing level of a link."""
    return SecretUse.OUTGOING_BASIC if link.outgoing.level is Level.BASIC else SecretUse.OUTGOING_OAUTH


def incoming_use(link: Link) -> SecretUse:
    """What the secret is for that goes with the incoming level of a link."""
    return SecretUse.INCOMING_BASIC if link.incoming.level is Level.BASIC else SecretUse.INCOMING_OAUTH


def set_secret(link: Link, direction: str, secret: str, *, by: str) -> Flow[None]:
    """Keep the secret of one direction, for what its level means now; it is never shown again."""
    if direction not in DIRECTIONS:
        raise ConfigurationError(f"A link has no direction {direction[:50]!r}.", remedy=f"Say one of: {', '.join(DIRECTIONS)}.")
    check_secret(secret)
    if direction == INCOMING and link.incoming.level is Level.BASIC:
        raise ConfigurationError(
            "The password of an incoming link by Basic is made here, so that it is nobody's own.",
            remedy=f"Have one made: `applinks link secret {quoted(link.name)} --incoming --new`.",
            link=link.name,
        )
    yield from keep_secret(link, direction, secret, by=by)


def check_secret(secret: str) -> None:
    """Raise `ConfigurationError`, which does not repeat it, unless this can be kept and sent."""
    if not secret or not secret.isprintable():
        raise ConfigurationError(
            "A secret must be text of at least one letter, without control characters.", remedy="Enter it again."
        )


def new_secret(link: Link, *, by: str) -> Flow[str]:
    """Make and keep a secret by which the other application proves itself; the answer is the only place where it is shown."""
    secret: str
    (secret,) = yield FreshSecrets(1)
    yield from keep_secret(link, INCOMING, secret, by=by)
    return secret


def holds_secret(link: Link, direction: str, secret: str) -> Flow[bool]:
    """Whether this is the secret of that direction, for what its level means now. Which one it is instead is never told."""
    held: bool = yield HoldsSecret(link.id, *secret_place(link, direction), secret)
    return held


def compare_secret(link: Link, direction: str, secret: str, *, by: str) -> Flow[bool]:
    """The same for somebody who may not read it here: that it was another one is written down."""
    held = yield from holds_secret(link, direction, secret)
    if not held:
        use, _ = secret_place(link, direction)
        yield WriteDown(Entry(kind="secret compared", outcome=f"{use}: another one", actor=by, subject=by, link=link.name))
    return held


def keep_secret(link: Link, direction: str, secret: str, *, by: str) -> Flow[None]:
    """Keep it, and write down that it was set."""
    use, origin = secret_place(link, direction)
    yield KeepSecret(link.id, use, origin, secret)
    yield WriteDown(Entry(kind="secret set", outcome=f"{use}", actor=by, subject=by, link=link.name))


def secret_place(link: Link, direction: str) -> tuple[SecretUse, str]:
    """For which use, and at which origin, the secret of that direction is kept."""
    return (incoming_use(link), "") if direction == INCOMING else (outgoing_use(link), link.origin)
