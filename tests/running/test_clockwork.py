"""What is done again and again, by whichever process looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks import clock
from applinks.links import AccessToken, KeepToken
from applinks.running import Pace
from applinks.running.clockwork import FORGET_EVERY, Clockwork
from applinks.scripts import (
    HERE,
    ClaimRun,
    Ending,
    EndRun,
    Event,
    EventOf,
    EventsReceived,
    EventState,
    Hook,
    HookKind,
    KeepEvent,
    NoteJobTime,
    ParkRun,
    Runs,
    RunState,
)
from scripts.one_pass import Passes

LISTENER = Hook(HookKind.LISTENER, id="a:listen", events=("a",))
PUBLISH = Hook(HookKind.POST_FUNCTION, id="a:publish", application="jira", transition="Done")
JOB = Hook(HookKind.JOB, id="a:job", cron="* * * * *", zone="UTC", user="robot")
EVENT = Event(HERE, "jira", "a", "d", {}, clock.now(), None, "alice")


def clockwork(desk: Passes, *hooks: Hook, **more: object) -> Clockwork:
    return Clockwork(desk.applinks.run, lambda: hooks or (LISTENER,), **more)  # type: ignore[arg-type]


def told(desk: Passes, delivery: str, **more: object) -> int:
    number: int = desk.applinks.answer(KeepEvent(replace(EVENT, delivery=delivery, **more))).number
    return number


def runs(desk: Passes) -> list[int | None]:
    """The events whose runs are there, in their order."""
    return [run.event for run in reversed(desk.applinks.answer(Runs()))]


def test_a_turn_sorts_all_events_whoever_has_told_of_them(desk: Passes) -> None:
    numbers = [told(desk, f"{number}") for number in range(120)]
    clockwork(desk).turn()
    assert desk.applinks.answer(EventsReceived()) == ()
    found = [run.event for run in desk.applinks.answer(Runs(limit=1000))]
    assert found[::-1] == numbers


def test_an_event_that_is_malformed_is_refused_and_keeps_no_other_waiting(desk: Passes) -> None:
    bad = told(desk, "bad", payload={"issue": {"fields": {}}})
    good = told(desk, "good")
    clockwork(desk, PUBLISH, LISTENER).turn()
    event = desk.applinks.answer(EventOf(bad))
    assert event.state is EventState.REFUSED
    assert event.note
    assert runs(desk) == [good]


def test_a_turn_queues_jobs_wakes_and_expires_what_is_parked(desk: Passes) -> None:
    answer = desk.applinks.answer
    woken, late = told(desk, "1"), told(desk, "2")
    work = clockwork(desk, LISTENER, JOB, pace=Pace(sweep_every=0.0))
    answer(NoteJobTime(JOB.id, f"{JOB.cron} UTC", 1.0))
    work.turn()
    for event, user, until in ((woken, "alice", 1e12), (late, "bob", 1.0)):
        (run,) = answer(Runs({"event": event}))
        answer(ClaimRun("one", run.number))
        answer(ParkRun(run.number, "one", "bank", user, until, 0, 0))
    answer(KeepToken(AccessToken(link_id="bank", user="alice", token="t", secret="s", made_at=1)))
    work.turn()
    assert answer(Runs({"event": woken}))[0].state is RunState.QUEUED
    assert answer(Runs({"event": late}))[0].state is RunState.EXPIRED
    assert [run.hook for run in answer(Runs({"hook": JOB.id}))] == [JOB.id]


def test_what_is_parked_is_looked_for_now_and_then_and_soon_if_somebody_says_so(desk: Passes) -> None:
    asked: list[str] = []
    work = Clockwork(lambda flow: asked.append(type(next(flow)).__name__), lambda: ())
    work.turn()
    assert "WakeRuns" in asked
    asked.clear()
    work.turn()
    assert "WakeRuns" not in asked
    work.sweep_soon()
    work.turn()
    assert "WakeRuns" in asked


def test_old_runs_are_forgotten_after_their_time(desk: Passes) -> None:
    event = told(desk, "1")
    work = clockwork(desk, kept_for=-1.0)
    work.turn()
    (run,) = desk.applinks.answer(Runs({"event": event}))
    desk.applinks.answer(ClaimRun("one", run.number))
    desk.applinks.answer(EndRun(run.number, "one", Ending(RunState.DONE)))
    work._forgot_at -= FORGET_EVERY
    work.turn()
    assert desk.applinks.answer(Runs()) == ()
    assert desk.applinks.answer(EventOf(event)) is None


def test_one_act_that_fails_keeps_no_other_from_being_done(desk: Passes, caplog: pytest.LogCaptureFixture) -> None:
    def hooks() -> tuple[Hook, ...]:
        raise OSError("no scripts")

    told(desk, "1")
    asked: list[str] = []

    def drive(flow):
        step = next(flow)
        asked.append(type(step).__name__)
        return (1,) if isinstance(step, EventsReceived) else None

    Clockwork(drive, hooks).turn()
    assert "sort failed" in caplog.text
    assert "queue_jobs failed" in caplog.text
    assert {"WakeRuns", "OverdueRuns", "DropOldRuns"} <= {*asked}
