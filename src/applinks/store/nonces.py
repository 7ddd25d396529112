"""Spends nonces in the database, and forgets those that cannot matter any more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from applinks.incoming import SpendNonce
from applinks.mechanisms import WINDOW
from applinks.store.database import Database, Use, cursor
from applinks.store.grouping import Ledger
from applinks.store.insertion import insert_rows
from applinks.store.tables import nonces

SWEEP_EVERY = 60
"""Seconds between two sweeps of one process, while a sweep removes all there is."""
SWEEP_SOONER = 1
"""Seconds to the next one when it did not: the table must not grow faster than it is swept (security.md T-77)."""
SWEPT_AT_ONCE = 2000

_UNLESS_SPENT = " ON CONFLICT DO NOTHING RETURNING digest"
_EXPIRED = (
    select(nonces.c.digest)
    .where(nonces.c.digest < bindparam("before"), nonces.c.keep_until < bindparam("now"))
    .limit(SWEPT_AT_ONCE)
)
_SWEEP = delete(nonces).where(nonces.c.digest.in_(_EXPIRED.with_for_update(skip_locked=True))).returning(nonces.c.keep_until)


class Nonces(Ledger[SpendNonce, bool]):
    """The nonces of all processes; when this one sweeps next is its own affair."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._sweep_at = clock() + SWEEP_EVERY

    def answer_all(self, batch: Sequence[SpendNonce]) -> list[bool]:
        """One atomic write decides: whose row is inserted is the first."""
        digests = [digest(question) for question in batch]
        rows = {key: question.keep_until for key, question in zip(digests, batch, strict=True)}
        with self._database.transaction(Use.SPEND) as connection:
            # In order, so that two writers never wait for each other in a circle.
            values = tuple(value for row in sorted(rows.items()) for value in row)
            statement = insert_rows(connection.dialect.name, nonces, len(rows)) + _UNLESS_SPENT
            inserted = {key for (key,) in cursor(connection).execute(statement, values)}
            if self._sweep_at <= (now := self._clock()):
                self._sweep(connection, now)
        return [_take(inserted, key) for key in digests]

    async def answer_all_async(self, batch: Sequence[SpendNonce]) -> list[bool]:
        """The same from asynchronous code."""
        return await self._database.without_blocking(lambda: self.answer_all(batch))

    def _sweep(self, connection: Connection, now: float) -> None:
        """What is younger than any window cannot be over, and is not even looked at."""
        swept = connection.execute(_SWEEP, {"now": int(now), "before": _moment(max(0, int(now) - WINDOW))}).all()
        self._sweep_at = now + (SWEEP_SOONER if len(swept) == SWEPT_AT_ONCE else SWEEP_EVERY)


def _take(inserted: set[bytes], key: bytes) -> bool:
    """Whether it is there; the first one in a batch takes it."""
    there = key in inserted
    inserted.discard(key)
    return there


def digest(question: SpendNonce) -> bytes:
    """256 bits for consumer key, token, timestamp and nonce; the lengths in front keep one from running into the next.

    The timestamp stands before them: so the table is in the order of time, and what is spent together changes few pages of it.
    """
    key, token = question.consumer_key, question.token
    whole = f"{len(key)}:{key}{len(token)}:{token}{question.timestamp}:{question.nonce}"
    return _moment(question.timestamp) + hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()


def digest_of_turn(name: str) -> bytes:
    """Something that is taken once until a time, whenever that was; before all nonces, so that it is swept like them."""
    return _moment(0) + hashlib.sha256(b"turn " + name.encode("utf-8", "surrogatepass")).digest()


def _moment(timestamp: int) -> bytes:
    return timestamp.to_bytes(8)
