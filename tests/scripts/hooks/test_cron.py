"""When a job is due, by the clock on the wall of its time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ScriptWrong
from applinks.scripts.hooks.cron import check_cron, due_after, last_due

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


NEW_YORK = "America/New_York"


def test_in_new_york_clocks_change_at_another_moment_and_count_alike() -> None:
    """On 8 March 2026 3:00 follows 1:59, on 1 November 1:00 follows 1:59."""
    spring = list(islice(due_after("30 2 * * *", NEW_YORK, at("2026-03-07T12:00", NEW_YORK)), 2))
    assert spring == [utc("2026-03-08T07:00"), at("2026-03-09T02:30", NEW_YORK)]
    autumn = list(islice(due_after("30 1 * * *", NEW_YORK, at("2026-10-31T12:00", NEW_YORK)), 2))
    assert autumn == [utc("2026-11-01T05:30"), at("2026-11-02T01:30", NEW_YORK)]
    assert last_due("30 1 * * *", NEW_YORK, autumn[0], utc("2026-11-01T06:30")) is None, "the second half past one"


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        (BERLIN, "2026-03-29", 23),
        (BERLIN, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (BERLIN, "2026-06-01", 24),
    ],
)
def test_what_comes_every_hour_comes_as_often_as_the_day_has_hours(zone: str, night: str, hours: int) -> None:
    begin = at(f"{night}T00:00", zone)
    times = list(takewhile(lambda due: due < begin + hours * 3600, due_after("0 * * * *", zone, begin - 1)))
    assert times == [begin + 3600 * number for number in range(hours)]
    assert datetime.fromtimestamp(begin + hours * 3600, ZoneInfo(zone)).hour == 0


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


WALL = {
    "*/15 * * * *": lambda wall: wall.minute % 15 == 0,
    "0 7 * * mon-fri": lambda wall: (wall.hour, wall.minute) == (7, 0) and wall.weekday() < 5,
    "15 4,5 1-7 * *": lambda wall: wall.minute == 15 and wall.hour in {4, 5} and wall.day <= 7,
    "59 23 31 12 *": lambda wall: (wall.month, wall.day, wall.hour, wall.minute) == (12, 31, 23, 59),
}
"""What each says of the clock on the wall. None of them falls into an hour that is left out or comes twice."""


@given(st.sampled_from(sorted(WALL)), st.sampled_from(["UTC", "Asia/Kolkata", "Asia/Kathmandu"]), moments, st.integers(1, 2880))
def test_the_last_time_is_the_one_that_looking_at_each_minute_finds(cron: str, zone: str, since: int, minutes: int) -> None:
    """The slow definition: minute by minute, by the clock on the wall, in zones whose clocks are never changed."""
    until = since + minutes * 60
    first = since - since % 60 + 60
    seen = [moment for moment in range(first, until + 1, 60) if WALL[cron](datetime.fromtimestamp(moment, ZoneInfo(zone)))]
    assert last_due(cron, zone, since, until) == (seen[-1] if seen else None)


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
