"""The only source of time and chance; everything below is handed both as values."""

from __future__ import annotations

import os
import secrets
import time


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def fresh_token() -> str:
    """256 random bits as text, for anything that must not be guessed (security.md S-16)."""
    return secrets.token_urlsafe(32)


def fresh_nonce() -> str:
    """A new `oauth_nonce`: 128 random bits as 32 hexadecimal characters."""
    return os.urandom(16).hex()
