"""What holds at each end of a declared link: its own word, else that of the other end, else that of the link, else the usual.

One direction has one level, one signature method and one secret: our outgoing side is the other's incoming side, so it is
enough to say these once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from applinks.declared.model import (
    DeclaredApplication,
    DeclaredEntities,
    DeclaredIncoming,
    DeclaredLink,
    DeclaredOutgoing,
    LinkFile,
)
from applinks.links import OAUTH_LEVELS, SIGNATURE_METHODS, Level
from applinks.wire.oauth1 import SignatureMethod

Direction = DeclaredOutgoing | DeclaredIncoming
D = TypeVar("D", DeclaredOutgoing, DeclaredIncoming)


@dataclass(frozen=True, slots=True)
class End:
    """One end that a file sets, with nothing left open: `here` is whose it is, `there` the application at the other end."""

    here: DeclaredApplication
    there: DeclaredApplication
    name: str
    primary: bool
    same_users: bool
    excluded: frozenset[str]
    only_proven: bool
    mapping: Mapping[str, str]
    entities: tuple[DeclaredEntities, ...] | None
    outgoing_level: Level
    incoming_level: Level
    outgoing_method: SignatureMethod
    incoming_method: SignatureMethod
    outgoing: DeclaredOutgoing
    incoming: DeclaredIncoming


def end_of(link: DeclaredLink, here: DeclaredApplication, there: DeclaredApplication) -> End:
    """The end of `here`."""
    own, far = link.end(here.key), link.end(there.key)
    same = own.same_users if own.same_users is not None else bool(link.same_users)
    usual = _usual_level(there, same=same)
    outgoing_level = own.outgoing.level or far.incoming.level or usual
    incoming_level = own.incoming.level or far.outgoing.level or usual
    outgoing = _with_secret_of(own.outgoing, far.incoming, outgoing_level)
    incoming = _with_secret_of(own.incoming, far.outgoing, incoming_level)
    return End(
        here=here,
        there=there,
        name=own.name or there.name,
        primary=own.primary,
        same_users=same,
        excluded=link.excluded if own.excluded is None else own.excluded,
        only_proven=link.only_proven if own.only_proven is None else own.only_proven,
        mapping=own.mapping,
        entities=own.entities,
        outgoing_level=outgoing_level,
        incoming_level=incoming_level,
        outgoing_method=_method(link, outgoing, far.incoming, outgoing_level, there),
        incoming_method=_method(link, incoming, far.outgoing, incoming_level, there),
        outgoing=outgoing,
        incoming=incoming,
    )


def ends_of(file: LinkFile) -> Iterator[End]:
    """All ends that a file sets, in the order in which they are to be made: of each link, first the one that does not call.

    Where both call, the second one that the link names comes first.
    """
    for link in file.links:
        pair = [file.applications[key] for key in reversed(link.between)]
        ends = [end_of(link, here, there) for here, there in zip(pair, reversed(pair), strict=True) if here.is_ours]
        yield from sorted(ends, key=lambda end: end.outgoing_level is not Level.DISABLED)


def _usual_level(there: DeclaredApplication, *, same: bool) -> Level:
    if not there.is_ours:
        return Level.DISABLED
    return Level.OAUTH_IMPERSONATION if same else Level.OAUTH


def _with_secret_of(own: D, far: Direction, level: Level) -> D:
    """A password of Basic is not taken over: the called side makes it, so that it is nobody's own."""
    return replace(own, secret=far.secret) if own.secret is None and level in OAUTH_LEVELS else own


def _method(link: DeclaredLink, own: Direction, far: Direction, level: Level, there: DeclaredApplication) -> SignatureMethod:
    said = own.signature_method or far.signature_method or link.signature_method
    if said is not None:
        return said
    if own.secret is not None and level in OAUTH_LEVELS:
        return SignatureMethod.HMAC_SHA256 if there.is_ours else SignatureMethod.HMAC_SHA1
    return SIGNATURE_METHODS[0] if there.is_ours else SignatureMethod.RSA_SHA1
