"""Finds links: by id, by name, by type, the primary one; or says what there is."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links.model import Link
from applinks.questions import Flow, Question

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class LinkById(Question):
    """The `Link` to the application of that id, or None."""

    id: str


@dataclass(frozen=True, slots=True)
class LinkByName(Question):
    """The `Link` of that name, in any case of letters, or None."""

    name: str


@dataclass(frozen=True, slots=True)
class Links(Question):
    """All links, or those of one type, as a tuple: the primary ones first, then by name; at most `limit`."""

    type: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class LinkOfConsumer(Question):
    """The `Link` whose incoming side knows this consumer key, or None."""

    consumer_key: str


@dataclass(frozen=True, slots=True)
class LinkOfAccount(Question):
    """The `Link` whose incoming side is by Basic, under this user name, or None."""

    account: str


def one_link(name: str | None, id: str | None) -> Flow[Link]:  # noqa: A002
    """The link of that name or of that id, one of which is said."""
    if name is not None and id is None:
        return (yield from link_named(name))
    if id is not None and name is None:
        return (yield from link_with_id(id))
    raise ConfigurationError("Name a link either by its name or by its id.", remedy="link('Wiki') or link(id='…').")


def link_named(name: str) -> Flow[Link]:
    """The link of that name."""
    link: Link | None = yield LinkByName(name)
    return link or (yield from _missing(f"There is no link named {name!r}."))


def link_with_id(id: str) -> Flow[Link]:  # noqa: A002
    """The link to the application of that id."""
    link: Link | None = yield LinkById(id)
    return link or (yield from _missing(f"There is no link with the id {id!r}."))


def links_of(type: str | None = None) -> Flow[tuple[Link, ...]]:  # noqa: A002
    """All links, or all of one type; the primary one first. An empty tuple if there are none."""
    found: tuple[Link, ...] = yield Links(type)
    return found


def primary_link(type: str) -> Flow[Link]:  # noqa: A002
    """The link used for a type when none is named (R-03)."""
    found: tuple[Link, ...] = yield Links(type, limit=1)
    if found and found[0].primary:
        return found[0]
    return (yield from _missing(f"There is no link of type {type!r}."))


def _missing(what: str) -> Flow[Link]:
    existing: tuple[Link, ...] = yield Links(limit=_SHOWN + 1)
    names = ", ".join(f"{link.name!r} ({link.type})" for link in existing[:_SHOWN])
    more = ", …" if len(existing) > _SHOWN else ""
    remedy = f"There are: {names}{more}." if existing else "There are no links yet: `applinks link create URL` makes one."
    raise LinkNotFound(what, remedy=remedy)
