"""What an examination has seen so far, and the diagnosis that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from applinks.audit import as_word
from applinks.doctor.causes import CAUSES, PROOF, RECENT, STATE, WHO
from applinks.doctor.defaults import STRICT
from applinks.doctor.diagnosis import Cause, Check, Diagnosis, Finding, Status
from applinks.links import Identity, Link, State, id_of
from applinks.people import Person
from applinks.wire.manifest import Manifest

LONGEST = 2_000


@dataclass(slots=True)
class _Seen:
    """A cause that fits. `certain` is None where its probes decide."""

    evidence: list[str]
    found: list[str]
    certain: bool | None


@dataclass(slots=True)
class Notes:
    """One examination: the link, we, who is tried, and what was seen."""

    link: Link
    us: Identity
    person: Person | None
    manifest: Manifest | None = None
    theirs: State | None = None
    checks: list[Check] = field(default_factory=list)
    _seen: dict[str, _Seen] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The address of the link, without a slash at the end."""
        return self.link.application_url.rstrip("/")

    @property
    def by_hand(self) -> bool:
        """Whether the link has an id that we made from its address, so that it says nothing about the application."""
        return self.link.id == id_of(self.base)

    def check(self, name: str, outcome: str, good: bool | None = True) -> None:
        """Note how something turned out."""
        self.checks.append(Check(name, _shown(outcome), good))

    def find(self, name: str, evidence: str, *, found: str = "", certain: bool | None = None) -> None:
        """Note a cause that fits; `found` is what its remedy speaks of. Said twice, it is one cause with more evidence."""
        seen = self._seen.setdefault(name, _Seen([], [], certain))
        seen.certain = seen.certain or certain
        seen.evidence += [evidence] * (evidence not in seen.evidence)
        seen.found += [found] * (bool(found) and found not in seen.found)

    def has(self, *names: str) -> bool:
        """Whether one of these was found."""
        return not self._seen.keys().isdisjoint(names)

    def diagnosis(self, *, strict: bool) -> Diagnosis:
        """What all of it amounts to."""
        order = {name: number for number, name in enumerate(CAUSES)}
        found = [self._finding(CAUSES[name], seen) for name, seen in self._seen.items() if name in CAUSES]
        found.sort(key=lambda one: (one.cause.status is Status.DEPRECATED, not one.certain, order[one.cause.name]))
        lax = [self._finding(STRICT[name], seen) for name, seen in self._seen.items() if name in STRICT] if strict else []
        return Diagnosis(
            self.link,
            found[0].cause.status if found else self._unspoilt(),
            tuple(found),
            tuple(self.checks),
            tuple(lax),
            self.theirs,
            self.manifest,
        )

    def status(self) -> Status:
        """The status as it would be now."""
        return self.diagnosis(strict=False).status

    def _unspoilt(self) -> Status:
        proofs = {STATE, PROOF, WHO} if self.link.application_url else {RECENT}
        proven = any(check.good and check.name in proofs for check in self.checks)
        return Status.CONNECTED if proven else Status.UNPROVEN

    def _finding(self, cause: Cause, seen: _Seen) -> Finding:
        made = {check.name for check in self.checks if check.good is not None}
        certain = made.issuperset(cause.probes) if seen.certain is None else seen.certain
        return Finding(cause, certain, _shown("; ".join(seen.evidence)), self._remedy(cause, "; ".join(seen.found)))

    def _remedy(self, cause: Cause, found: str) -> str:
        facts = {
            "link": as_word(self.link.name),
            "url": as_word(self.link.application_url),
            "type": self.link.type,
            "level": str(self.link.outgoing.level),
            "us": as_word(self.theirs.name if self.theirs else self.us.name),
            "our_url": self.us.url,
            "their_url": self.manifest.url if self.manifest else self.link.application_url,
            "their_level": self.theirs.incoming if self.theirs else "…",
            "user": as_word(self.person.name) if self.person else "USER",
            "host": urlsplit(self.link.application_url).netloc,
            "found": found or "…",
        }
        return _shown(cause.remedy.format(**facts))


def _shown(text: str) -> str:
    """What came from outside is cut, and may not begin a line of its own (security.md T-67)."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST]
