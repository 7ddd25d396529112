"""What the questions about the history of runs, and about what people say of them, promise on every kind of database."""

from __future__ import annotations

from itertools import count

import pytest

from applinks.scripts import (
    DAY,
    Answer,
    Asked,
    CallsOf,
    ClaimRun,
    DropOldRuns,
    Ending,
    EndRun,
    HooksLately,
    NewRun,
    NoteAnswered,
    NoteSent,
    ParkRun,
    QueueRuns,
    RetryRun,
    RunCounts,
    RunFilters,
    RunOf,
    Runs,
    RunState,
    SettleCall,
)
from applinks.store import Store
from contracts.conftest import Clock

_keys = count()
OK = Answer(200, (), b"{}")


def queued(store: Store, hook: str = "a:b", user: str | None = "alice", actor: str | None = None, **more: object) -> int:
    key = str(more.pop("key", next(_keys)))
    (number,) = store.answer(QueueRuns((NewRun(key, hook, "listener", user, actor or user, **more),)))  # type: ignore[arg-type]
    return int(number)


def ended(store: Store, state: RunState = RunState.DONE, hook: str = "a:b") -> int:
    number = queued(store, hook)
    store.answer(ClaimRun("one", number))
    assert store.answer(EndRun(number, "one", Ending(state)))
    return number


def midnight(clock: Clock) -> float:
    return clock.now // DAY * DAY


def test_counts_outlive_the_runs_they_are_of(store: Store, clock: Clock) -> None:
    begin = midnight(clock)
    for state, hook in ((RunState.DONE, "a:b"), (RunState.DONE, "a:b"), (RunState.FAILED, "c:d")):
        ended(store, state, hook)
    clock.now += 40 * DAY
    assert store.answer(DropOldRuns(clock.now - DAY)) == 3
    ended(store)
    expected = {(begin, RunState.DONE): 2, (begin, RunState.FAILED): 1, (begin + 40 * DAY, RunState.DONE): 1}
    assert store.answer(RunCounts(begin, DAY)) == expected
    assert store.answer(RunCounts(begin, DAY, "c:d")) == {(begin, RunState.FAILED): 1}
    assert store.answer(RunCounts(begin - 3 * DAY, 7 * DAY)) == {
        (begin - 3 * DAY, RunState.DONE): 2,
        (begin - 3 * DAY, RunState.FAILED): 1,
        (begin + 39 * DAY, RunState.DONE): 1,
    }


def test_runs_of_one_day_that_are_forgotten_at_different_times_are_added_up(store: Store, clock: Clock) -> None:
    begin = midnight(clock)
    for _ in range(3):
        ended(store)
    clock.now += 40 * DAY
    for _ in range(3):
        assert store.answer(DropOldRuns(clock.now, limit=1)) == 1
    assert store.answer(RunCounts(begin, DAY)) == {(begin, RunState.DONE): 3}


def test_spans_that_are_no_days_count_what_is_kept_only(store: Store, clock: Clock) -> None:
    ended(store)
    begin = midnight(clock)
    assert store.answer(RunCounts(begin, 3600)) == {(clock.now // 3600 * 3600, RunState.DONE): 1}
    store.answer(DropOldRuns(clock.now + 1))
    assert store.answer(RunCounts(begin, 3600)) == {}
    assert store.answer(RunCounts(begin + 1, DAY)) == {}


def test_each_hook_has_its_last_run_and_its_failures_since(store: Store, clock: Clock) -> None:
    ended(store, RunState.FAILED)
    clock.now += 10
    ended(store, RunState.FAILED)
    last = ended(store)
    other = queued(store, "c:d")
    lately = store.answer(HooksLately(clock.now - 5))
    assert {hook: (one.last.number, one.failures) for hook, one in lately.items()} == {"a:b": (last, 1), "c:d": (other, 0)}
    assert store.answer(HooksLately(0.0))["a:b"].failures == 2


def test_only_a_parked_run_is_retried_and_only_once(store: Store) -> None:
    number = queued(store)
    assert not store.answer(RetryRun(number))
    store.answer(ClaimRun("one", number))
    assert not store.answer(RetryRun(number))
    assert store.answer(ParkRun(number, "one", "wiki", "alice", 2e9, 0, 0))
    assert store.answer(RetryRun(number))
    assert not store.answer(RetryRun(number))
    assert store.answer(RunOf(number)).state is RunState.QUEUED


@pytest.mark.parametrize("answer", [OK, None])
@pytest.mark.parametrize("place", ["1", "3"])
def test_a_call_that_was_answered_or_never_made_is_not_settled(store: Store, place: str, answer: Answer | None) -> None:
    """What is acknowledged must not happen twice."""
    number = queued(store)
    store.answer(ClaimRun("one", number))
    for at in ("1", "2"):
        store.answer(NoteSent(number, "one", Asked(at, "POST", "https://wiki.test", "wiki", "Wiki", "alice", "digest")))
    store.answer(NoteAnswered(number, "one", "1", OK))
    store.answer(EndRun(number, "one", Ending(RunState.UNCLEAR)))
    assert not store.answer(SettleCall(number, place, answer))
    assert store.answer(RunOf(number)).state is RunState.UNCLEAR
    assert [call.status for call in store.answer(CallsOf(number))] == [200, None]


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ({"person": "alice"}, [3, 1]),
        ({"person": "bob"}, [2, 1]),
        ({"user": "bob"}, [2]),
        ({"item": "issue OPS-7"}, [2]),
        ({"without": "queued"}, []),
        ({"without": "done", "person": "alice", "before": 3}, [1]),
    ],
)
def test_runs_are_found_by_who_had_to_do_with_them_and_what_they_are_about(
    store: Store, only: RunFilters, found: list[int]
) -> None:
    numbers = [
        queued(store, actor="bob"),
        queued(store, user="bob", item="issue OPS-7"),
        queued(store),
    ]
    below: RunFilters = {"before": numbers[only["before"] - 1]} if "before" in only else {}
    assert [run.number for run in store.answer(Runs({**only, **below}))] == [numbers[place - 1] for place in found]
