"""When a job is due, by the clock on the wall of its time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ScriptWrong
from applinks.scripts.cron import check_cron, due_after, last_due

BERLIN = "Europe/Berlin"
CRONS = [
    "* * * * *",
    "*/15 * * * *",
    "30 2 * * *",
    "0 3 * * *",
    "0 7 * * mon-fri",
    "59 23 31 12 *",
    "0 0 29 2 *",
    "15 1,2,3 * * *",
]
ZONES = ["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"]
moments = st.integers(int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()))


def at(text: str, zone: str = BERLIN) -> float:
    """A wall clock time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cron", "zone", "message"),
    [
        ("every day", "UTC", "is no cron text"),
        ("0 25 * * *", "UTC", "is no cron text"),
        ("0 7 30 2 *", "UTC", "is no cron text"),
        ("0 7 31 4,6 *", "UTC", "is no cron text"),
        ("0 7 * * *", "Europe/Nowhere", "is no time zone"),
        ("0 7 * * *", "../../etc/passwd", "is no time zone"),
        ("0 7 * * *", "", "is no time zone"),
    ],
)
def test_what_is_no_schedule_is_said_with_its_place(cron: str, zone: str, message: str) -> None:
    with pytest.raises(ScriptWrong, match=message) as caught:
        check_cron(cron, zone, file="jobs.py", line=3)
    assert (caught.value.file, caught.value.line) == ("jobs.py", 3)
    assert caught.value.remedy


@pytest.mark.parametrize("cron", CRONS)
def test_what_is_a_schedule_passes(cron: str) -> None:
    check_cron(cron, BERLIN, file="jobs.py", line=3)


def test_a_job_is_due_by_the_clock_of_its_zone() -> None:
    assert next(due_after("0 7 * * *", BERLIN, utc("2026-07-01T04:00"))) == utc("2026-07-01T05:00")
    assert next(due_after("0 7 * * *", BERLIN, utc("2026-01-01T04:00"))) == utc("2026-01-01T06:00")


def test_what_falls_into_the_hour_that_is_left_out_is_due_at_its_end_once() -> None:
    """On 29 March 2026 in Berlin, 3:00 follows 1:59."""
    times = list(islice(due_after("30 2 * * *", BERLIN, at("2026-03-28T12:00")), 2))
    assert times == [utc("2026-03-29T01:00"), at("2026-03-30T02:30")]
    assert last_due("30 2 * * *", BERLIN, at("2026-03-28T12:00"), utc("2026-03-29T00:59:59")) is None
    assert last_due("30 2 * * *", BERLIN, at("2026-03-28T12:00"), utc("2026-03-29T01:00")) == utc("2026-03-29T01:00")


def test_what_falls_into_the_hour_that_comes_twice_is_due_once() -> None:
    """On 25 October 2026 in Berlin, 2:00 follows 2:59."""
    begin = at("2026-10-24T12:00")
    times = list(islice(due_after("30 2 * * *", BERLIN, begin), 2))
    assert times == [utc("2026-10-25T00:30"), at("2026-10-26T02:30")]
    due = last_due("30 2 * * *", BERLIN, begin, utc("2026-10-25T00:30"))
    assert due == utc("2026-10-25T00:30")
    assert last_due("30 2 * * *", BERLIN, due, utc("2026-10-25T03:00")) is None


def test_what_comes_every_few_minutes_goes_on_through_both() -> None:
    for night in ("2026-03-29", "2026-10-25"):
        begin = utc(f"{night}T00:00")
        assert list(islice(due_after("*/30 * * * *", BERLIN, begin - 1), 7)) == [begin + 1800 * number for number in range(7)]


def test_a_moment_just_before_and_just_after() -> None:
    due = at("2026-06-01T07:00")
    assert last_due("0 7 * * *", BERLIN, due - 3600, due - 0.001) is None
    assert last_due("0 7 * * *", BERLIN, due - 3600, due) == due
    assert last_due("0 7 * * *", BERLIN, due, due + 3600) is None


def test_what_was_missed_for_long_counts_once() -> None:
    assert last_due("0 7 * * *", BERLIN, at("2020-01-01T00:00"), at("2026-06-01T08:00")) == at("2026-06-01T07:00")


@given(st.sampled_from(CRONS), st.sampled_from(ZONES), moments, st.integers(1, 3 * 86_400))
def test_the_last_time_is_the_last_of_those_that_are_counted_forward(cron: str, zone: str, since: int, span: int) -> None:
    until = since + min(span, 3600) if cron == "* * * * *" else since + span
    counted = list(takewhile(lambda due: due <= until, due_after(cron, zone, since)))
    assert last_due(cron, zone, since, until) == (counted[-1] if counted else None)


@given(st.sampled_from(CRONS), st.sampled_from(ZONES), moments)
def test_times_grow_and_lie_in_the_future(cron: str, zone: str, begin: int) -> None:
    times = list(islice(due_after(cron, zone, begin), 3))
    assert begin < times[0] < times[1] < times[2]


@given(st.sampled_from(ZONES), st.integers(0, 3 * 365))
def test_a_daily_job_is_due_once_on_each_day_whatever_the_clocks_do(zone: str, day: int) -> None:
    """Even on a day of 23 or 25 hours, and where an hour is put forward by half of one."""
    here = ZoneInfo(zone)
    start = datetime(2025, 1, 1, tzinfo=here) + timedelta(days=day)
    end = datetime(2025, 1, 1, tzinfo=here) + timedelta(days=day + 1)
    for cron in ("30 2 * * *", "15 1 * * *", "45 0 * * *"):
        times = list(takewhile(lambda due: due < end.timestamp(), due_after(cron, zone, start.timestamp() - 1)))
        assert len(times) == 1, (cron, start)
