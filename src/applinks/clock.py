"""The only source of time and chance; everything below is handed both as values."""

from __future__ import annotations

import os
import time


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def fresh_nonce() -> str:
    """A new `oauth_nonce`: 128 random bits as 32 hexadecimal characters."""
    return os.urandom(16).hex()
