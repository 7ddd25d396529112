"""Whether the people of two applications are the same, found out without showing a directory to anybody.

Each person stands for four texts, always four, so that only the number of people can be counted. What they have in common is
found out by `applinks.wire.blinding`; from which of the four are common follows the verdict.

| Text | Common where |
|---|---|
| name | there is somebody of that name over there |
| name, active or disabled | and they are as active there as here |
| name, who that is | and it is the same person, by mail address if both directories have them, else by full name |
| name, "the other side has nothing to compare by" | the other side says so; it says nothing of the kind about the others |

Each text begins with what belongs to this one comparison, so that no part of it is of use in another.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from applinks.errors import CannotCompare
from applinks.people.names import Names, folded
from applinks.people.person import Everybody, Person
from applinks.questions import Flow

EACH = 4
"""Texts for each person."""
MOST = 50_000
"""People on either side; more are not compared, since whoever asks could guess as many names."""


class Verdict(StrEnum):
    """What a comparison found about one of our people.

    `another` is the same name with another person behind it. Of somebody `unknown` nothing tells who they are, here or there.
    An `ambiguous` name is that of several people here, if case does not matter.
    """

    PROVEN = "proven"
    MISSING = "missing"
    DISABLED = "disabled"
    ANOTHER = "another"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


REASONS = {
    Verdict.MISSING: "nobody goes by that name over there",
    Verdict.DISABLED: "that person is disabled over there",
    Verdict.ANOTHER: "that name is another person's over there",
    Verdict.UNKNOWN: "nothing tells whether that name is the same person over there",
    Verdict.AMBIGUOUS: "several people here have that name, if case does not matter",
}
"""Why somebody is not proven."""


class By(StrEnum):
    """By what it is told who somebody is."""

    EMAIL = "email"
    FULL_NAME = "full_name"


class Side(StrEnum):
    """Who asked for the comparison, and who was asked."""

    ASKING = "asking"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Compared:
    """One of our people, by our name, and what was found."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What we know of the people of two applications: one entry for each of ours, by name.

    `there` is the number of their people, and `unmatched` of those whose names we do not have; more is not known of them.
    `compared_at` is in seconds since the epoch.
    """

    people: tuple[Compared, ...]
    there: int
    unmatched: int
    by: By
    compared_at: int

    def of(self, verdict: Verdict) -> tuple[str, ...]:
        """The names with that verdict."""
        return tuple(person.name for person in self.people if person.verdict is verdict)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many people have each verdict."""
        return {verdict: len(self.of(verdict)) for verdict in Verdict}

    @property
    def checks(self) -> tuple[tuple[str, str], ...]:
        """The same for the record: no names."""
        found = ((verdict.value, str(count)) for verdict, count in self.counts.items())
        return (("here", str(len(self.people))), ("there", str(self.there)), ("unmatched there", str(self.unmatched)), *found)

    @property
    def warning(self) -> str | None:
        """What must not be overlooked: names behind which there is somebody else."""
        names = self.of(Verdict.ANOTHER)
        return f"{len(names)} of the equal names are those of another person over there" if names else None


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody to be compared, and their name over there: None for a name that no one person has."""

    person: Person
    there: str | None
    alone: bool = True


def everybody() -> Flow[tuple[Person, ...]]:
    """All people of this application, or `CannotCompare`."""
    people: tuple[Person, ...] | None = yield Everybody(MOST + 1)
    if people is None:
        raise CannotCompare(
            "This application cannot list its people.",
            remedy="Give its directory a function everyone(), which gives all of them, disabled ones too. Of the command line: "
            "say where the directory is, `--people MODULE:NAME`.",
        )
    if len(people) > MOST:
        raise CannotCompare(f"This application has more than {MOST} people.", remedy="List those who use the other one, too.")
    return people


def listed(people: Iterable[Person], names: Names) -> tuple[Listed, ...]:
    """One for each name as names are compared, in their order."""
    found: dict[str, Listed] = {}
    for person in people:
        name = folded(person.name)
        alone = name not in found
        found[name] = Listed(person, names.there(person.name) if alone else None, alone)
    return tuple(found[name] for name in sorted(found))


def basis(people: Iterable[Person]) -> By:
    """By what these can be told apart."""
    return By.EMAIL if any(person.email for person in people) else By.FULL_NAME


def context(consumer_key: str, salt: str) -> bytes:
    """What the texts of one comparison begin with: who asks, and what the asked side has drawn.

    So nobody in the middle can hand on what one application sent to another one as if it were their own.
    """
    return b"applinks people 1" + sha256(_text(b"", consumer_key, salt)).digest()


def texts_of(people: Sequence[Listed], side: Side, by: By, context: bytes) -> list[bytes]:
    """Four for each, in their order."""
    other = Side.ASKED if side is Side.ASKING else Side.ASKING
    texts: list[bytes] = []
    for one in people:
        name, who = folded(one.there or ""), _who(one.person, by)
        if one.there is None:
            texts += (_text(context, side, "nobody", one.person.name, number) for number in "1234")
            continue
        texts.append(_text(context, "name", name))
        texts.append(_text(context, "active" if one.person.active else "disabled", name))
        if who:
            texts += (_text(context, "who", name, who), _text(context, other, "knows no more", name))
        else:
            texts += (_text(context, side, "knows no more", name), _text(context, side, "nobody", name))
    return texts


def conclude(people: Sequence[Listed], common: Sequence[bool], there: int, by: By, now: float) -> Comparison:
    """What follows from which of the four texts of each are common."""
    found = [
        Compared(one.person.name, _verdict(one, by, *common[EACH * number : EACH * (number + 1)]))
        for number, one in enumerate(people)
    ]
    known = sum(common[::EACH])
    return Comparison(tuple(found), there, max(0, there - known), by, int(now))


def _verdict(one: Listed, by: By, name: bool, state: bool, who: bool, nothing: bool) -> Verdict:
    if not one.alone:
        return Verdict.AMBIGUOUS
    if not name:
        return Verdict.MISSING
    knows = bool(_who(one.person, by))
    if knows and not who and not nothing:
        return Verdict.ANOTHER
    if one.person.active is not state:
        return Verdict.DISABLED
    return Verdict.PROVEN if knows and who else Verdict.UNKNOWN


def _who(person: Person, by: By) -> str:
    return " ".join(folded(person.email if by is By.EMAIL else person.full_name).split())


def _text(context: bytes, *parts: str) -> bytes:
    written = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join((context, *(len(part).to_bytes(4) + part for part in written)))


# ---- the two secret orders


def shuffled(texts: Sequence[bytes], secret: bytes) -> list[int]:
    """The places of the texts in an order that nobody can tell who does not have the secret; always the same one."""
    tags = [hmac.digest(secret, text, "sha256") for text in texts]
    return sorted(range(len(texts)), key=tags.__getitem__)


def edition(texts: Iterable[bytes], secret: bytes) -> str:
    """A digest by which it is noticed that the people are no longer those whom the comparison began with."""
    digest = sha256()
    for text in texts:
        digest.update(len(text).to_bytes(4) + text)
    return hmac.digest(secret, digest.digest(), "sha256")[:16].hex()
