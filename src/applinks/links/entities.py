"""Links between single things of two applications: a project here and a space there (R-09).

They are kept as (link, type, key) and never as addresses, so that they survive a move of the other application.
"""

from __future__ import annotations

from dataclasses import dataclass

from applinks.audit import Entry, WriteDown, as_word
from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links.model import Link
from applinks.questions import Flow, FreshSecrets, Question

LONGEST = 255


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of an application: its type ("project", "space", "repository"), its key there, and how people call it."""

    type: str
    key: str
    name: str = ""

    def __post_init__(self) -> None:
        for value, what in ((self.type, "type"), (self.key, "key")):
            if not 0 < len(value) <= LONGEST or not value.isprintable() or value != value.strip():
                raise ConfigurationError(
                    f"The {what} of an entity must be plain text without blanks at its ends, not {value[:50]!a}.",
                    remedy="Write it like Entity('project', 'OPS').",
                )
        if len(self.name) > LONGEST or (self.name and not self.name.isprintable()):
            raise ConfigurationError("The name of an entity must be plain text.", remedy="Shorten it, or leave it out.")

    def __str__(self) -> str:
        return f"{self.type}:{self.key}"


@dataclass(frozen=True, slots=True)
class EntityLink:
    """A thing of ours and a thing of the other application; `primary` is one of each type for a thing of ours."""

    id: str
    link_id: str
    local: Entity
    remote: Entity
    primary: bool = False


@dataclass(frozen=True, slots=True)
class SaveEntityLink(Question):
    """Keep it, in place of one between the same two things. The answer is the `EntityLink` as it is stored now.

    Atomic: exactly one of the things of one type that are linked with a thing of ours is primary. The first becomes it; one
    that is saved with `primary` takes the flag from the other.
    """

    entity_link: EntityLink


@dataclass(frozen=True, slots=True)
class RemoveEntityLink(Question):
    """Delete it; if it was primary, the next of its type by name becomes it. The answer is what was deleted, or None."""

    id: str


@dataclass(frozen=True, slots=True)
class EntityLinks(Question):
    """The `EntityLink`s of a thing of ours, of a link, to a type, or all; as a tuple, primary ones first, then by name."""

    local: Entity | None = None
    link_id: str | None = None
    type: str | None = None


def link_entities(link: Link, local: Entity, remote: Entity, *, primary: bool = False, by: str) -> Flow[EntityLink]:
    """Link a thing of ours with one of the other application; saying it again renews its name."""
    fresh: str
    (fresh,) = yield FreshSecrets(1)
    saved: EntityLink = yield SaveEntityLink(EntityLink(fresh, link.id, local, remote, primary))
    yield WriteDown(Entry(kind="entities linked", outcome=f"{local} – {remote}", actor=by, subject=by, link=link.name))
    return saved


def unlink_entities(id: str, *, by: str) -> Flow[EntityLink]:  # noqa: A002
    """Take such a link away; `LinkNotFound` if there is none of that id."""
    gone: EntityLink | None = yield RemoveEntityLink(id)
    if gone is None:
        raise LinkNotFound("There is no link of entities with that id.", remedy="`applinks entity list` shows those there are.")
    yield WriteDown(Entry(kind="entities unlinked", outcome=f"{gone.local} – {gone.remote}", actor=by, subject=by))
    return gone


def primary_entity(local: Entity, type: str) -> Flow[EntityLink]:  # noqa: A002
    """What is used for a thing of ours when none is named; `LinkNotFound` if nothing of that type is linked with it."""
    found: tuple[EntityLink, ...] = yield EntityLinks(local, type=type)
    if found and found[0].primary:
        return found[0]
    raise LinkNotFound(
        f"No {type} is linked with {local}.",
        remedy=f"Link one: `applinks entity link NAME {as_word(local)} {as_word(type)}:KEY`.",
    )
