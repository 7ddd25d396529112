"""Who was admitted: the result of the incoming road."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.links import Link
from applinks.mechanisms import Checks
from applinks.people import Person
from applinks.wire.messages import Pairs


@dataclass(frozen=True, slots=True)
class Principal:
    """An admitted request: the local person whose rights apply, the link it came over, the mechanism that proved it.

    `headers` go on the answer. `known_as` is the name by which the caller knows the person, None where it is the same. `depth`
    is how many runs of scripts led to the request, by its own word.
    """

    person: Person
    link: Link
    mechanism: str
    checks: Checks = field(default=(), repr=False)
    headers: Pairs = field(default=(), repr=False)
    known_as: str | None = None
    depth: int = 0

    @property
    def witness(self) -> str:
        """For whom the answer is made, in the words of the caller."""
        return self.known_as or self.person.name
