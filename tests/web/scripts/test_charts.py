"""Charts of runs, drawn on our side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from applinks.scripts import DAY, DropOldRuns, RunState
from applinks.web.scripts.charts import HEIGHT, LEFT, SPANS, TOP, WIDTH, drawn
from applinks.web.visit import CHARTS
from in_memory import NOW
from scripts.happened import ended, queued
from web.dom import Dom
from web.visitor import said_by

DAYS = SPANS["2-days"]
SINCE = DAYS.since(NOW)


def chart(counts):
    return drawn(counts, SINCE, DAYS, "%a %H:%M")


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
@pytest.mark.parametrize("now", [NOW, NOW + 0.5, NOW + 12345.6])
def test_the_last_bar_is_of_now_and_all_begin_at_whole_times(span, now):
    since = span.since(now)
    assert since + (span.count - 1) * span.seconds <= now < since + span.count * span.seconds
    assert since % min(span.seconds, DAY) == 0
    if span.seconds == 7 * DAY:
        assert datetime.fromtimestamp(since, UTC).weekday() == 0


def test_bars_stand_one_above_the_other_in_the_order_of_the_legend():
    drawing = chart({(SINCE, RunState.DONE): 1, (SINCE, RunState.FAILED): 2, (SINCE, RunState.EXPIRED): 1})
    done, failed = drawing.columns[0].bars
    assert (done.mark, failed.mark) == ("done", "failed")
    assert done.y + done.height == TOP + HEIGHT
    assert failed.y + failed.height == done.y
    assert failed.height == 3 * done.height
    assert failed.y == TOP
    assert drawing.columns[0].says.endswith("(UTC): 1 done, 3 failed or expired")


def test_all_bars_lie_inside_the_field():
    counts = {(SINCE + hour * 3600, state): hour * 13 % 40 for hour in range(48) for state in RunState}
    for column in chart(counts).columns:
        for bar in column.bars:
            assert bar.x >= LEFT
            assert bar.x + bar.width <= LEFT + WIDTH
            assert bar.y >= TOP - 0.05


@pytest.mark.parametrize(
    ("most", "top"), [(0, "2"), (1, "2"), (2, "2"), (3, "4"), (5, "10"), (11, "20"), (21, "40"), (41, "100"), (101, "200")]
)
def test_the_scale_ends_at_a_round_number_with_a_whole_half(most, top):
    drawing = chart({(SINCE, RunState.DONE): most})
    assert [tick.word for tick in drawing.up] == ["0", str(int(top) // 2), top]


def test_the_table_says_the_same_the_newest_first_and_leaves_out_what_is_empty():
    drawing = chart({(SINCE, RunState.DONE): 1, (SINCE + 7200, RunState.PARKED): 2})
    assert [row.numbers for row in drawing.counted] == [(0, 2, 0, 0), (1, 0, 0, 0)]
    assert [(mark, count) for mark, _, count in drawing.groups] == [("done", 1), ("waiting", 2), ("failed", 0), ("other", 0)]
    assert drawing.total == 3
    assert drawing.description.startswith("3 runs in the last 2 days: 1 done, 2 waiting or running.")


def test_every_state_but_skipped_is_drawn():
    for state in RunState:
        assert chart({(SINCE, state): 1}).total == (state is not RunState.SKIPPED)


def test_what_lies_outside_of_the_time_is_not_drawn():
    assert chart({(SINCE - 3600, RunState.DONE): 1, (SINCE + 48 * 3600, RunState.DONE): 1}).total == 0


def test_without_runs_it_says_so():
    assert chart({}).description == "There were no runs in the last 2 days."
    assert chart({}).columns == ()


def test_the_page_draws_the_runs_of_all_or_of_one_hook(tracker, root):
    ended(tracker)
    queued(tracker, "a:b")
    text = said_by(root.get(CHARTS))
    assert "All runs" in text
    assert "Done: 1 Waiting or running: 1 Failed or expired: 0" in text
    assert "Done: 0 Waiting or running: 1" in said_by(root.get(CHARTS, {"hook": "a:b"}))


@pytest.mark.parametrize("span", SPANS)
def test_there_is_one_for_each_span_with_the_ways_to_the_others(root, span):
    page = root.get(CHARTS, {"span": span, "hook": "a:b"})
    assert f"Runs of the last {SPANS[span].words}" in said_by(page)
    ways = [link for link in Dom(page.body.decode()).links() if link and "span=" in link]
    assert ways == [f"{CHARTS}?hook=a%3Ab&span={name}" for name in SPANS]


def test_another_span_is_the_shortest(root):
    assert "Runs of the last 2 days" in said_by(root.get(CHARTS, {"span": "century"}))


def test_runs_that_were_forgotten_are_still_drawn(tracker, root):
    """product.md R-38"""
    ended(tracker)
    tracker.now += 40 * DAY
    assert tracker.answer(DropOldRuns(tracker.now - 30 * DAY)) == 1
    ended(tracker)
    assert "Done: 2" in said_by(root.get(CHARTS, {"span": "2-months"}))
    assert "Done: 2" in said_by(root.get(CHARTS, {"span": "2-years"}))
    assert "Done: 1" in said_by(root.get(CHARTS, {"span": "2-weeks"}))
