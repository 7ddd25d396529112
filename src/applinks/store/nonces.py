"""Answers whether a nonce is spent for the first time, and forgets those that cannot matter any more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, select

from applinks.incoming import SpendNonce
from applinks.store.insertion import insert_first
from applinks.store.tables import nonces

SWEEP_EVERY = 60
"""Seconds between two sweeps of one process, while a sweep removes all there is."""
SWEEP_SOONER = 1
"""Seconds to the next one when it did not: the table must not grow faster than it is swept (security.md T-77)."""
SWEPT_AT_ONCE = 2000

_EXPIRED = select(nonces.c.digest).where(nonces.c.keep_until < bindparam("now")).limit(SWEPT_AT_ONCE)
_SWEEP = delete(nonces).where(nonces.c.digest.in_(_EXPIRED)).returning(nonces.c.keep_until)


class Nonces:
    """The nonces of all processes; when this one sweeps next is its own affair."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sweep_at = clock() + SWEEP_EVERY

    def spend(self, connection: Connection, question: SpendNonce) -> bool:
        """One atomic write decides: who inserts the row is the first."""
        row = {"digest": digest(question), "keep_until": question.keep_until}
        first_time = bool(connection.execute(insert_first(connection, nonces), row).all())
        if self._sweep_at <= (now := self._clock()):
            self._sweep(connection, now)
        return first_time

    def _sweep(self, connection: Connection, now: float) -> None:
        swept = connection.execute(_SWEEP, {"now": int(now)}).all()
        self._sweep_at = now + (SWEEP_SOONER if len(swept) == SWEPT_AT_ONCE else SWEEP_EVERY)


def digest(question: SpendNonce) -> bytes:
    """256 bits for consumer key, token, timestamp and nonce; the lengths in front keep one from running into the next."""
    key, token = question.consumer_key, question.token
    whole = f"{len(key)}:{key}{len(token)}:{token}{question.timestamp}:{question.nonce}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()
