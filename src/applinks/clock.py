"""The only source of time and chance; everything below is handed both as values."""

from __future__ import annotations

import os
import secrets
import time
from collections import deque

_NONCES_AT_ONCE = 128
_nonces: deque[str] = deque()
os.register_at_fork(after_in_child=_nonces.clear)  # parent and child would otherwise hand out the same ones


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def fresh_nonce() -> str:
    """A new `oauth_nonce`: 128 random bits as 32 hexadecimal characters.

    They are drawn from the operating system many at a time: asking it for each would cost more than the rest of an HMAC proof.
    """
    try:
        return _nonces.popleft()
    except IndexError:
        drawn = os.urandom(16 * _NONCES_AT_ONCE).hex()
        _nonces.extend(drawn[start : start + 32] for start in range(32, len(drawn), 32))
        return drawn[:32]


def fresh_secret() -> str:
    """A new id, token, verifier or shared secret: 256 random bits, in letters that need no encoding anywhere.

    It does not begin with a hyphen, with which it would be an option where it is typed on a command line.
    """
    while (secret := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return secret
