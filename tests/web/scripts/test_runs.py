"""All runs, as administrators see them."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from applinks.scripts import RunState
from applinks.web.scripts import runs as pages
from applinks.web.scripts.runs import AT_ONCE, EXPORT
from applinks.web.visit import RUNS
from scripts.happened import ended, parked, queued, unclear
from web.dom import Dom
from web.visitor import at, outcome, said_by


def shown(visitor, **query: str) -> list[int]:
    answer = visitor.get(RUNS, query)
    assert answer.status == 200
    return [int(number) for number in re.findall(rf'href="[^"]*{RUNS}/(\d+)"', answer.body.decode())]


def test_each_run_tells_how_it_stands_of_what_as_whom_and_about_what(tracker, root):
    ended(tracker, user="deployment", actor="alice", item="issue OPS-7")
    text = said_by(root.get(RUNS))
    assert "✓ done Makes a page of the issue. publish:when_done deployment caused by alice issue OPS-7" in text
    assert "took 1.2 s" in text


def test_a_parked_run_says_for_whose_consent_in_which_application_it_waits_and_since_when(tracker, root, wiki):
    parked(tracker, wiki.id, user="carol", waits_for="carol")
    assert "waits for carol’s consent in Wiki since 2027-01-15 08:00:00 (UTC)" in said_by(root.get(RUNS))


def test_skipped_runs_are_left_out_unless_they_are_asked_for(tracker, root):
    ended(tracker, RunState.SKIPPED)
    ended(tracker)
    assert shown(root) == [2]
    assert shown(root, state="all") == [2, 1]
    assert shown(root, state="skipped") == [1]
    assert "are left out" in said_by(root.get(RUNS))
    assert "are left out" not in said_by(root.get(RUNS, {"state": "all"}))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"hook": "a:b"}, [3]),
        ({"state": "failed"}, [2]),
        ({"state": "unclear"}, [4]),
        ({"user": "bob"}, [3, 1]),
        ({"item": "issue OPS-7"}, [2]),
        ({"since": "2027-01-15", "until": "2027-01-15"}, [4, 3, 2, 1]),
        ({"since": "2027-01-16"}, []),
        ({"until": "2027-01-14"}, []),
        ({"before": "3"}, [2, 1]),
    ],
)
def test_only_those_that_are_asked_for_are_shown(tracker, root, query, found):
    """Who: as user or as the one who caused it."""
    queued(tracker, user="deployment", actor="bob")
    ended(tracker, RunState.FAILED, item="issue OPS-7")
    queued(tracker, "a:b", "bob")
    unclear(tracker)
    assert shown(root, **query) == found


@pytest.mark.parametrize(
    "query",
    ["state=strange", "since=yesterday", "until=2026-02-30", "before=-1", f"before={'9' * 19}", "hook=a%01b", "before=%C2%B2"],
)
def test_what_no_run_can_have_is_told_and_nothing_is_looked_up(tracker, root, query):
    tracker.asked.clear()
    assert outcome(root.get(RUNS, query)) == (400, "Not shown – Runs")
    assert "Runs" not in tracker.kinds()


def test_the_newest_are_first_and_the_older_ones_a_page_away(tracker, root):
    for number in range(AT_ONCE + 2):
        queued(tracker, key=str(number))
    assert shown(root) == list(range(AT_ONCE + 2, 2, -1))
    (older,) = [link for link in Dom(root.get(RUNS, {"user": "alice"}).body.decode()).links() if link and "before=" in link]
    page = root.get(RUNS, older.partition("?")[2])
    assert "before=" not in page.body.decode()
    assert "user=alice" in page.body.decode()


def test_what_was_asked_for_stays_in_the_form(tracker, root):
    queued(tracker, "gone:hook")
    page = root.get(RUNS, {"hook": "gone:hook", "state": "failed", "user": "bob"}).body.decode()
    assert '<option value="gone:hook" selected>' in page
    assert '<option value="failed" selected>' in page
    assert 'value="bob"' in page


def test_without_any_run_it_says_so(root):
    assert "No script has run yet." in said_by(root.get(RUNS))
    assert "No run is like that." in said_by(root.get(RUNS, {"user": "x"}))


def test_it_is_shown_where_no_scripts_are_loaded(tracker, root):
    queued(tracker)
    root.scripts = None
    assert shown(root) == [1]


def test_runs_are_exported_as_a_file_as_they_are_shown(tracker, root):
    ended(tracker, RunState.FAILED, error="=1+1")
    ended(tracker)
    as_json = root.get(EXPORT, {"format": "json", "state": "failed"})
    assert as_json.header("content-disposition") == 'attachment; filename="runs.jsonl"'
    assert [json.loads(line)["number"] for line in as_json.body.decode().splitlines()] == [1]
    as_csv = root.get(EXPORT, {"format": "csv"})
    assert as_csv.header("content-type") == "text/csv; charset=utf-8"
    assert [row["error"] for row in csv.DictReader(io.StringIO(as_csv.body.decode()))] == ["", "'=1+1"]


def test_the_page_leads_to_an_export_of_what_it_shows(tracker, root):
    links = Dom(root.get(RUNS, {"user": "alice", "before": "9"}).body.decode()).links()
    assert [link for link in links if link and EXPORT in link] == [
        f"{EXPORT}?format={form}&user=alice" for form in ("json", "csv")
    ]


def test_more_than_can_be_held_at_once_is_not_exported_in_part(tracker, root, monkeypatch):
    monkeypatch.setattr(pages, "MOST_EXPORTED", 2)
    for number in range(3):
        queued(tracker, key=str(number))
    assert "There are more than 2 such runs." in said_by(root.get(EXPORT))


def test_the_page_says_how_many_can_be_exported():
    assert pages.MOST_EXPORTED == 10_000  # the template says so


@pytest.mark.parametrize("query", [{"format": "xml"}, {"since": "x"}])
def test_an_export_that_cannot_be_made_is_told(root, query):
    assert root.get(EXPORT, query).status == 400


def test_others_do_not_see_them(tracker):
    assert at(tracker, "alice").get(RUNS).status == 404
    assert at(tracker, "alice").get(EXPORT).status == 404
