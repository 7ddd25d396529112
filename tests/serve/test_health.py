"""For those who watch over the process."""

from __future__ import annotations

import re

import pytest

from applinks.audit import AuditHead
from applinks.errors import StoreUnavailable
from applinks.scripts import BY_HAND, ClaimRun, Event, KeepEvent, NewRun, QueueRuns
from serve.test_application import Runs


@pytest.fixture
def token(standing) -> str:
    return f"Bearer {standing.records.make_token('prometheus', user='ada', read_only=True, by='ops').secret}"


def metrics(browser, token: str) -> dict[str, float]:
    answer = browser.get("/metrics", headers={"authorization": token})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    pairs = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def test_alive_it_says_so_to_anybody(somebody):
    answer = somebody.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["cache-control"] == "no-store"


def test_ready_is_whoever_reaches_the_database(somebody, standing):
    assert somebody.get("/readyz").status_code == 200

    def fails(_):
        raise StoreUnavailable("The database of the links failed: hunter2.")

    standing.applinks._store.answers[AuditHead] = fails
    answer = somebody.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
    assert somebody.get("/healthz").status_code == 200


def test_not_ready_is_whose_scripts_do_not_run(make):
    scripts = Runs()
    browser = make(scripts=scripts).browser()
    assert browser.get("/readyz").status_code == 200
    scripts.trouble = "the thread that looks for runs has ended"
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.text == "scripts do not run: the thread that looks for runs has ended\n"
    assert browser.get("/healthz").status_code == 200


def test_how_many_runs_this_process_performs_is_a_number(make):
    scripts = Runs()
    scripts.busy = 3
    standing = make(scripts=scripts)
    token = standing.records.make_token("prometheus", user="ada", read_only=True, by="ops").secret
    assert metrics(standing.browser(), f"Bearer {token}")["applinks_runs_performed"] == 3


def test_numbers_are_for_whoever_sends_a_token_of_an_administrator(somebody, standing, token):
    """T-53"""
    assert metrics(somebody, token)
    for wrong in ({}, {"authorization": "Bearer x"}, {"authorization": token.replace("Bearer", "Basic")}):
        answer = somebody.get("/metrics", headers=wrong)
        assert answer.status_code == 401
        assert "applinks_" not in answer.text
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    standing.records.add_member("root", administrator=True, password="correct horse battery", by="ops")
    standing.records.disable_member("ada", by="ops")
    assert somebody.get("/metrics", headers={"authorization": token}).status_code == 401


def test_who_is_signed_in_means_nothing_there(somebody):
    somebody.sign_in("ada")
    assert somebody.get("/metrics").status_code == 401


def test_the_database_may_be_away(somebody, standing, token):
    def fails(_):
        raise StoreUnavailable("The database of the links failed.")

    standing.applinks._store.answers[AuditHead] = fails
    from applinks.scripts import RunCounts

    standing.applinks._store.answers[RunCounts] = fails
    assert somebody.get("/metrics", headers={"authorization": token}).status_code == 503


def test_they_count_what_happened(somebody, standing, token):
    before = metrics(somebody, token)
    assert before["applinks_runs_performed"] == 0
    assert before['applinks_runs{state="queued"}'] == before["applinks_oldest_due_run_seconds"] == 0
    for number in range(3):
        standing.records.answer(QueueRuns((NewRun(f"k-{number}", "publish", "by hand", "bob", "bob", due_at=1.0),)))
    standing.records.answer(ClaimRun("one"))
    standing.records.answer(KeepEvent(Event(BY_HAND, "jira", "x", "d-1", {}, 1.0)))
    somebody.get("/nothing")
    after = metrics(somebody, token)
    assert after['applinks_runs{state="queued"}'] == 2
    assert after['applinks_runs{state="running"}'] == 1
    assert after["applinks_events_waiting"] == 1
    assert after["applinks_oldest_due_run_seconds"] > 1_000_000
    assert after['applinks_requests_total{status="4xx"}'] == 1


def test_the_text_is_as_prometheus_reads_it(somebody, token):
    somebody.get("/healthz")
    text = somebody.get("/metrics", headers={"authorization": token}).text
    assert text.endswith("\n")
    name, label = r"applinks_[a-z_]+", r'\{[a-z]+="[^"\\]*"\}'
    line = rf"(# HELP {name} [^\n]+|# TYPE {name} (counter|gauge)|{name}({label})? [0-9.e+-]+)"
    assert all(re.fullmatch(line, each) for each in text.splitlines())
    declared = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert len(set(declared)) == len(declared)
