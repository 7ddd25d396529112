"""A ledger whose writes are shared: each is told its own answer, and nobody takes another along (security.md T-11)."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from applinks.errors import StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.store.grouping import AT_ONCE, Grouped

NONCE = SpendNonce("jira:1", "token", 1_800_000_000, "n-1", 1_800_000_360)


def numbered(count: int) -> list[SpendNonce]:
    return [replace(NONCE, nonce=str(number)) for number in range(count)]


class Ledger:
    """Keeps the batches it was given; while its gate is closed, a write does not end."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.spent: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.fails: list[BaseException] = []

    def answer_all(self, batch: Sequence[SpendNonce]) -> list[bool | StoreUnavailable]:
        self.batches.append([question.nonce for question in batch])
        self.begun.release()
        assert self.gate.wait(30)
        if self.fails:
            raise self.fails.pop()
        return [self._spend(question) for question in batch]

    def _spend(self, question: SpendNonce) -> bool | StoreUnavailable:
        if question.nonce == "unknown":
            return StoreUnavailable("nobody can tell")
        first = question.nonce not in self.spent
        self.spent.add(question.nonce)
        return first

    async def answer_all_async(self, batch: Sequence[SpendNonce]) -> list[bool | StoreUnavailable]:
        return await asyncio.to_thread(self.answer_all, batch)

    async def close_of_this_loop(self) -> None:
        self.batches.append(["closed here"])

    def close(self) -> None:
        self.batches.append(["closed"])


class InThreads:
    """Asks in threads of their own, one after the other, and waits until each has joined the queue."""

    def __init__(self, grouped: Grouped, pool: ThreadPoolExecutor) -> None:
        self.grouped = grouped
        self.pool = pool

    def ask(self, questions: Sequence[SpendNonce]) -> list[object]:
        futures = []
        for question in questions:
            before = len(self.grouped._queue)
            futures.append(self.pool.submit(self.grouped.answer, question))
            while len(self.grouped._queue) == before:
                os.sched_yield()
        return futures


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def first_and_others(ledger: Ledger, others: Sequence[SpendNonce]) -> list[object]:
    """One write is under way; meanwhile the others ask. What each is told, the first one first: an answer or an error."""
    grouped = Grouped(ledger)
    with ThreadPoolExecutor(len(others) + 1) as pool:
        ledger.gate.clear()
        first = pool.submit(grouped.answer, replace(NONCE, nonce="first"))
        ledger.begun.acquire()
        futures = [first, *InThreads(grouped, pool).ask(others)]
        ledger.gate.set()
        return [future.exception() or future.result() for future in futures]  # type: ignore[attr-defined]


def test_those_who_ask_during_a_write_share_the_next_one(ledger: Ledger) -> None:
    assert first_and_others(ledger, numbered(20)) == [True] * 21
    assert ledger.batches == [["first"], [str(number) for number in range(20)]]


def test_each_is_told_its_own_answer(ledger: Ledger) -> None:
    answers = first_and_others(ledger, [*numbered(2), replace(NONCE, nonce="first"), *numbered(3)])
    assert answers == [True, True, True, False, False, False, True]


def test_a_write_has_a_bounded_size(ledger: Ledger) -> None:
    assert first_and_others(ledger, numbered(AT_ONCE + 5)) == [True] * (AT_ONCE + 6)
    assert [len(batch) for batch in ledger.batches] == [1, AT_ONCE, 5]


def test_what_fails_fails_for_all_of_a_write_and_the_next_one_goes_on_t11(ledger: Ledger) -> None:
    error = StoreUnavailable("disk full")
    ledger.fails.append(error)
    assert first_and_others(ledger, numbered(3)) == [error, True, True, True]
    assert Grouped(ledger).answer(replace(NONCE, nonce="later")) is True


def test_where_nobody_can_tell_only_that_one_is_refused_t11(ledger: Ledger) -> None:
    _, one, unknown, other = first_and_others(ledger, [NONCE, replace(NONCE, nonce="unknown"), replace(NONCE, nonce="2")])
    assert (one, type(unknown), other) == (True, StoreUnavailable, True)


