"""The record of a run, as people and programs are told of it: no values of parameters, no payload, no body, no query."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.questions import Flow
from applinks.scripts.events.event import Event, EventOf
from applinks.scripts.runs.journal import Call, CallsOf, is_unclear
from applinks.scripts.runs.overseeing import run_for
from applinks.scripts.runs.run import Line, LinesOf, Run


@dataclass(frozen=True, slots=True)
class CallTold:
    """A call that a run has made: where it went (`address` has no query), as whom, by which mechanism, and what came back.

    `unclear` says that it was sent and never answered, and that nobody knows whether it happened. Times in seconds since the
    epoch.
    """

    place: str
    method: str
    address: str
    link: str
    user: str | None
    mechanism: str | None
    status: int | None
    sent_at: float
    answered_at: float | None
    unclear: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its calls and the lines of its log, and the event that caused it, if one did and is not forgotten."""

    run: Run
    calls: tuple[CallTold, ...]
    log: tuple[Line, ...]
    event: Event | None


def record_for(number: int, by: str, *, administrator: bool) -> Flow[RunRecord]:
    """The record of a run, for whoever may see it; `RunNotFound` for anybody else."""
    return (yield from record_of((yield from run_for(number, by, administrator=administrator))))


def record_of(run: Run) -> Flow[RunRecord]:
    """The record of this run."""
    calls: tuple[Call, ...] = yield CallsOf(run.number)
    log: tuple[Line, ...] = yield LinesOf(run.number)
    event: Event | None = None if run.event is None else (yield EventOf(run.event))
    return RunRecord(run, tuple(map(_told, calls)), log, event)


def _told(call: Call) -> CallTold:
    asked = call.asked
    return CallTold(
        place=asked.place,
        method=asked.method,
        address=asked.address,
        link=asked.link,
        user=asked.user,
        mechanism=call.by,
        status=call.status,
        sent_at=call.sent_at,
        answered_at=call.answered_at,
        unclear=is_unclear(call),
    )
