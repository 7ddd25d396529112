"""What goes wrong with requests over a link, as data: each class with its likely cause, its remedy, and a way to prove it.

The called side holds what a signature is verified with. So it can ask, of a request that was refused: what if the sender has
signed the same for http? For another port? With the query left out? The text for which the signature holds *is* what the sender
signed. Each class says how to make such texts from the one that we read (`texts`), how to read the signature otherwise
(`spellings`), or by what else to verify it (`locks`). Classes with none of them are told by the checks that failed.

Causes and remedies are formatted with what is known: `url` (our address), `link`, `signed` (the address that was signed),
`origin` (its beginning), `names` (the parameters that differ) and what each class adds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from applinks.doctor.signed_text import SignedText, Surroundings

Texts = Callable[[SignedText, Surroundings], Iterable[SignedText]]
Spellings = Callable[[str], Iterable[str]]
Holds = Callable[[bytes, bytes], bool]
"""Whether a signature holds over a text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One class. `part` is where it lies; `alone` says that it is not tried together with others."""

    name: str
    part: str
    cause: str
    remedy: str
    texts: Texts | None = field(default=None, repr=False)
    spellings: Spellings | None = field(default=None, repr=False)
    locks: Callable[[object], Iterable[Holds]] | None = field(default=None, repr=False)
    alone: bool = False


ADDRESS, METHOD, PARAMETERS, WRITING = "address", "method", "parameters", "writing"
SIGNATURE, KEY = "signature", "key"
PROOF, LINK, PERSON = "proof", "link", "person"
PARTS = (ADDRESS, METHOD, PARAMETERS, WRITING, SIGNATURE, KEY, PROOF, LINK, PERSON)
"""In the order of the reference."""
