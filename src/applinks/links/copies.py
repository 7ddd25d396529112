"""Whether this is the original: a restored copy has the same identity, and must not be trusted as the original is (G-06).

The store notes where its database lies. Where that, or the public address, is not as it was noted, outgoing trust is suspended
until an administrator says which of the two it is: `moved` (the original, which lies elsewhere now) or `copied`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from applinks.audit import Change, Entry, WriteDown
from applinks.errors import LinkNotFound
from applinks.links.changes import alter, existing
from applinks.links.identity import Identity, OurKey, Suspension, WhoWeAre
from applinks.links.model import Level, Link, origin_of
from applinks.links.registry import Links
from applinks.questions import Flow, Question
from applinks.wire.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class NoticePlace(Question):
    """Compare where the database lies, and the public address that this process was told, with what was noted.

    Where they are as they were, or no link calls out, the place is noted. Otherwise outgoing trust is suspended, for all
    processes, unless it is already. The answer is the `Suspension` that this very question began, else None. Atomic.
    """

    url: str | None


@dataclass(frozen=True, slots=True)
class NotePlace(Question):
    """Note where the database lies now, and end the suspension. The answer is the `Identity` as it is then."""


@dataclass(frozen=True, slots=True)
class BecomeAnother(Question):
    """Take a new application id, consumer key and key pair; drop the old key, all tokens, dances, grants and secrets.

    Names and policies stay; the place is noted, the suspension ends. The answer is the new `Identity`; or None, and nothing is
    changed, while a direction of any link is on. Atomic.
    """


def oddity(us: Identity, url: str | None, found: str | None, *, same_place: bool) -> str | None:
    """What is not as it was noted, in words; None where nothing is."""
    odd = []
    if not same_place:
        odd.append(f"the database lies elsewhere than was noted (noted: {us.place}; now: {found})")
    if url is not None and origin_of(url) != origin_of(us.url):
        odd.append(f"the public address was {us.url} and is now {url}")
    return ", and ".join(odd) or None


def arrive(url: str | None) -> Flow[Suspension | None]:
    """What each start begins with; `url` is the public address that the settings give. The suspension that begins with it."""
    begun: Suspension | None = yield NoticePlace(url)
    if begun is not None:
        yield WriteDown(Entry(kind="trust suspended", outcome=begun.why))
    return begun


def moved(*, by: str) -> Flow[Identity]:
    """This is the original, and it lies elsewhere now: note the place, and let calls go out again."""
    before: Identity = yield WhoWeAre()
    after: Identity = yield NotePlace()
    yield _entry("identity moved", by, before.suspension, (("place", before.place, after.place),))
    return after


def copied(*, by: str) -> Flow[Identity]:
    """This is a copy: become an application of its own, which nobody trusts yet and which trusts nobody.

    Both directions of every link are disabled; tokens, grants and secrets are dropped, here only. Names and policies stay, so
    that links can be made again. If it breaks off, trust stays suspended: say it again.
    """
    before: Identity = yield WhoWeAre()
    old: PrivateKey = yield OurKey()
    after: Identity | None = None
    while after is None:
        for link in (yield Links()):
            if _is_on(link):
                yield from _switched_off(link.id, by)
        after = yield BecomeAnother()
    key: PrivateKey = yield OurKey()
    changes = (
        ("id", before.id, after.id),
        ("consumer_key", before.consumer_key, after.consumer_key),
        ("key", old.public.fingerprint, key.public.fingerprint),
        ("place", before.place, after.place),
    )
    yield _entry("identity copied", by, before.suspension, changes)
    return after


def _is_on(link: Link) -> bool:
    return (link.outgoing.level, link.incoming.level) != (Level.DISABLED, Level.DISABLED)


def _switched_off(id: str, by: str) -> Flow[None]:  # noqa: A002
    def make(stored: Link | None) -> Link:
        now = existing(stored)
        return replace(
            now, outgoing=replace(now.outgoing, level=Level.DISABLED), incoming=replace(now.incoming, level=Level.DISABLED)
        )

    try:
        yield from alter(id, make, by=by, kind="link changed")
    except LinkNotFound:
        return


def _entry(kind: str, by: str, suspension: Suspension | None, changes: tuple[Change, ...]) -> WriteDown:
    reason = suspension.why if suspension else None
    changed = tuple(change for change in changes if change[1] != change[2])
    return WriteDown(Entry(kind=kind, outcome="done", actor=by, subject=by, reason=reason, changes=changed))
