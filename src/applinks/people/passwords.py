"""Passwords as they are kept: a digest by scrypt (RFC 7914), with a salt of its own and the cost at which it was made.

Looking at a password takes the same time whether there is one to compare it with or not (T-08).
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from applinks.errors import ConfigurationError

SHORTEST, LONGEST = 12, 200
"""Letters of a password."""
BYTES = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs: memory for 128 × `block` × 2^`doublings` bytes, `times` over (RFC 7914, 2)."""

    doublings: int = 15
    block: int = 8
    times: int = 3


COST = Cost()
"""32 MiB and a quarter of a second for each try."""


def check(password: str) -> None:
    """Raise `ConfigurationError` for a password that is too short, or longer than anybody should have to digest."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigurationError(
            f"A password has {SHORTEST} to {LONGEST} letters.", remedy="Take a few words that nobody would guess together."
        )


def kept(password: str, salt: str) -> str:
    """What is kept of a password; `salt` must be fresh."""
    return _written(password, salt, COST)


def is_right(password: str, stored: str | None) -> bool:
    """Whether that is the password of which this was kept; where there is none, False after the same effort."""
    _, doublings, block, times, salt, _ = (stored or _NOBODYS).split("$")
    found = _written(password, salt, Cost(int(doublings), int(block), int(times)))
    return hmac.compare_digest(found, stored or _NOBODYS) and stored is not None


def _written(password: str, salt: str, cost: Cost) -> str:
    derived = Scrypt(salt.encode(), BYTES, n=2**cost.doublings, r=cost.block, p=cost.times).derive(_as_bytes(password))
    return f"scrypt${cost.doublings}${cost.block}${cost.times}${salt}${derived.hex()}"


def _as_bytes(password: str) -> bytes:
    """The same, however a keyboard composes its letters (RFC 8265, 4.2); only so much of it as a password can have."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1]).encode("utf-8", "surrogatepass")


_NOBODYS = f"scrypt${COST.doublings}${COST.block}${COST.times}$nobody${'0' * 2 * BYTES}"
