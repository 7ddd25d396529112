"""Changes to links, each one atomic and written down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from applinks.audit import Entry, WriteDown
from applinks.errors import LinkExists
from applinks.links.model import Link
from applinks.links.registry import LinkById, LinkByName
from applinks.people import Policy
from applinks.questions import Flow, Question


@dataclass(frozen=True, slots=True)
class SaveLink(Question):
    """Insert the link, or replace the one with its id. The answer is the `Link` as it is stored now.

    Atomic, and keeps two promises by itself: exactly one link of each type is primary (the first one becomes it; a link saved
    with `primary` takes the flag from the other; the flag cannot be dropped, only taken), and names are unique in any case of
    letters, consumer keys too: `LinkExists` otherwise.
    """

    link: Link


@dataclass(frozen=True, slots=True)
class RemoveLink(Question):
    """Delete the link of that id; if it was primary, the next of its type by name becomes it. The answer is None."""

    id: str


@dataclass(frozen=True, slots=True)
class RememberParameter(Question):
    """Note under which name the other application takes the impersonated user. The answer is None."""

    link_id: str
    parameter: str


def save(link: Link, *, by: str, what: str) -> Flow[Link]:
    """Save a link and write down who did what ("link created", "policy changed", …)."""
    namesake: Link | None = yield LinkByName(link.name)
    if namesake is not None and namesake.id != link.id:
        raise name_taken(namesake)
    saved: Link = yield SaveLink(link)
    yield WriteDown(Entry(kind=what, outcome="done", actor=by, subject=by, link=saved.name))
    return saved


def remove(link: Link, *, by: str) -> Flow[None]:
    """Delete our end of a link. The other application keeps its end until it is deleted there."""
    yield RemoveLink(link.id)
    yield WriteDown(Entry(kind="link deleted", outcome="done", actor=by, subject=by, link=link.name))


def make_primary(link: Link, *, by: str) -> Flow[Link]:
    """Make this the link that is used for its type when none is named (R-03)."""
    return (yield from save(replace(link, primary=True), by=by, what="link made primary"))


def change_policy(link: Link, policy: Policy, *, by: str) -> Flow[Link]:
    """Replace the rules for whom the other application may impersonate here."""
    now: Link = (yield LinkById(link.id)) or link
    changed = replace(now, incoming=replace(now.incoming, policy=policy))
    return (yield from save(changed, by=by, what="policy changed"))


def name_taken(namesake: Link) -> LinkExists:
    """The error for a name that another link has."""
    return LinkExists(
        f"There is a link named {namesake.name!r} already, to {namesake.display_url}.",
        remedy="Give this one another name (name=…, or --name on the command line).",
        link=namesake.name,
    )
