"""Whom a user name of ours means over there, decided for one person at a time.

What was decided about all others stays: also what somebody else decides at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from applinks.errors import ConfigurationError
from applinks.links.changes import alter, existing, nobody_said
from applinks.links.model import Link, SameUsers
from applinks.people import Names, folded
from applinks.questions import Flow


def exclude(link: Link, name: str, *, by: str) -> Flow[Link]:
    """Their name means somebody else over there, or nobody: they are impersonated in no direction.

    Another name that was said stays: it is still theirs, and nobody else's.
    """
    return (yield from _decide(link, name, lambda same: replace(same, excluded=_others(same, name) | {name}), by))


def goes_by(link: Link, name: str, other: str, *, by: str) -> Flow[Link]:
    """They have this other name over there. Raises `ConfigurationError` where that is no name, or another person's already."""

    def decided(same: SameUsers) -> SameUsers:
        names = Names.read({**dict(_other_names(same, name)), name: other})
        return replace(same, excluded=_others(same, name), names=names)

    return (yield from _decide(link, name, decided, by))


def as_anybody(link: Link, name: str, *, by: str) -> Flow[Link]:
    """Take back what was decided about them: they are nobody special."""

    def decided(same: SameUsers) -> SameUsers:
        return replace(same, excluded=_others(same, name), names=Names(_other_names(same, name)))

    return (yield from _decide(link, name, decided, by))


def _decide(link: Link, name: str, decided: Callable[[SameUsers], SameUsers], by: str) -> Flow[Link]:
    if not name or not name.isprintable():
        raise ConfigurationError("Nobody was named.", remedy="Say the user name that the person has here.")

    def make(stored: Link | None) -> Link:
        now = existing(stored)
        if now.same_users is None:
            raise nobody_said(now)
        return replace(now, same_users=decided(now.same_users))

    return (yield from alter(link.id, make, by=by, kind="link changed"))


def _others(same: SameUsers, name: str) -> frozenset[str]:
    return frozenset(one for one in same.excluded if folded(one) != folded(name))


def _other_names(same: SameUsers, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((ours, theirs) for ours, theirs in same.names.pairs if folded(ours) != folded(name))
