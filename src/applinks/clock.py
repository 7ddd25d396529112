"""The only source of time and chance; everything below is handed both as values."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from itertools import count


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def fresh_token() -> str:
    """256 random bits as text, for anything that must not be guessed (security.md S-16)."""
    return secrets.token_urlsafe(32)


def _nonces() -> Iterator[str]:
    """128 random bits each; drawn from the operating system in blocks, because one call a nonce costs more than the rest."""
    process = 0
    for _ in count():
        block = os.urandom(2048)
        process = os.getpid()
        for start in range(0, 2048, 16):
            if os.getpid() != process:  # a fork inherits the block: both would hand out the same nonces
                break
            yield block[start : start + 16].hex()


_stream = _nonces()


def fresh_nonce() -> str:
    """A new `oauth_nonce`: 32 hexadecimal characters."""
    return next(_stream)
