"""Answers about runs: queued once, held by one, ended once. Which state may follow which is said by `scripts.STEPS`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, and_, bindparam, case, delete, exists, func, or_, select, update

from applinks.scripts import (
    ENDED,
    IMMEDIATE,
    MOST_DEATHS,
    STEPS,
    AddLines,
    BeginRun,
    CancelRun,
    ClaimRun,
    DropOldRuns,
    DueRuns,
    EndRun,
    ExpireRun,
    GiveUpRun,
    KeepHolding,
    Line,
    LinesOf,
    NoteProgress,
    OverdueRuns,
    ParkRun,
    QueueRuns,
    RecentRuns,
    RetryRun,
    Run,
    RunOf,
    Runs,
    RunState,
    WakeRuns,
)
from applinks.store import history
from applinks.store.finding_runs import wanted
from applinks.store.messages import keep_all, settle_asking
from applinks.store.run_rows import RunRows
from applinks.store.script_tables import events, run_lines
from applinks.store.script_tables import runs as table
from applinks.store.tables import access_tokens


class _InTheNameOf(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def holder(self) -> str: ...


A = TypeVar("A")
Q = TypeVar("Q", bound=_InTheNameOf)

_ONE = select(table).where(table.c.number == bindparam("number"))
_earlier = table.alias("earlier")
_WAITING = (RunState.QUEUED.value, RunState.RUNNING.value)
_BLOCKED = exists().where(
    _earlier.c.item == table.c.item,
    _earlier.c.hook == table.c.hook,
    _earlier.c.number < table.c.number,
    _earlier.c.state.in_(_WAITING),
)
"""An earlier run of the same hook for the same item goes first."""
_FREE = or_(
    and_(table.c.state == RunState.QUEUED.value, table.c.due_at <= bindparam("now")),
    and_(table.c.state == RunState.RUNNING.value, table.c.held_until < bindparam("now")),
)
_DUE = select(table.c.number).where(_FREE, ~_BLOCKED).order_by(table.c.number)
_NO_PROGRESS: Mapping[str, Any] = {"progress_done": None, "progress_of": None, "progress_text": None}
_NOBODY: Mapping[str, Any] = {"holder": None, "held_until": None}


def held(number: int, holder: str) -> Any:
    """The condition that a run is held by that holder."""
    return and_(table.c.number == number, table.c.holder == holder, table.c.state == RunState.RUNNING.value)


def by_its_holder(written: Callable[[A, Connection, Q], None]) -> Callable[[A, Connection, Q], bool]:
    """What is written in the name of a run's holder: only while that one holds it, which is asked in the same transaction."""

    @wraps(written)
    def answer(answering: A, connection: Connection, question: Q) -> bool:
        holds = select(table.c.number).where(held(question.number, question.holder))
        if connection.execute(holds).first() is None:
            return False
        written(answering, connection, question)
        return True

    return answer


