"""`applinks runs`: listed, shown, cancelled, retried, repeated, settled and exported."""

from __future__ import annotations

import csv
import io
import json

import pytest

from applinks.scripts import CallsOf, RunOf, RunState
from scripts.happened import HOOK, came, ended, happened, parked, queued, running, sent, unclear, wrote


@pytest.fixture
def us(applinks):
    """The application, as the helpers of the tests of scripts want it."""
    applinks.now = 1_800_000_000.0
    applinks.asked = []
    return applinks


def state(applinks, number: int) -> RunState:
    return applinks.answer(RunOf(number)).state


def test_they_are_listed_in_columns_the_newest_first_without_the_skipped_ones(run, us):
    assert run("runs", "list").out == "There are no such runs.\n"
    ended(us, RunState.FAILED, key="1", error="FarSideError: 500", user="deployment", actor="alice", item="issue OPS-7")
    ended(us, RunState.SKIPPED, key="2")
    parked(us, "wiki", key="3", waits_for="carol", user="carol")
    head, parked_row, failed = run("runs", "list").out.splitlines()
    assert head.split()[:4] == ["number", "made", "hook", "state"]
    assert "waits for the consent of carol until" in parked_row
    assert failed.split()[3:] == [HOOK, "failed", "deployment", "alice", "issue", "OPS-7", "FarSideError:", "500"]
    assert [one["number"] for one in run("runs", "list", "--state", "all", "--json").data] == [3, 2, 1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--hook", "a:b"), [2]),
        (("--state", "failed"), [1]),
        (("--user", "bob"), [2, 1]),
        (("--item", "issue OPS-7"), [2]),
        (("--before", "2"), [1]),
        (("--limit", "1"), [2]),
        (("--since", "2099-01-01"), []),
        (("--until", "2000-01-01"), []),
    ],
)
def test_only_those_that_are_asked_for_are_listed(run, us, words, found):
    ended(us, RunState.FAILED, key="1", actor="bob")
    queued(us, "a:b", "bob", key="2", item="issue OPS-7")
    assert [one["number"] for one in run("runs", "list", *words, "--json").data] == found


def test_another_state_is_none(run, files):
    assert "A run is one of: queued, running" in run("runs", "list", "--state", "odd", status=1).err


def test_one_is_shown_with_its_calls_and_its_log(run, us):
    number = running(us, event=happened(us), parameters={"password": "hunter2"})
    sent(us, number, "1", status=201)
    sent(us, number, "2")
    wrote(us, number, ("info", "hello\x1b[31m"))
    text = run("runs", "show", str(number)).out
    assert f"Run {number} of {HOOK}: running" in text
    assert "call 1  POST https://wiki.example.com/base/rest/api/content as alice by 2LOi: 201" in text
    assert "call 2  POST https://wiki.example.com/base/rest/api/content as alice: SENT AND NEVER ANSWERED" in text
    assert "event         1: jira jira:issue_updated" in text
    assert "hello\\x1b[31m" in text
    assert "hunter2" not in text + run("runs", "show", str(number), "--json").out
    assert run("runs", "show", str(number), "--json").data["calls"][0]["status"] == 201


def test_how_far_one_is_is_listed_and_shown(run, us):
    number = running(us)
    came(us, number, 7, 120, "page\x1b[31m 7")
    assert run("runs", "list").out.splitlines()[1].endswith("7 of 120: page\\x1b[31m 7")
    assert "  progress      7 of 120: page\\x1b[31m 7\n" in run("runs", "show", str(number)).out
    told = {"done": 7, "of": 120, "text": "page\x1b[31m 7"}
    assert run("runs", "show", str(number), "--json").data["run"]["progress"] == told
    assert "7 of 120: page" in run("runs", "export", "--format", "csv").out


def test_a_number_that_no_run_has_is_told(run, files):
    assert "There is no run 7." in run("runs", "show", "7", status=1).err


def test_what_is_done_is_on_the_record_by_whoever_runs_this(run, us):
    waits, parks, done = queued(us, key="1"), parked(us, "wiki", key="2"), ended(us, key="3")
    run("runs", "cancel", str(waits))
    assert "is tried again now" in run("runs", "retry", str(parks), "--by", "ada").out
    assert run("runs", "repeat", str(done), "--json").data == {"run": 4}
    assert [state(us, number) for number in (waits, parks, 4)] == [RunState.CANCELLED, RunState.QUEUED, RunState.QUEUED]
    assert [(one.entry.kind, one.entry.actor) for one in us.audit(3)] == [
        ("run repeated", "ops"),
        ("run retried", "ada"),
        ("run cancelled", "ops"),
    ]


def test_a_call_is_settled_with_what_was_answered(run, us):
    number = unclear(us)
    run("runs", "settle", str(number), "3", "--status", "201", "--answer", '{"id": "17"}')
    assert us.answer(CallsOf(number, with_answers=True))[2].answer.body == b'{"id": "17"}'


def test_a_call_that_did_not_happen_is_sent_again(run, us):
    number = unclear(us)
    run("runs", "settle", str(number), "3", "--did-not-happen")
    assert len(us.answer(CallsOf(number))) == 2


@pytest.mark.parametrize(
    "words", [(), ("--status", "200", "--did-not-happen"), ("--status", "99"), ("--status", "200", "--answer", "{")]
)
def test_what_became_of_it_is_said_in_one_way(run, us, words):
    number = unclear(us)
    assert "→" in run("runs", "settle", str(number), "3", *words, status=1).err
    assert state(us, number) is RunState.UNCLEAR


def test_they_are_exported_as_lines_and_as_rows(run, us):
    ended(us, key="1")
    ended(us, RunState.SKIPPED, key="2")
    assert [json.loads(line)["number"] for line in run("runs", "export").out.splitlines()] == [1]
    rows = csv.DictReader(io.StringIO(run("runs", "export", "--format", "csv", "--state", "all").out, newline=""))
    assert [row["state"] for row in rows] == ["skipped", "done"]
    assert "cannot be exported as 'xml'" in run("runs", "export", "--format", "xml", status=1).err
