"""How names are compared, and under which name somebody goes over there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from applinks.errors import ConfigurationError


def folded(name: str) -> str:
    """A name as it is compared: case and ways to write the same character do not matter; look-alikes stay apart (T-22)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


@dataclass(frozen=True, slots=True)
class Names:
    """Who goes by another name over there: pairs of our name and theirs, one to one.

    A name that stands on one side only is taken there: if our carol is their cclark, then whoever else is called cclark here is
    nobody over there, and their carol is nobody here.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    _there: dict[str, str] = field(init=False, repr=False, compare=False)
    _here: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", tuple(sorted((ours, theirs) for ours, theirs in self.pairs)))
        object.__setattr__(self, "_there", {folded(ours): theirs for ours, theirs in self.pairs})
        object.__setattr__(self, "_here", {folded(theirs): ours for ours, theirs in self.pairs})

    def __bool__(self) -> bool:
        """Whether anybody does."""
        return bool(self.pairs)

    @classmethod
    def read(cls, mapping: Mapping[str, str]) -> Names:
        """From what an administrator says; `ConfigurationError` unless it is one to one, in any case of letters."""
        names = cls(tuple(mapping.items()))
        for name in (name for pair in names.pairs for name in pair):
            if not name or not name.isprintable() or name != name.strip():
                raise ConfigurationError(
                    f"{name[:100]!a} is no user name.", remedy="Write it without blanks at its ends and control characters."
                )
        if not len(names.pairs) == len(names._there) == len(names._here):
            raise ConfigurationError(
                "Two people would have one name: names are mapped one to one, and their case does not matter.",
                remedy="Name each person once on either side.",
            )
        return names

    def there(self, ours: str) -> str | None:
        """Their name for somebody of ours; None where that name is another person's over there."""
        if not self.pairs:
            return ours
        name = folded(ours)
        return self._there.get(name) or (None if name in self._here else ours)

    def here(self, theirs: str) -> str | None:
        """Our name for somebody of theirs; None where that name is another person's here."""
        if not self.pairs:
            return theirs
        name = folded(theirs)
        return self._here.get(name) or (None if name in self._there else theirs)

    def changed(self, others: Names) -> frozenset[str]:
        """The names, as they are compared, that mean other people by `others` than by these."""
        return frozenset(folded(name) for pair in {*self.pairs} ^ {*others.pairs} for name in pair)
