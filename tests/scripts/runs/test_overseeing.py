"""What people do about runs, and what they may not do."""

from __future__ import annotations

import pytest

from applinks.errors import AdministratorNeeded, ConfigurationError, RunNotFound
from applinks.scripts import (
    Answer,
    CallsOf,
    CallState,
    KeepMessages,
    NewMessage,
    RunOf,
    RunState,
    Severity,
    UnreadCount,
    answer_said,
    cancel_run,
    retry_run,
    run_again,
    settle_call,
)
from applinks.scripts.runs.overseeing import run_for
from in_memory import InMemory
from scripts.happened import HOOK, ended, happened, parked, queued, running, sent, unclear

OK = Answer(201, (("content-type", "application/json"),), b'{"id": "17"}')


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


def state(application: InMemory, number: int) -> RunState:
    found: RunState = application.answer(RunOf(number)).state
    return found


def last(application: InMemory) -> tuple[object, ...]:
    entry = application.entries[-1]
    return entry.kind, entry.outcome, entry.subject, entry.actor


# ---- who sees them


@pytest.mark.parametrize(("by", "administrator"), [("alice", False), ("deployment", False), ("root", True)])
def test_a_run_is_seen_by_its_user_by_whoever_caused_it_and_by_administrators(tracker, by, administrator):
    number = queued(tracker, user="deployment", actor="alice")
    assert tracker.run(run_for(number, by, administrator=administrator)).number == number


@pytest.mark.parametrize("name", ["bob", ""])
def test_for_anybody_else_it_is_not_there(tracker, name):
    """T-53"""
    number = queued(tracker, user=None)
    for asked in (number, number + 1):
        with pytest.raises(RunNotFound, match=f"There is no run {asked}"):
            tracker.run(run_for(asked, name, administrator=False))


# ---- cancelling and retrying


@pytest.mark.parametrize("make", [queued, running, lambda it: parked(it, "wiki"), unclear])
def test_an_administrator_cancels_what_has_not_ended_on_the_record(tracker, make):
    number = make(tracker)
    assert tracker.run(cancel_run(number, "root", administrator=True)).state is RunState.CANCELLED
    assert last(tracker) == ("run cancelled", f"run {number} of {HOOK}", "alice", "root")


def test_what_has_ended_is_not_cancelled(tracker):
    number = ended(tracker)
    with pytest.raises(ConfigurationError, match="cannot be cancelled"):
        tracker.run(cancel_run(number, "root", administrator=True))
    assert tracker.entries == []


def test_a_person_cancels_their_own_run_while_it_waits_for_consent_and_nothing_else(tracker):
    waiting, other = parked(tracker, "wiki"), queued(tracker)
    assert tracker.run(cancel_run(waiting, "alice", administrator=False)).state is RunState.CANCELLED
    with pytest.raises(ConfigurationError, match="is queued, and cannot be cancelled"):
        tracker.run(cancel_run(other, "alice", administrator=False))
    assert state(tracker, other) is RunState.QUEUED


def test_a_person_does_not_cancel_the_run_of_another(tracker):
    number = parked(tracker, "wiki")
    with pytest.raises(RunNotFound):
        tracker.run(cancel_run(number, "bob", administrator=False))
    assert state(tracker, number) is RunState.PARKED


def test_what_a_cancelled_run_asked_for_is_done_with(tracker):
    number = parked(tracker, "wiki")
    asks = NewMessage("k", "alice", Severity.WARNING, words="consent-needed", run=number)
    tracker.answer(KeepMessages((asks,)))
    tracker.run(cancel_run(number, "root", administrator=True))
    assert tracker.answer(UnreadCount("alice")) == 0


def test_a_parked_run_is_tried_again_at_once(tracker):
    number = parked(tracker, "wiki")
    assert tracker.run(retry_run(number, "alice", administrator=False)).state is RunState.QUEUED
    assert last(tracker) == ("run retried", f"run {number} of {HOOK}", "alice", "alice")
    with pytest.raises(ConfigurationError, match="cannot be retried"):
        tracker.run(retry_run(number, "alice", administrator=False))


# ---- settling


