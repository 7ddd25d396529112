"""Answers about the journal of a run's calls.

What was answered is sealed, and so is the digest of what was asked: by an open one, a short secret in it could be guessed.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from applinks.scripts import (
    Answer,
    Asked,
    Call,
    CallsOf,
    CallState,
    ForgetCall,
    NoteAnswered,
    NoteSent,
    RunState,
    SettleCall,
    TakeAnswerOut,
)
from applinks.store.insertion import insert_or_replace
from applinks.store.runs import by_its_holder
from applinks.store.script_tables import run_calls as table
from applinks.store.script_tables import runs
from applinks.store.sealing import Sealing


class Journal:
    """Notes calls and finds them."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._sealing = sealing
        self._clock = clock

    @by_its_holder
    def sent(self, connection: Connection, question: NoteSent) -> None:
        """Insert it; one that is sent again replaces its row."""
        connection.execute(insert_or_replace(connection, table), self._row(question.number, question.asked))

    @by_its_holder
    def answered(self, connection: Connection, question: NoteAnswered) -> None:
        """Note the answer, sealed for its place."""
        self._note(connection, question.number, question.place, question.answer)

    @by_its_holder
    def take_answer_out(self, connection: Connection, question: TakeAnswerOut) -> None:
        """It was sent, and is not answered any more."""
        values = {"state": CallState.SENT.value, "answered_at": None, "status": None, "answer": None}
        connection.execute(update(table).where(table.c.id == _id(question.number, question.place)).values(values))

    @by_its_holder
    def forget(self, connection: Connection, question: ForgetCall) -> None:
        """Take it out."""
        connection.execute(delete(table).where(table.c.id == _id(question.number, question.place)))

    def settle(self, connection: Connection, question: SettleCall) -> bool:
        """Who moves the run on from `unclear` has settled its call, which must be unclear itself."""
        id = _id(question.number, question.place)  # noqa: A001
        sent = select(table.c.id).where(table.c.id == id, table.c.state == CallState.SENT.value)
        if connection.execute(sent).first() is None:
            return False
        unclear = update(runs).where(runs.c.number == question.number, runs.c.state == RunState.UNCLEAR.value)
        values = {"state": RunState.QUEUED.value, "due_at": self._clock(), "error": None}
        if connection.execute(unclear.values(values).returning(runs.c.number)).first() is None:
            return False
        if question.answer is None:
            connection.execute(delete(table).where(table.c.id == id))
        else:
            self._note(connection, question.number, question.place, question.answer)
        return True

    def calls(self, connection: Connection, question: CallsOf) -> tuple[Call, ...]:
        """In the order of sending."""
        query = select(table).where(table.c.run == question.number).order_by(table.c.sent_at, table.c.id)
        return tuple(self._read(row, with_answer=question.with_answers) for row in connection.execute(query))

    def _note(self, connection: Connection, number: int, place: str, answer: Answer) -> None:
        id = _id(number, place)  # noqa: A001
        written = json.dumps({"headers": answer.headers, "body": b64encode(answer.body).decode()}).encode()
        values = {
            "state": CallState.ANSWERED.value,
            "answered_at": self._clock(),
            "status": answer.status,
            "mechanism": answer.by,
            "answer": self._sealing.seal(written, _place(id, "answer")),
        }
        connection.execute(update(table).where(table.c.id == id).values(values))

    def _row(self, number: int, asked: Asked) -> dict[str, Any]:
        id = _id(number, asked.place)  # noqa: A001
        return {
            "id": id,
            "run": number,
            "place": asked.place,
            "method": asked.method,
            "url": asked.address,
            "link_id": asked.link_id,
            "link": asked.link,
            "user_name": asked.user,
            "digest": self._sealing.seal(asked.digest.encode(), _place(id, "digest")),
            "state": CallState.SENT.value,
            "sent_at": self._clock(),
            "answered_at": None,
            "status": None,
            "mechanism": None,
            "answer": None,
        }

    def _read(self, row: Row[Any], *, with_answer: bool) -> Call:
        digest = self._sealing.unseal(row.digest, _place(row.id, "digest")).decode()
        asked = Asked(row.place, row.method, row.url, row.link_id, row.link, row.user_name, digest)
        answer = self._answer(row) if with_answer and row.answer is not None else None
        return Call(asked, CallState(row.state), row.sent_at, row.answered_at, row.status, row.mechanism, answer)

    def _answer(self, row: Row[Any]) -> Answer:
        kept = json.loads(self._sealing.unseal(row.answer, _place(row.id, "answer")))
        headers = tuple((name, value) for name, value in kept["headers"])
        return Answer(row.status, headers, b64decode(kept["body"]), row.mechanism)


def _id(number: int, place: str) -> str:
    return f"{number}/{place}"


def _place(id: str, column: str) -> tuple[str, str, str]:  # noqa: A002
    return ("run_calls", column, id)
