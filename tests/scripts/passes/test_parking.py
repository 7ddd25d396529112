"""Whoever did not consent in time is told, once; and what a message about a run says."""

from __future__ import annotations

from dataclasses import replace

from answering import Answers
from applinks.links import LinkById
from applinks.questions import drive
from applinks.scripts import (
    PARKED_FOR,
    ExpireRun,
    MessagesOf,
    OverdueRuns,
    Run,
    RunOf,
    RunState,
    Severity,
    Words,
    expire_overdue,
)
from applinks.scripts.passes.parking import about_run
from in_memory import InMemory, linked
from scripts.happened import HOOK, parked

RUN = Run(
    7, "k", HOOK, "listener", "alice", "alice", None, None, "issue OPS-7", 0, 0, {}, RunState.PARKED, 0.0, 0.0, passes=2,
    parked_link="wiki", parked_user="carol",
)  # fmt: skip


def test_who_did_not_consent_in_time_is_told_what_was_not_done_and_over_which_link():
    tracker, wiki = InMemory("Tracker"), InMemory("Wiki", type="confluence")
    there, _ = linked(tracker, wiki)
    number = parked(tracker, there.id, waits_for="carol", item="issue OPS-7")
    tracker.run(expire_overdue())
    assert tracker.answer(RunOf(number)).state is RunState.PARKED, "its time is not over"
    tracker.now += PARKED_FOR + 1
    tracker.run(expire_overdue())
    run = tracker.answer(RunOf(number))
    assert (run.state, run.error) == (RunState.EXPIRED, "Nobody allowed it in time.")
    (message,) = tracker.answer(MessagesOf("carol"))
    assert (message.words, message.severity) == (Words.RUN_EXPIRED, Severity.WARNING)
    assert (message.told["link"], message.told["script"], message.item) == ("Wiki", HOOK, "issue OPS-7")


def test_however_many_look_it_ends_once_and_tells_once():
    tracker = InMemory("Tracker")
    parked(tracker, "gone")
    tracker.now += PARKED_FOR + 1
    flow = expire_overdue()
    step = next(flow)
    while not isinstance(step, ExpireRun):
        step = flow.send(tracker.answer(step))
    tracker.run(expire_overdue())  # another one, between the look of the first and its word
    assert tracker.answer(step) is False
    (message,) = tracker.answer(MessagesOf("alice"))
    assert message.told["link"] == "another application", "the link is gone"


def test_each_of_many_is_ended():
    answers = Answers({OverdueRuns: (RUN, replace(RUN, number=8)), LinkById: None, ExpireRun: True})
    drive(expire_overdue(), answers)
    ended = [question.number for question in answers.asked if isinstance(question, ExpireRun)]
    assert ended == [7, 8]


def test_where_nobody_is_to_be_told_nothing_is_asked():
    assert drive(about_run(RUN, Words.RUN_FAILED, Severity.ERROR, None), Answers({})) == ()


def test_a_message_about_a_run_is_the_same_however_often_it_is_made():
    """Its key names the pass, so that a second failure of the run is told as well."""

    def made(run: Run, **told: str):
        (message,) = drive(about_run(run, Words.RUN_FAILED, Severity.ERROR, "alice", **told), Answers({LinkById: None}))
        return message

    assert made(RUN, error="x").key == made(RUN, error="y").key == "run 7 run-failed 2"
    assert made(replace(RUN, passes=3)).key != made(RUN).key
    assert made(RUN, script="Publishes").told["script"] == "Publishes"
    assert (made(RUN).user, made(RUN).run, made(RUN).item) == ("alice", 7, "issue OPS-7")
