"""What stands, and what is to be done about it: values that planning makes and doors carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applinks.declared.differences import Difference
from applinks.declared.model import Secret
from applinks.links import Entity, EntityLink, Identity, Link, WantedLink


@dataclass(frozen=True, slots=True)
class Observed:
    """What stands in one application: who it is (None where nothing was ever kept), its public key, and its links.

    `mechanisms` are the names of those that it has loaded, as far as whoever looks can tell. `keys` are its public keys by
    their ids, the present one and those before it: during a rotation, a link may still be signed with one of these.
    """

    identity: Identity | None = None
    public_key: str = field(default="", repr=False)
    links: tuple[Link, ...] = ()
    mechanisms: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    entity_links: tuple[EntityLink, ...] = ()

    def key_for(self, other: Identity | None, known: Link | None) -> str:
        """The public key by which the other application, which has that link to it, is to know it.

        That is the one which it signs with over its own end, or the present one, where the other has accepted that already and
        holds the other key for a while.
        """
        own = self.link(other.id) if other else None
        used = self.keys.get(own.outgoing.key_id or "", self.public_key) if own else self.public_key
        if known and (known.incoming.public_key, known.incoming.previous_key) == (self.public_key, used):
            return self.public_key
        return used

    def link(self, id: str) -> Link | None:  # noqa: A002
        """The link of that id."""
        return next((link for link in self.links if link.id == id), None)


@dataclass(frozen=True, slots=True)
class Introduce:
    """Say who the application is; the first time, that makes its database."""

    name: str
    type: str
    url: str


@dataclass(frozen=True, slots=True)
class Put:
    """Make a link what it shall be, or leave it if it is so already."""

    wanted: WantedLink


@dataclass(frozen=True, slots=True)
class SetSecret:
    """Keep the secret of one direction of a link."""

    link_id: str
    direction: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete a link."""

    link_id: str


@dataclass(frozen=True, slots=True)
class LinkThings:
    """Link a thing of this application with one of the other, or renew its name and whether it is primary."""

    link_id: str
    ours: Entity
    theirs: Entity
    primary: bool


@dataclass(frozen=True, slots=True)
class UnlinkThings:
    """Take such a link away."""

    id: str


Act = Introduce | Put | SetSecret | Drop | LinkThings | UnlinkThings


GOES_WITHOUT_SAYING = frozenset(
    {
        "name",
        "type",
        "display_url",
        "outgoing.signature_method",
        "outgoing.impersonation_parameter",
        "incoming.signature_method",
        "incoming.consumer_key",
        "incoming.public_key",
    }
)
"""What a new link has from the other application, or because it is the usual; as data it is told all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change in one application: atomic, and the same if it is done again. `key` names the application in the file."""

    key: str
    application: str
    kind: str
    link: str | None
    act: Act
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        """What is done, in a few words."""
        return (
            f"{self.application}: link {self.link!r} {self.kind}"
            if self.link is not None
            else f"{self.application} {self.kind}"
        )

    @property
    def words(self) -> tuple[str, ...]:
        """All of it that is for people: a line, and an indented one for each difference. Of a new link, what was decided."""
        told = [found for found in self.differences if found.now is not None or found.what not in GOES_WITHOUT_SAYING]
        return (self.title, *(f"  {found.words}" for found in told))

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "application": self.key,
            "link": self.link,
            "change": self.kind,
            "differences": [difference.as_data() for difference in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is not done here, and that whoever reads should know.

    `kind` is "undeclared" (a link, or a link between things, that the file does not have), "in the way" (such a link that keeps
    a declared one from being made), "misfit" (two ends that do not fit each other) or "no secret".
    """

    kind: str
    key: str
    application: str
    link: str
    words: str

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return {"kind": self.kind, "application": self.key, "link": self.link, "words": self.words}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in their order, and the notes."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything stands otherwise than declared."""
        return bool(self.steps) or any(note.kind == "undeclared" for note in self.notes)

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        steps, notes = ([one.as_data() for one in many] for many in (self.steps, self.notes))
        return {"differs": self.differs, "steps": steps, "notes": notes}
