"""What the questions about hooks promise, on every kind of database: what is set for them, how they have done, what they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from applinks.scripts import (
    DAY,
    BeginRun,
    ClaimRun,
    DropOldRuns,
    Ending,
    EndRun,
    GiveUpRun,
    HookSetting,
    HookSettings,
    HooksLately,
    MessagesOf,
    NewMessage,
    NewRun,
    ParkRun,
    QueueRuns,
    RecentRuns,
    RetryRun,
    RunCounts,
    RunOf,
    Runs,
    RunState,
    SetHook,
    Severity,
    Words,
)
from applinks.store import Store
from contracts.conftest import Clock

HOOK, OTHER = "publish:publish", "tidy:tidy"
Ended = Callable[..., int]


@pytest.fixture
def ended(store: Store) -> Ended:
    """Makes a run that has ended."""

    def make(state: RunState = RunState.DONE, hook: str = HOOK, user: str = "alice", actor: str | None = None) -> int:
        key = f"run {len(store.answer(Runs(limit=1000)))}"
        (number,) = store.answer(QueueRuns((NewRun(key, hook, "listener", user, actor or user, item="issue 1"),)))
        assert store.answer(ClaimRun("one", number)) is not None
        assert store.answer(EndRun(number, "one", Ending(state)))
        return int(number)

    return make


def test_a_hook_for_which_nothing_is_set_is_not_among_those_that_are(store: Store, clock: Clock) -> None:
    assert store.answer(HookSettings()) == {}
    kept = store.answer(SetHook(HOOK, False, {"space": "OPS"}, "ada"))
    assert kept == HookSetting(HOOK, False, {"space": "OPS"}, clock.now, "ada")
    assert store.answer(HookSettings()) == {HOOK: kept}


def test_what_is_set_last_holds(store: Store, clock: Clock) -> None:
    store.answer(SetHook(HOOK, False, {"space": "OPS"}, "ada"))
    store.answer(SetHook(OTHER, False, {}, "ada"))
    clock.now += 60
    store.answer(SetHook(HOOK, True, {"spaces": ["A", None, 1.5]}, "bob"))
    kept = store.answer(HookSettings())
    assert kept[HOOK] == HookSetting(HOOK, True, {"spaces": ["A", None, 1.5]}, clock.now, "bob")
    assert not kept[OTHER].enabled


def test_how_a_hook_has_done_lately_is_its_last_run_and_its_failures_since_then(
    store: Store, clock: Clock, ended: Ended
) -> None:
    ended(RunState.FAILED)
    clock.now += 60
    since = clock.now
    assert store.answer(HooksLately(since))[HOOK].failures == 0, "that was before"
    ended(RunState.FAILED)
    ended(RunState.FAILED)
    last = ended()
    alone = ended(hook=OTHER)
    lately = store.answer(HooksLately(since))
    assert (lately[HOOK].last.number, lately[HOOK].failures) == (last, 2)
    assert (lately[OTHER].last.number, lately[OTHER].failures) == (alone, 0)
    assert lately.keys() == {HOOK, OTHER}


def test_a_hook_that_never_ran_has_not_done_anything(store: Store) -> None:
    assert store.answer(HooksLately(0.0)) == {}


def test_forgotten_runs_are_still_counted_by_whole_days(store: Store, clock: Clock, ended: Ended) -> None:
    """R-38: the counts outlive the runs."""
    midnight = clock.now - clock.now % DAY
    clock.now = midnight + 1
    ended()
    ended(RunState.FAILED)
    ended(hook=OTHER)
    clock.now = midnight + DAY - 1
    ended()
    clock.now = midnight + DAY
    ended()
    counted = {(midnight, RunState.DONE): 3, (midnight, RunState.FAILED): 1, (midnight + DAY, RunState.DONE): 1}
    assert store.answer(RunCounts(midnight, DAY)) == counted
    clock.now += DAY
    assert store.answer(DropOldRuns(clock.now - 1)) == 5
    assert store.answer(Runs()) == ()
    assert store.answer(RunCounts(midnight, DAY)) == counted
    assert store.answer(RunCounts(midnight, 2 * DAY)) == {(midnight, RunState.DONE): 4, (midnight, RunState.FAILED): 1}
    assert store.answer(RunCounts(midnight, DAY, OTHER)) == {(midnight, RunState.DONE): 1}
    assert store.answer(RunCounts(midnight + DAY, DAY)) == {(midnight + DAY, RunState.DONE): 1}


def test_forgetting_some_of_the_runs_of_a_day_counts_none_twice(store: Store, clock: Clock, ended: Ended) -> None:
    midnight = clock.now - clock.now % DAY
    clock.now = midnight + 1
    for _ in range(3):
        ended()
    for _ in range(3):
        assert store.answer(RunCounts(midnight, DAY)) == {(midnight, RunState.DONE): 3}
        store.answer(DropOldRuns(clock.now + 1, limit=1))
    assert store.answer(Runs()) == ()
    assert store.answer(RunCounts(midnight, DAY)) == {(midnight, RunState.DONE): 3}


def test_spans_that_are_no_whole_days_count_what_is_still_there(store: Store, clock: Clock, ended: Ended) -> None:
    begin = clock.now
    ended()
    store.answer(DropOldRuns(begin + 1))
    ended()
    assert store.answer(RunCounts(begin, 3600)) == {(begin, RunState.DONE): 1}


def test_runs_are_listed_by_who_has_to_do_with_them_and_without_a_state(store: Store, ended: Ended) -> None:
    robots = ended(user="robot", actor="alice")
    alices = ended()
    skipped = ended(RunState.SKIPPED, user="bob")

    def numbers(**only: str) -> list[int]:
        return [run.number for run in store.answer(Runs(only))]  # type: ignore[arg-type]

    assert numbers(person="alice") == [alices, robots]
    assert numbers(user="alice") == [alices]
    assert numbers(without="skipped") == [alices, robots]
    assert numbers(item="issue 1", state="skipped") == [skipped]
    assert numbers(item="issue 2") == []


def test_how_often_a_hook_has_run_for_one_item_lately(store: Store, clock: Clock, ended: Ended) -> None:
    ended()
    clock.now += 60
    ended()
    ended(hook=OTHER)
    assert store.answer(RecentRuns(HOOK, "issue 1", clock.now - 60)) == 2
    assert store.answer(RecentRuns(HOOK, "issue 1", clock.now)) == 1
    assert store.answer(RecentRuns(HOOK, "issue 2", 0.0)) == 0


def test_a_parked_run_is_tried_once_whoever_says_so_and_nobody_is_asked_any_more(store: Store, clock: Clock) -> None:
    (number,) = store.answer(QueueRuns((NewRun("a", HOOK, "listener", "alice", "alice"),)))
    assert not store.answer(RetryRun(number)), "it is not parked"
    store.answer(ClaimRun("one", number))
    asks = NewMessage("asks", "alice", Severity.WARNING, words=Words.CONSENT_NEEDED, run=number)
    store.answer(ParkRun(number, "one", "wiki", "alice", clock.now + 60, 0, 0, messages=(asks,)))
    clock.now += 1
    assert store.answer(RetryRun(number))
    assert not store.answer(RetryRun(number))
    run = store.answer(RunOf(number))
    assert (run.state, run.due_at, run.parked_until) == (RunState.QUEUED, clock.now, None)
    assert run.parked_user == "alice", "it is still known for whom it has waited"
    assert store.answer(MessagesOf("alice", unread=True)) == ()


def test_a_run_whose_process_was_shut_down_is_not_blamed_for_it(store: Store) -> None:
    (number,) = store.answer(QueueRuns((NewRun("a", HOOK, "listener", "alice", "alice"),)))
    for _ in range(5):
        store.answer(ClaimRun("one", number))
        assert store.answer(GiveUpRun(number, "one", "it was shut down", blameless=True)) is RunState.QUEUED
    assert store.answer(RunOf(number)).deaths == 0


def test_a_run_that_somebody_waits_for_ends_with_its_process_and_says_why(store: Store) -> None:
    new = NewRun("a", HOOK, "endpoint", "alice", "alice")
    number = store.answer(BeginRun(new, "one")).number
    assert store.answer(GiveUpRun(number, "one", "it was shut down", blameless=True)) is RunState.FAILED
    assert store.answer(RunOf(number)).error == "It was ended: it was shut down."
    again = store.answer(BeginRun(replace(new, user="bob"), "two"))
    assert (again.number, again.user, again.holder) == (number, "alice", None), "the same key is the same run"
