"""The record of what was done: a chain of rows, each with a keyed digest over the one before (security.md T-68).

The head row names the last of them and carries a voucher, so that rows cannot be cut off at the end either. Whoever writes to
the database without having the sealing keys can neither change, drop, reorder nor add a row unnoticed; what remains possible is
to put back an older copy of rows and head together, which only a head that was noted elsewhere brings to light.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from applinks.audit import AuditHead, AuditSpan, AuditTrail, AuditVerdict, Entry, Head, VerifyAudit, WriteDown, Written
from applinks.store.database import Database, Use, cursor
from applinks.store.grouping import Ledger
from applinks.store.insertion import insert_rows
from applinks.store.sealing import Sealing
from applinks.store.tables import audit, audit_head

BATCH = 1000
_BEFORE_ALL = -(2**63)
BEGINNING = bytes(32)
"""Stands for the digest of the row before the first."""

_HEAD = select(audit_head)
_LAST = "SELECT sequence, digest FROM audit_head"
_AHEAD = " ON CONFLICT (singleton) DO UPDATE SET " + ", ".join(
    f"{column.name} = excluded.{column.name}" for column in audit_head.columns
)
_NEXT = select(audit).where(audit.c.sequence > bindparam("after")).order_by(audit.c.sequence).limit(BATCH)
_as_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_STORED = tuple(field.name for field in fields(Entry) if field.name != "explanation")


class Trail(Ledger[WriteDown, None]):
    """Writes, reads and verifies."""

    def __init__(self, database: Database, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._database = database
        self._sealing = sealing
        self._clock = clock

    def answer_all(self, batch: Sequence[WriteDown]) -> list[None]:
        """Append their entries, all of them or none. What must survive a power cut takes the others along."""
        durable = any(question.durable for question in batch)
        with self._database.transaction(Use.WRITE_DURABLY if durable else Use.WRITE) as connection:
            self._append(connection, [question.entry for question in batch])
        return [None] * len(batch)

    async def answer_all_async(self, batch: Sequence[WriteDown]) -> list[None]:
        """The same from asynchronous code."""
        return await self._database.without_blocking(lambda: self.answer_all(batch))

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> None:
        run, dialect = cursor(connection), connection.dialect.name
        last, digest = run.execute(_LAST).fetchone() or (0, BEGINNING)
        key_id, key = self._sealing.audit_key()
        now, values = float(self._clock()), list[Any]()
        for sequence, entry in enumerate(entries, last + 1):
            row = {"sequence": sequence, "time": now, **_columns(entry), "key_id": key_id}
            digest = _digest(key, digest, row)
            values += (*row.values(), digest)
        run.execute(insert_rows(dialect, audit, len(entries)), values)
        last += len(entries)
        head = (1, last, digest, key_id, _voucher(key, last, digest))
        run.execute(insert_rows(dialect, audit_head, 1) + _AHEAD, head)

    def read(self, connection: Connection, question: AuditTrail) -> tuple[Written, ...]:
        """The newest first."""
        query = select(audit).order_by(audit.c.sequence.desc())
        if question.link is not None:
            query = query.where(audit.c.link == question.link)
        if question.kind is not None:
            query = query.where(audit.c.kind == question.kind)
        if question.user is not None:  # a first look, by the database; each entry is asked below
            query = query.where(audit.c.entry.contains(_as_json(question.user), autoescape=True))
        query = _within(query, question.since, question.until)
        return tuple(islice(_found(connection, query, question), question.limit))

    def head(self, connection: Connection, _question: AuditHead) -> Head | None:
        """As it is kept."""
        kept = connection.execute(_HEAD).first()
        return None if kept is None else _head(kept.sequence, kept.digest)

    def span(self, connection: Connection, question: AuditSpan) -> tuple[Written, ...]:
        """The oldest first."""
        query = select(audit).where(audit.c.sequence > question.after).order_by(audit.c.sequence).limit(question.limit)
        if question.upto is not None:
            query = query.where(audit.c.sequence <= question.upto)
        return tuple(map(_written, connection.execute(_within(query, question.since, question.until))))

    def verify(self, connection: Connection, question: VerifyAudit) -> AuditVerdict:
        """Walk the whole chain; stop at the first row that does not hold."""
        last, holds = 0, BEGINNING
        for row in _rows(connection):
            problem = self._problem(row, last + 1, holds) or _contradiction(row, question.noted)
            if problem:
                return AuditVerdict(_head(last, holds), last + 1, problem)
            last, holds = row.sequence, row.digest
        problem = self._problem_at_end(connection, last, holds, question.noted)
        return AuditVerdict(_head(last, holds), last + 1 if problem else None, problem)

    def _problem(self, row: Row[Any], expected: int, before: bytes) -> str | None:
        if not _well_formed(row):
            return "the entry is not as entries are written"
        if row.sequence != expected:
            return "the entry is missing" if row.sequence > expected else "an entry was added before the first"
        if not self._sealing.knows(row.key_id):
            return f"the key {row.key_id!r} that vouches for it is not among the sealing keys"
        _, key = self._sealing.audit_key(row.key_id)
        columns = {name: row._mapping[name] for name in ("sequence", "time", "kind", "link", "entry", "key_id")}
        if not hmac.compare_digest(_digest(key, before, columns), row.digest):
            return "the entry was changed, moved or added"
        return None

    def _problem_at_end(self, connection: Connection, last: int, digest: bytes, noted: Head | None) -> str | None:
        if noted is not None and noted.sequence > last:
            return "the entry is missing: a later one was noted"
        head = connection.execute(_HEAD).first()
        if head is None:
            return "the head of the record is missing" if last else None
        if not (isinstance(head.sequence, int) and isinstance(head.digest, bytes) and isinstance(head.voucher, bytes)):
            return "the head of the record was changed"
        if not self._sealing.knows(head.key_id):
            return f"the key {head.key_id!r} that vouches for the head is not among the sealing keys"
        _, key = self._sealing.audit_key(head.key_id)
        if not hmac.compare_digest(_voucher(key, head.sequence, head.digest), head.voucher):
            return "the head of the record was changed"
        if head.sequence > last:
            return "the entry is missing: the head names a later one"
        return None if (head.sequence, head.digest) == (last, digest) else "the head does not know the last entries"


def _well_formed(row: Row[Any]) -> bool:
    """SQLite keeps any kind of value in any column."""
    texts = (row.kind, row.entry, row.key_id, row.link or "")
    return isinstance(row.digest, bytes) and isinstance(row.time, float) and all(isinstance(text, str) for text in texts)


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    after = _BEFORE_ALL
    while batch := connection.execute(_NEXT, {"after": after}).all():
        yield from batch
        after = batch[-1].sequence


def _found(connection: Connection, query: Select[Any], question: AuditTrail) -> Iterator[Written]:
    """Entry by entry, in batches: of those that the query finds, the user may have had another part."""
    before = question.before
    while True:
        older = query if before is None else query.where(audit.c.sequence < before)
        batch = connection.execute(older.limit(min(question.limit, BATCH))).all()
        if not batch:
            return
        before = batch[-1].sequence
        for row in batch:
            written = _written(row)
            if question.user is None or question.user in {written.entry.subject, written.entry.actor}:
                yield written


def _within(query: Select[Any], since: float | None, until: float | None) -> Select[Any]:
    if since is not None:
        query = query.where(audit.c.time >= since)
    return query if until is None else query.where(audit.c.time <= until)


def _written(row: Row[Any]) -> Written:
    return Written(row.sequence, row.time, _entry(row.entry))


def _contradiction(row: Row[Any], noted: Head | None) -> str | None:
    if noted is None or row.sequence != noted.sequence or row.digest.hex() == noted.digest:
        return None
    return "the entry is not the one that was noted"


def _head(sequence: int, digest: bytes) -> Head | None:
    return Head(sequence, digest.hex()) if sequence else None


def _columns(entry: Entry) -> dict[str, Any]:
    stored = {name: value for name in _STORED if (value := getattr(entry, name)) not in (None, ())}
    return {"kind": entry.kind, "link": entry.link, "entry": _as_json(stored)}


def _entry(text: str) -> Entry:
    try:
        stored = json.loads(text)
    except (ValueError, TypeError):
        stored = None
    if not isinstance(stored, dict) or not {"kind", "outcome"} <= stored.keys():
        return Entry(kind="unreadable", outcome="this row was not written by us: verify the record")
    lists: dict[str, Any] = {name: tuple(map(tuple, stored.pop(name, ()))) for name in ("checks", "changes")}
    return Entry(**lists, **{name: value for name, value in stored.items() if name in _STORED})


def _digest(key: bytes, before: bytes, row: dict[str, Any]) -> bytes:
    return hmac.digest(key, before + _as_json(row).encode(), "sha256")


def _voucher(key: bytes, sequence: int, digest: bytes) -> bytes:
    return hmac.digest(key, b"head %d " % sequence + digest, "sha256")
