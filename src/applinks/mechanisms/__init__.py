"""The mechanisms, one file each with both halves, strongest first. What an application does not list is not loaded.

`TABLE` is the order of the ladder. The three OAuth ones are there unless something else is said; the legacy ones come only when
they are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from applinks.errors import ConfigurationError
from applinks.mechanisms import three_legged, two_legged, two_legged_impersonation
from applinks.mechanisms.mechanism import WINDOW, Candidate, Checks, Mechanism, Objection, Presented, Proof
from applinks.mechanisms.signature import NOBODYS_KEY, examine, sign
from applinks.mechanisms.three_legged import access_token

TABLE = {
    "2LOi": "two_legged_impersonation",
    "3LO": "three_legged",
    "2LO": "two_legged",
    "Trusted": "trusted_applications",
    "Basic": "basic",
}
"""Name → module, the strongest first."""

THREE_LEGGED, TRUSTED = three_legged.NAME, "Trusted"
"""Those by whose names other rooms ask whether they are loaded, or write down what came of them."""

MECHANISMS: tuple[Mechanism, ...] = (two_legged_impersonation, three_legged, two_legged)
"""What is loaded unless something else is said."""

if TYPE_CHECKING:
    from applinks.mechanisms import basic, trusted_applications

    _ALL: tuple[Mechanism, ...] = (*MECHANISMS, trusted_applications, basic)


def load(names: Iterable[str]) -> tuple[Mechanism, ...]:
    """The mechanisms of these names, in the order of the table. `ConfigurationError` lists what there is."""
    wanted = set(names)
    if unknown := sorted(wanted - TABLE.keys()):
        raise ConfigurationError(f"There is no mechanism {unknown[0][:50]!r}.", remedy=f"Name some of: {', '.join(TABLE)}.")
    return tuple(_module(module) for name, module in TABLE.items() if name in wanted)


def names_of(mechanisms: Iterable[Mechanism]) -> tuple[str, ...]:
    """What these mechanisms are called, in their order."""
    return tuple(mechanism.NAME for mechanism in mechanisms)


def _module(name: str) -> Mechanism:
    return cast("Mechanism", import_module(f"{__name__}.{name}"))


__all__ = [
    "MECHANISMS",
    "NOBODYS_KEY",
    "TABLE",
    "THREE_LEGGED",
    "TRUSTED",
    "WINDOW",
    "Candidate",
    "Checks",
    "Mechanism",
    "Objection",
    "Presented",
    "Proof",
    "access_token",
    "examine",
    "load",
    "names_of",
    "sign",
]
