"""All that one call needs to know of a link, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.links.identity import Identity
from applinks.links.model import Link
from applinks.questions import Question
from applinks.wire.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class Facts:
    """A link as it is now, and who we are towards it."""

    link: Link
    identity: Identity
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class FactsFor(Question):
    """The `Facts` of the link of that id, or None if it is gone."""

    link_id: str