def test_that_a_call_happened_is_noted_with_what_was_answered(tracker):
    number = unclear(tracker)
    assert tracker.run(settle_call(number, "3", OK, "alice", administrator=False)).state is RunState.QUEUED
    call = tracker.answer(CallsOf(number, with_answers=True))[2]
    assert (call.state, call.answer.status, call.answer.body) == (CallState.ANSWERED, 201, b'{"id": "17"}')
    assert last(tracker) == ("call settled", f"run {number} of {HOOK}, call 3: it happened, status 201", "alice", "alice")
    assert tracker.entries[-1].request == "POST https://wiki.example.com/base/rest/api/content"


def test_a_call_that_did_not_happen_is_sent_again(tracker):
    number = unclear(tracker)
    tracker.run(settle_call(number, "3", None, "root", administrator=True))
    assert [call.asked.place for call in tracker.answer(CallsOf(number))] == ["1", "2"]
    assert last(tracker)[1] == f"run {number} of {HOOK}, call 3: it did not happen"


@pytest.mark.parametrize("place", ["1", "2", "4", "", "x" * 500])
def test_only_what_is_unclear_is_settled(tracker, place):
    """An acknowledged call must not happen twice."""
    number = unclear(tracker)
    with pytest.raises(ConfigurationError, match="Nothing is to be said"):
        tracker.run(settle_call(number, place, None, "root", administrator=True))
    assert len(tracker.answer(CallsOf(number))) == 3
    assert state(tracker, number) is RunState.UNCLEAR


def test_it_is_settled_once(tracker):
    number = unclear(tracker)
    tracker.run(settle_call(number, "3", OK, "root", administrator=True))
    with pytest.raises(ConfigurationError, match="somebody may have said it meanwhile"):
        tracker.run(settle_call(number, "3", None, "root", administrator=True))
    assert len(tracker.answer(CallsOf(number))) == 3


def test_a_call_that_is_still_under_way_is_not_settled(tracker):
    number = running(tracker)
    sent(tracker, number, "1")
    with pytest.raises(ConfigurationError):
        tracker.run(settle_call(number, "1", OK, "root", administrator=True))


def test_whoever_only_caused_a_run_says_nothing_about_calls_in_another_name(tracker):
    number = unclear(tracker, user="deployment", actor="alice")
    with pytest.raises(AdministratorNeeded, match="was not made in your name"):
        tracker.run(settle_call(number, "3", OK, "alice", administrator=False))
    assert state(tracker, number) is RunState.UNCLEAR


def test_what_was_answered_is_said_as_json_or_not_at_all():
    assert answer_said(201, ' {"id": "17"} ') == OK
    assert answer_said(204, "") == Answer(204, (), b"")


@pytest.mark.parametrize(
    ("status", "text"), [(99, ""), (100, ""), (600, ""), (-1, ""), (200, "{"), (200, '{"a": 1, "a": 2}'), (200, "\ud800")]
)
def test_what_no_answer_can_be_is_told(status, text):
    with pytest.raises(ConfigurationError) as told:
        answer_said(status, text)
    assert told.value.remedy


# ---- again


def test_a_run_that_has_ended_is_repeated_as_a_new_one_for_the_same_people(tracker):
    event = happened(tracker)
    number = ended(
        tracker,
        RunState.FAILED,
        user="deployment",
        actor="alice",
        reason="no rights",
        event=event,
        item="issue OPS-7",
        depth=2,
        parameters={"space": "X"},
    )
    new = tracker.answer(RunOf(tracker.run(run_again(number, "root"))))
    assert (new.state, new.user, new.actor, new.event, new.item, new.depth) == (
        RunState.QUEUED,
        "deployment",
        "alice",
        event,
        "issue OPS-7",
        2,
    )
    assert new.parameters == {"space": "X"}
    assert new.reason == f"no rights (run {number} again, by root)"
    assert last(tracker) == ("run repeated", f"run {number} of {HOOK}, as run {new.number}", "deployment", "root")
    assert tracker.run(run_again(number, "root")) == new.number + 1


@pytest.mark.parametrize("make", [queued, unclear, lambda it: ended(it, kind="validator")])
def test_what_has_not_ended_or_answered_somebody_is_not_repeated(tracker, make):
    number = make(tracker)
    with pytest.raises(ConfigurationError, match="cannot be run again"):
        tracker.run(run_again(number, "root"))
