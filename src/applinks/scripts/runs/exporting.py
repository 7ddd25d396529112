"""Runs as text for other programs, in pieces: as JSON lines with their calls and logs, or as CSV (security.md T-69)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from applinks.audit import csv_row
from applinks.errors import ConfigurationError
from applinks.questions import Flow
from applinks.scripts.runs.record import record_of
from applinks.scripts.runs.run import Run, RunFilters, Runs
from applinks.wire import values

AT_ONCE = 100
"""Runs in a piece."""

_TIMES = frozenset({"made_at", "due_at", "started_at", "ended_at", "parked_until"})
COLUMNS = (
    *("number", "hook", "kind", "user", "actor", "reason", "event", "item", "depth", "state", "made_at", "started_at"),
    *("ended_at", "passes", "deaths", "elapsed", "cpu", "result", "error", "parked_link", "parked_user", "parked_until"),
    *("revision", "progress"),
)
"""What CSV has of a run. Neither format has the values of parameters, payloads of events, or bodies of answers."""


class RunsExport:
    """The runs that are wanted, the newest first, as text in pieces.

    `format` is "json", a line for each run, with its calls and the lines of its log, or "csv", with a row of names first.
    `exported` counts those that were given. Raises `ConfigurationError` for another format.
    """

    def __init__(self, format: str, only: RunFilters | None = None) -> None:  # noqa: A002
        if format not in {"json", "csv"}:
            raise ConfigurationError(f"Runs cannot be exported as {format[:50]!r}.", remedy="Say json or csv.")
        self._csv = format == "csv"
        self._only: RunFilters = only or {}
        self.exported = 0
        self._begun = False
        self._ended = False

    def next_piece(self) -> Flow[str | None]:
        """The next piece of text; None after the last."""
        if self._csv and not self._begun:
            self._begun = True
            return csv_row(*COLUMNS)
        if self._ended:
            return None
        found: tuple[Run, ...] = yield Runs(self._only, AT_ONCE)
        self._ended = len(found) < AT_ONCE
        self.exported += len(found)
        if not found:
            return None
        self._only = {**self._only, "before": found[-1].number}
        if self._csv:
            return "".join(map(_as_row, found))
        text = ""
        for run in found:
            text += yield from _as_line(run)
        return text


def _as_line(run: Run) -> Flow[str]:
    record = yield from record_of(run)
    return json.dumps({**values.data(run), "calls": values.data(record.calls), "log": values.data(record.log)}) + "\n"


def _as_row(run: Run) -> str:
    return csv_row(*(_cell(name, getattr(run, name)) for name in COLUMNS))


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in _TIMES:
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
    return json.dumps(value) if name == "result" else str(value)
