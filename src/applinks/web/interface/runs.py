"""Runs of scripts over the interface: what there was, and what can be done about it."""

from __future__ import annotations

from typing import Any

from applinks.questions import Flow
from applinks.scripts import (
    Run,
    RunFilters,
    RunOf,
    RunRecord,
    Runs,
    RunState,
    answer_said,
    cancel_run,
    record_for,
    retry_run,
    run_again,
    settle_call,
)
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import LINES, NAME, Schema, obj, one_of, shown
from applinks.wire.values import data

LONGEST_NUMBER = 15
"""Digits: no run has a longer number, and not every database has."""

RUN, RECORD, STATE = shown(Run), shown(RunRecord), one_of(RunState)
SETTLED: Schema = obj(
    {
        "place": {**NAME, "description": "Which call, by its place among the calls of the run."},
        "status": {
            "type": ["integer", "null"],
            "minimum": 200,
            "maximum": 599,
            "description": "The status of what was answered; null: it did not happen, and is sent again.",
        },
        "answer": {**LINES, "description": "What was answered, as a text of JSON; empty if the script needs nothing of it."},
    },
    optional=("answer",),
)


def runs(call: Call) -> Flow[Any]:
    """The newest first, or those before one."""
    query, limit = call.query, call.query.get("limit", 100)
    only: RunFilters = {name: value for name, value in query.items() if name != "limit"}  # type: ignore[assignment]
    found: tuple[Run, ...] = yield Runs(only, limit)
    return {"runs": data(found), "before": found[-1].number if len(found) == limit else None}


def run(call: Call) -> Flow[RunRecord]:
    """The one of that number."""
    return (yield from record_for(_number(call, "run"), call.by, administrator=True))


def cancel(call: Call) -> Flow[Run]:
    """The run as it is then."""
    return (yield from cancel_run(_number(call, "run"), call.by, administrator=True))


def retry(call: Call) -> Flow[Run]:
    """The run as it is then."""
    return (yield from retry_run(_number(call, "run"), call.by, administrator=True))


def repeat(call: Call) -> Flow[Run]:
    """The new run."""
    number = yield from run_again(_number(call, "run"), call.by)
    new: Run = yield RunOf(number)
    return new


def settle(call: Call) -> Flow[Run]:
    """The run as it is then."""
    said, status = call.body, call.body["status"]
    answer = None if status is None else answer_said(status, said.get("answer", ""))
    return (yield from settle_call(_number(call, "run"), said["place"], answer, call.by, administrator=True))


def _number(call: Call, what: str) -> int:
    said = call.ids[what]
    if not (said.isascii() and said.isdecimal()) or len(said) > LONGEST_NUMBER:
        raise nothing_there(what)
    return int(said)