class RunsKept:
    """Queues, hands out and ends them."""

    def __init__(self, rows: RunRows, clock: Callable[[], float]) -> None:
        self._rows = rows
        self._clock = clock

    def queue(self, connection: Connection, question: QueueRuns) -> tuple[int, ...]:
        """Insert them, each once."""
        return self._rows.queue(connection, question.runs, self._clock())

    def claim(self, connection: Connection, question: ClaimRun) -> Run | None:
        """The write transaction is what keeps two from taking the same one."""
        now = self._clock()
        query = _DUE.limit(1) if question.number is None else _DUE.where(table.c.number == question.number)
        number = connection.execute(query, {"now": now}).scalar()
        if number is None:
            return None
        died = case((table.c.state == RunState.RUNNING.value, 1), else_=0)
        taken = update(table).where(table.c.number == number)
        values: dict[str, Any] = {
            **_held_by(question, now),
            "passes": table.c.passes + 1,
            "deaths": table.c.deaths + died,
            "started_at": func.coalesce(table.c.started_at, now),
            **_NO_PROGRESS,
        }
        run = self._rows.read(connection.execute(taken.values(values).returning(table)).one())
        if run.deaths < MOST_DEATHS and (run.kind not in IMMEDIATE or not run.deaths):
            return run
        _end(connection, run.number, RunState.FAILED, now, error=_died(run.deaths, "it was not heard of any more"))
        return None

    def begin(self, connection: Connection, question: BeginRun) -> Run:
        """Insert it as a run that is held already, unless it is there."""
        now = self._clock()
        self._rows.insert(connection, question.run, now, **_held_by(question, now), passes=1, started_at=now)
        return self._rows.read(connection.execute(select(table).where(table.c.key == question.run.key)).one())

    def keep_holding(self, connection: Connection, question: KeepHolding) -> frozenset[str]:
        """Those that still hold one."""
        kept = update(table).where(table.c.state == RunState.RUNNING.value, table.c.holder.in_(question.holders))
        rows = connection.execute(kept.values(held_until=self._clock() + question.held_for).returning(table.c.holder))
        return frozenset(rows.scalars())

    @by_its_holder
    def end(self, connection: Connection, question: EndRun) -> None:
        """Only its holder ends it; `QUEUED` means that it is tried again."""
        ending, now = question.ending, self._clock()
        assert ending.state in STEPS[RunState.RUNNING]  # noqa: S101
        spent: dict[str, Any] = {
            "elapsed": table.c.elapsed + ending.elapsed,
            "cpu": table.c.cpu + ending.cpu,
            "revision": ending.revision,
            "result": None if ending.result is None else json.dumps(ending.result),
        }
        if ending.state is RunState.QUEUED:
            spent |= {"due_at": ending.retry_at or now, "again": table.c.again - 1}
        _end(connection, question.number, ending.state, now, error=ending.error, **spent)
        if ending.state in ENDED:
            settle_asking(connection, question.number, now)
        keep_all(connection, question.messages, now)

    def give_up(self, connection: Connection, question: GiveUpRun) -> RunState | None:
        """Queue it again, unless that has happened too often."""
        row = connection.execute(select(table).where(held(question.number, question.holder))).first()
        if row is None:
            return None
        deaths = row.deaths + (not question.blameless)
        if deaths < MOST_DEATHS and row.kind not in IMMEDIATE:
            _end(connection, question.number, RunState.QUEUED, self._clock(), deaths=deaths)
            return RunState.QUEUED
        why = f"It was ended: {question.why}." if question.blameless else _died(deaths, question.why)
        _end(connection, question.number, RunState.FAILED, self._clock(), error=why, deaths=deaths)
        return RunState.FAILED

    @by_its_holder
    def park(self, connection: Connection, question: ParkRun) -> None:
        """Park it and keep what is told about it, in one transaction."""
        waits: dict[str, Any] = {
            "parked_link": question.link_id,
            "parked_user": question.user,
            "parked_until": question.until,
            "elapsed": table.c.elapsed + question.elapsed,
            "cpu": table.c.cpu + question.cpu,
            "revision": question.revision,
        }
        now = self._clock()
        _end(connection, question.number, RunState.PARKED, now, **waits)
        keep_all(connection, question.messages, now)

    def wake(self, connection: Connection, _question: WakeRuns) -> tuple[int, ...]:
        """Those whose person has a token for that link now; who moves a run on has woken it, and nobody is asked any more."""
        agreed = exists().where(
            access_tokens.c.link_id == table.c.parked_link, access_tokens.c.user_name == table.c.parked_user
        )
        parked = update(table).where(table.c.state == RunState.PARKED.value, agreed)
        now = self._clock()
        numbers = tuple(sorted(connection.scalars(parked.values(_due_again(now)).returning(table.c.number))))
        for number in numbers:
            settle_asking(connection, number, now)
        return numbers

    def retry(self, connection: Connection, question: RetryRun) -> bool:
        """Who moves it on has retried it."""
        now = self._clock()
        return _moved_on(connection, question.number, {RunState.PARKED}, now, **_due_again(now))

    def overdue(self, connection: Connection, question: OverdueRuns) -> tuple[Run, ...]:
        """Those for which nobody has consented in time."""
        late = select(table).where(table.c.state == RunState.PARKED.value, table.c.parked_until < self._clock())
        return tuple(self._rows.read(row) for row in connection.execute(late.order_by(table.c.number).limit(question.limit)))

    def expire(self, connection: Connection, question: ExpireRun) -> bool:
        """Who moves it on from `parked` tells about it."""
        now = self._clock()
        expired = {"state": RunState.EXPIRED.value, "ended_at": now, "error": "Nobody allowed it in time."}
        if not _moved_on(connection, question.number, {RunState.PARKED}, now, **expired):
            return False
        keep_all(connection, question.messages, now)
        return True

    def cancel(self, connection: Connection, question: CancelRun) -> bool:
        """Only from the states that may be followed by this. Who executes it holds it no more, and is ended for that."""
        may = {state for state, after in STEPS.items() if RunState.CANCELLED in after}
        now = self._clock()
        cancelled = {"state": RunState.CANCELLED.value, "ended_at": now, "error": f"Cancelled by {question.by}.", **_NOBODY}
        return _moved_on(connection, question.number, may, now, **cancelled)

    def due(self, connection: Connection, question: DueRuns) -> tuple[int, ...]:
        """The oldest first."""
        return tuple(connection.scalars(_DUE.limit(question.limit), {"now": self._clock()}))

    def find(self, connection: Connection, question: RunOf) -> Run | None:
        """The one of that number."""
        row = connection.execute(_ONE, {"number": question.number}).first()
        return None if row is None else self._rows.read(row)

    def listed(self, connection: Connection, question: Runs) -> tuple[Run, ...]:
        """The newest first."""
        return tuple(self._rows.read(row) for row in connection.execute(wanted(question)))

    def add_lines(self, connection: Connection, question: AddLines) -> bool:
        """Insert them, in the pass that runs now."""
        row = connection.execute(select(table.c.passes).where(held(question.number, question.holder))).first()
        if row is None:
            return False
        common = {"run": question.number, "number_of_pass": row.passes}
        lines = [{**common, "at": at, "level": level, "text": text} for at, level, text in question.lines]
        if lines:
            connection.execute(run_lines.insert(), lines)
        return True

    def note_progress(self, connection: Connection, question: NoteProgress) -> bool:
        """Only its holder says it."""
        told = question.progress
        values = {"progress_done": told.done, "progress_of": told.of, "progress_text": told.text}
        noted = update(table).where(held(question.number, question.holder)).values(values).returning(table.c.number)
        return connection.execute(noted).first() is not None

    def drop_old(self, connection: Connection, question: DropOldRuns) -> int:
        """Calls and lines go with their run; events once no run refers to them."""
        old = select(table.c.number).where(table.c.ended_at < question.before, table.c.state.in_(_values(ENDED)))
        numbers = connection.scalars(old.order_by(table.c.number).limit(question.limit)).all()
        history.remember(connection, numbers)
        connection.execute(delete(table).where(table.c.number.in_(numbers)))
        forgotten = select(events.c.number).where(
            events.c.received_at < question.before,
            events.c.state != "received",
            ~exists().where(table.c.event == events.c.number),
        )
        connection.execute(delete(events).where(events.c.number.in_(forgotten.limit(question.limit))))
        return len(numbers)


