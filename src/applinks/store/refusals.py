"""Answers about requests that were refused. Each is sealed; few are kept, and not for long."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from sqlalchemy import Connection, Row, bindparam, delete, select

from applinks.incoming import KEPT_FOR, KEPT_OF_EACH, PAUSE, KeepRefusal, Refusal, RefusalOf, Refusals
from applinks.store.insertion import insert_first, make_room
from applinks.store.sealing import Place, Sealing
from applinks.store.tables import links, refusals
from applinks.wire.messages import Request

MOST_SHOWN = 1000
_ONE = select(refusals).where(refusals.c.id == bindparam("id"))
_LINK = select(links.c.id).where(links.c.id == bindparam("id"))


class RefusedRequests:
    """Keeps and finds them."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._sealing = sealing
        self._clock = clock
        self._last: dict[str, float] = {}

    def is_due(self, question: KeepRefusal) -> bool:
        """Whether none of this link was kept in this process just now; asked before anything is locked."""
        now = self._clock()
        if 0 <= now - self._last.get(question.refusal.link_id, 0.0) < PAUSE:
            return False
        self._last[question.refusal.link_id] = now
        return True

    def keep(self, connection: Connection, question: KeepRefusal) -> None:
        """Insert it, if its link is still there; the oldest of its link make room, and what is too old is swept."""
        refusal = question.refusal
        connection.execute(delete(refusals).where(refusals.c.time < self._clock() - KEPT_FOR))
        if connection.execute(_LINK, {"id": refusal.link_id}).first() is None:
            return
        theirs = select(refusals.c.id).where(refusals.c.link_id == refusal.link_id)
        make_room(connection, refusals.c.id, theirs.order_by(refusals.c.time.desc(), refusals.c.id), KEPT_OF_EACH)
        row = {
            "id": refusal.id,
            "link_id": refusal.link_id,
            "time": refusal.time,
            "problem": refusal.problem,
            "request": self._sealing.seal(_written(refusal), _place(refusal.id)),
        }
        connection.execute(insert_first(connection, refusals), row)

    def find(self, connection: Connection, question: RefusalOf) -> Refusal | None:
        """The one of that id, unless it is too old."""
        row = connection.execute(_ONE, {"id": question.id}).first()
        return None if row is None or row.time < self._clock() - KEPT_FOR else self._read(row)

    def all(self, connection: Connection, question: Refusals) -> tuple[Refusal, ...]:
        """The newest first."""
        query = select(refusals).where(refusals.c.time >= self._clock() - KEPT_FOR)
        if question.link_id is not None:
            query = query.where(refusals.c.link_id == question.link_id)
        rows = connection.execute(query.order_by(refusals.c.time.desc(), refusals.c.id).limit(MOST_SHOWN))
        return tuple(self._read(row) for row in rows)

    def _read(self, row: Row) -> Refusal:  # type: ignore[type-arg]
        kept = json.loads(self._sealing.unseal(row.request, _place(row.id)))
        headers = tuple((name, value) for name, value in kept["headers"])
        request = Request(kept["method"], kept["url"], headers, b64decode(kept["body"]))
        return Refusal(row.id, row.link_id, row.time, row.problem, kept["why"], request, kept["step"], kept["whole"])


def _written(refusal: Refusal) -> bytes:
    request = refusal.request
    kept = {
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "body": b64encode(request.body).decode(),
        "why": refusal.why,
        "step": refusal.step,
        "whole": refusal.whole,
    }
    return json.dumps(kept).encode()


def _place(id: str) -> Place:  # noqa: A002
    return ("refusals", "request", id)
