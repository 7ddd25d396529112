"""Each due time of a job is one run, whoever looks and however often."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.questions import Moment, Now, drive
from applinks.scripts import Hook, HookKind, HookSettings, JobTimes, NewRun, NoteJobTime, QueueRuns, SetHook, queue_due_jobs
from applinks.store import Store
from contracts.conftest import Clock

DAILY = Hook(HookKind.JOB, id="jobs:daily", cron="0 7 * * *", zone="UTC", user="robot")
DAY = 86_400.0
SEVEN = 1_800_000_000.0 - 1_800_000_000.0 % DAY + 7 * 3600


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = SEVEN - 60
    return clock


@pytest.fixture
def store(clock: Clock) -> Store:
    return Store.open("sqlite://", clock=clock)


class Looks:
    """Looks for due jobs, as processes do."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.queued: list[NewRun] = []

    def answer(self, question):
        if isinstance(question, Now):
            return Moment(self.clock.now, "nonce")
        if isinstance(question, QueueRuns):
            self.queued += question.runs
        return self.store.answer(question)

    def look(self, *hooks: Hook) -> tuple[int, ...]:
        return drive(queue_due_jobs(hooks or (DAILY,)), self.answer)


@pytest.fixture
def looks(store: Store, clock: Clock) -> Looks:
    return Looks(store, clock)


def test_a_new_job_begins_now_and_does_not_make_up_for_the_past(looks: Looks, clock: Clock) -> None:
    clock.now = SEVEN + 60
    assert looks.look() == ()
    assert looks.look() == ()


def test_a_due_job_is_queued_once_as_its_user(looks: Looks, clock: Clock) -> None:
    looks.look()
    clock.now = SEVEN
    (number,) = looks.look()
    assert looks.look() == ()
    (run,) = looks.queued
    assert (run.hook, run.user, run.actor, run.kind) == ("jobs:daily", "robot", "robot", "job")
    assert run.key == f"job jobs:daily {SEVEN:.0f}"
    assert run.item == "job jobs:daily", "one after the other"
    assert number > 0


def test_what_was_missed_runs_once(looks: Looks, clock: Clock) -> None:
    looks.look()
    clock.now = SEVEN + 5 * DAY + 100
    assert len(looks.look()) == 1
    assert looks.queued[0].key.endswith(f"{SEVEN + 5 * DAY:.0f}")
    assert looks.look() == ()


def test_two_who_look_at_the_same_moment_queue_one_run(looks: Looks, clock: Clock, store: Store) -> None:
    """F-66: one is stopped before it has noted the time."""
    looks.look()
    clock.now = SEVEN
    flow = queue_due_jobs((DAILY,))
    step = next(flow)
    while not isinstance(step, NoteJobTime):
        step = flow.send(looks.answer(step))
    other = Looks(store, clock)
    numbers = other.look()
    assert len({*numbers, *looks.store.answer(QueueRuns(tuple(looks.queued)))}) == 1
    flow.close()
    assert looks.look() == ()


def test_another_schedule_begins_anew(looks: Looks, clock: Clock) -> None:
    looks.look()
    clock.now = SEVEN + 3600
    assert looks.look(replace(DAILY, cron="30 7 * * *")) == ()
    assert looks.look(replace(DAILY, cron="30 7 * * *")) == ()
    clock.now = SEVEN + DAY + 1800
    assert len(looks.look(replace(DAILY, cron="30 7 * * *"))) == 1
    assert looks.look(replace(DAILY, cron="30 7 * * *", zone="Europe/Berlin")) == ()


def test_a_job_that_is_off_does_not_run_and_makes_up_for_nothing_later(looks: Looks, clock: Clock, store: Store) -> None:
    looks.look()
    store.answer(SetHook("jobs:daily", False, {}, "ada"))
    clock.now = SEVEN
    assert looks.look() == ()
    assert store.answer(JobTimes())["jobs:daily"][1] == SEVEN
    store.answer(SetHook("jobs:daily", True, {"a": 1}, "ada"))
    assert looks.look() == ()
    clock.now = SEVEN + DAY
    looks.look()
    assert looks.queued[-1].parameters == {"a": 1}
    assert store.answer(HookSettings())["jobs:daily"].enabled


def test_other_hooks_are_no_jobs(looks: Looks) -> None:
    assert looks.look(Hook(HookKind.LISTENER, id="a:b", events=("*",)), replace(DAILY, cron=None)) == ()
    assert looks.store.answer(JobTimes()) == {}