def recent(connection: Connection, question: RecentRuns) -> int:
    """Counted by the index of the item."""
    query = select(func.count()).where(
        table.c.item == question.item, table.c.hook == question.hook, table.c.made_at >= question.since
    )
    return connection.execute(query).scalar_one()


def lines_of(connection: Connection, question: LinesOf) -> tuple[Line, ...]:
    """The oldest first."""
    query = select(run_lines).where(run_lines.c.run == question.number).order_by(run_lines.c.number)
    return tuple(Line(row.at, row.number_of_pass, row.level, row.text) for row in connection.execute(query))


def _held_by(question: ClaimRun | BeginRun, now: float) -> dict[str, Any]:
    return {"state": RunState.RUNNING.value, "holder": question.holder, "held_until": now + question.held_for}


def _due_again(now: float) -> dict[str, Any]:
    """Nobody's consent is waited for any more."""
    return {"state": RunState.QUEUED.value, "due_at": now, "parked_until": None}


def _moved_on(connection: Connection, number: int, states: Iterable[RunState], now: float, **values: Any) -> bool:
    """Move a run on from one of these states, unless somebody else has; what it had asked people to do is done with."""
    waiting = update(table).where(table.c.number == number, table.c.state.in_(_values(states)))
    if connection.execute(waiting.values(values).returning(table.c.number)).first() is None:
        return False
    settle_asking(connection, number, now)
    return True


def _end(connection: Connection, number: int, state: RunState, now: float, **values: Any) -> None:
    """Nobody holds it from here on."""
    ended = {"ended_at": now} if state in ENDED else {}
    connection.execute(
        update(table).where(table.c.number == number).values({"state": state.value, **_NOBODY, **ended, **values})
    )


def _died(deaths: int, why: str) -> str:
    return f"Its process ended without a word, {'once' if deaths == 1 else f'{deaths} times'} ({why})."


def _values(states: Iterable[RunState]) -> list[str]:
    return [state.value for state in states]
