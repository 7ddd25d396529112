"""Runs as text for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import RunFilters, RunsExport, RunState
from applinks.scripts.runs.exporting import AT_ONCE, COLUMNS
from in_memory import InMemory
from scripts.happened import ended, queued, running, sent, wrote


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


def pieces(application: InMemory, export: RunsExport) -> Iterator[str]:
    while (piece := application.run(export.next_piece())) is not None:
        yield piece


def lines(application: InMemory, **only: object) -> list[dict[str, object]]:
    text = "".join(pieces(application, RunsExport("json", RunFilters(**only))))  # type: ignore[typeddict-item]
    return [json.loads(line) for line in text.splitlines()]


def rows(application: InMemory) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces(application, RunsExport("csv"))))))


def test_each_line_is_a_run_with_its_calls_and_log_the_newest_first(tracker):
    ended(tracker, result={"page": 17})
    number = running(tracker, user="bob")
    sent(tracker, number, "1", status=201)
    wrote(tracker, number, ("info", "hello"))
    newest, oldest = lines(tracker)
    assert (newest["number"], newest["user"], newest["calls"][0]["status"], newest["log"][0]["text"]) == (
        2,
        "bob",
        201,
        "hello",
    )
    assert (oldest["number"], oldest["state"], oldest["result"]) == (1, "done", {"page": 17})
    assert "parameters" not in newest
    assert "holder" not in newest


def test_only_what_is_asked_for_is_exported(tracker):
    ended(tracker, RunState.FAILED)
    ended(tracker)
    assert [line["number"] for line in lines(tracker, state="failed")] == [1]
    assert lines(tracker, user="nobody") == []


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1])
def test_it_comes_in_pieces_and_each_run_once(tracker, count):
    for number in range(count):
        queued(tracker, key=str(number))
    assert [line["number"] for line in lines(tracker)] == list(range(count, 0, -1))
    export = RunsExport("csv")
    assert len(list(pieces(tracker, export))) == 1 + -(-count // AT_ONCE)
    assert export.exported == count


def test_a_row_has_all_columns_and_times_that_people_read(tracker):
    ended(tracker, error='it, "failed"\nbadly', item="issue OPS-7")
    (row,) = rows(tracker)
    assert tuple(row) == COLUMNS
    assert row["made_at"] == "2027-01-15T08:00:00.000+00:00"
    assert row["error"] == 'it, "failed"\\nbadly'
    assert row["parked_link"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "a;=1"])
def test_nothing_begins_a_formula(tracker, text):
    """T-69"""
    ended(tracker, item=text, error=text)
    (row,) = rows(tracker)
    for cell in (row["item"], row["error"]):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert ";=" not in cell


def test_there_are_two_formats():
    with pytest.raises(ConfigurationError, match="cannot be exported as 'xml'"):
        RunsExport("xml")