def test_a_writer_that_is_interrupted_refuses_those_it_wrote_for_and_lets_the_next_one_lead_t11(ledger: Ledger) -> None:
    grouped = Grouped(ledger)
    ledger.fails.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        grouped.answer(NONCE)
    assert grouped.answer(replace(NONCE, nonce="next")) is True


def test_one_who_is_interrupted_while_waiting_leaves_the_queue_and_takes_no_lead_along(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouped = Grouped(ledger)
    with ThreadPoolExecutor(2) as pool:
        ledger.gate.clear()
        first = pool.submit(grouped.answer, replace(NONCE, nonce="first"))
        ledger.begun.acquire()

        def interrupt(_waiting: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("applinks.store.grouping._InThread.wait", interrupt)
            with pytest.raises(KeyboardInterrupt):
                grouped.answer(replace(NONCE, nonce="gone"))
        (last,) = InThreads(grouped, pool).ask([replace(NONCE, nonce="last")])
        ledger.gate.set()
        assert (first.result(), last.result()) == (True, True)  # type: ignore[attr-defined]
    assert ledger.batches == [["first"], ["last"]]


def test_tasks_that_ask_at_the_same_moment_share_a_write(ledger: Ledger) -> None:
    grouped = Grouped(ledger)

    async def spend() -> list[bool]:
        return await asyncio.gather(*(grouped.answer_async(question) for question in [*numbered(4), *numbered(6)]))

    assert asyncio.run(spend()) == [True] * 4 + [False] * 4 + [True] * 2
    assert [len(batch) for batch in ledger.batches] == [10]


def test_what_fails_is_raised_in_every_task_of_a_write_and_the_next_one_goes_on_t11(ledger: Ledger) -> None:
    grouped = Grouped(ledger)
    ledger.fails.append(StoreUnavailable("away"))

    async def spend() -> list[object]:
        failed = await asyncio.gather(*(grouped.answer_async(each) for each in numbered(3)), return_exceptions=True)
        return [*failed, await grouped.answer_async(NONCE)]

    *failed, later = asyncio.run(spend())
    assert [type(each) for each in failed] == [StoreUnavailable] * 3
    assert later is True


def test_what_was_asked_for_when_the_loop_ends_is_written_all_the_same(ledger: Ledger) -> None:
    """asyncio cancels every task then, those who write too; what a call has done must be in the record."""
    grouped, asked = Grouped(ledger), []

    async def end_while_they_wait() -> None:
        asked.extend(asyncio.ensure_future(grouped.answer_async(each)) for each in numbered(AT_ONCE + 5))
        await asyncio.sleep(0)
        assert ledger.batches == []

    asyncio.run(end_while_they_wait())
    assert all(each.cancelled() for each in asked)
    assert [len(batch) for batch in ledger.batches] == [AT_ONCE, 5]


def test_an_answer_may_be_none(ledger: Ledger) -> None:
    ledger.answer_all = lambda batch: [None] * len(batch)  # type: ignore[method-assign, return-value, assignment]
    grouped = Grouped(ledger)
    assert grouped.answer(NONCE) is None
    assert asyncio.run(grouped.answer_async(NONCE)) is None


def test_several_event_loops_do_not_meet(ledger: Ledger) -> None:
    grouped, start = Grouped(ledger), threading.Barrier(4)

    def spend(_: int) -> bool:
        start.wait()
        return asyncio.run(grouped.answer_async(NONCE))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(spend, range(4))) >= 1
    assert sum(len(batch) for batch in ledger.batches) == 4


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_write_leaves_the_child_free(ledger: Ledger) -> None:
    grouped = Grouped(ledger)
    with ThreadPoolExecutor(1) as pool:
        ledger.gate.clear()
        under_way = pool.submit(grouped.answer, replace(NONCE, nonce="first"))
        ledger.begun.acquire()
        child = os.fork()
        if not child:
            ledger.gate.set()
            os._exit(0 if grouped.answer(NONCE) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ledger.gate.set()
        assert under_way.result() is True


def test_closing_closes_the_ledger(ledger: Ledger) -> None:
    grouped = Grouped(ledger)
    grouped.close()
    asyncio.run(grouped.close_of_this_loop())
    assert ledger.batches == [["closed"], ["closed here"]]
