"""What engines have in common to which a queue says which run is next; the queue here is a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from applinks.running import Pace
from applinks.running.clockwork import Clockwork
from applinks.running.engines import EngineContext
from applinks.running.queued import AT_ONCE, Queued
from applinks.scripts import DueRuns


class List:
    """A queue that loses nothing until it is told to."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.fails = False
        self.is_running = True
        self.events: list[str] = []

    def start(self, perform: Callable[[int], None]) -> None:
        self.perform = perform

    def tell(self, number: int) -> None:
        if self.fails:
            raise OSError("the queue is away")
        self.told.append(number)

    def stop(self) -> None:
        self.events.append("stop")

    def join(self, seconds: float) -> None:
        self.events.append("join")


class Performer:
    def __init__(self, queue: List) -> None:
        self.due: set[int] = set()
        self.waited: list[int] = []
        self.queue = queue
        self.on_over: Any = None

    def take(self, number: int) -> object | None:
        if number not in self.due:
            return None
        self.due.remove(number)
        return object()

    def wait(self, number: int) -> None:
        self.waited.append(number)

    def close(self, seconds: float) -> None:
        self.queue.events.append("close")

    def answer(self, question: DueRuns) -> tuple[int, ...]:
        return tuple(sorted(self.due))[: question.limit]


@pytest.fixture
def queue() -> List:
    return List()


@pytest.fixture
def performer(queue: List) -> Performer:
    return Performer(queue)


def engine(performer: Performer, queue: List, again_after: float = 3600.0) -> Queued:
    clockwork = Clockwork(lambda _: (), lambda: ())
    clockwork.turn = lambda: None  # type: ignore[method-assign]
    pace = Pace(look_every=3600.0, tell_again_after=again_after)
    working = Queued(EngineContext(performer, clockwork, performer.answer, pace), queue)  # type: ignore[arg-type]
    queue.start(working._perform)
    return working


def test_each_due_run_is_told_of_once(performer: Performer, queue: List) -> None:
    performer.due = {3, 4}
    working = engine(performer, queue)
    working._look()
    performer.due.add(5)
    working._look()
    assert queue.told == [3, 4, 5]


def test_what_nobody_takes_is_told_again_after_a_while(performer: Performer, queue: List) -> None:
    performer.due = {3}
    working = engine(performer, queue, again_after=0.0)
    working._look()
    working._look()
    assert queue.told == [3, 3]


def test_whoever_gets_a_number_takes_the_run_and_waits_for_it_or_sees_that_it_is_taken(
    performer: Performer, queue: List
) -> None:
    performer.due = {3}
    engine(performer, queue)
    queue.perform(3)
    queue.perform(3)
    queue.perform(99)
    assert performer.waited == [3]


def test_a_run_that_is_due_again_is_told_of_again_at_once(performer: Performer, queue: List) -> None:
    performer.due = {3}
    working = engine(performer, queue)
    working._look()
    queue.perform(3)
    performer.due = {3}  # it is tried once more
    working._look()
    assert queue.told == [3, 3]


def test_a_run_that_another_process_took_and_gave_back_is_told_of_again(performer: Performer, queue: List) -> None:
    performer.due = {3}
    working = engine(performer, queue)
    working._look()
    performer.due = set()
    working._look()
    performer.due = {3}
    working._look()
    assert queue.told == [3, 3]


def test_what_could_not_be_told_is_told_with_the_next_look(performer: Performer, queue: List) -> None:
    performer.due, queue.fails = {3}, True
    working = engine(performer, queue)
    with pytest.raises(OSError, match="away"):
        working._look()
    queue.fails = False
    working._look()
    assert queue.told == [3]


def test_the_queue_never_knows_of_more_than_a_few(performer: Performer, queue: List) -> None:
    performer.due = set(range(AT_ONCE + 50))
    working = engine(performer, queue)
    working._look()
    working._look()
    assert len(queue.told) == AT_ONCE


def test_it_stops_the_queue_then_the_runs_then_waits_for_both(performer: Performer, queue: List) -> None:
    working = engine(performer, queue)
    working.start()
    working.say()
    working.stop(5)
    assert queue.events == ["stop", "close", "join"]


def test_that_its_thread_or_that_of_the_queue_has_ended_is_a_trouble(performer: Performer, queue: List) -> None:
    working = engine(performer, queue)
    assert working.trouble == "the thread that looks for runs has ended"
    working.start()
    assert working.trouble is None
    queue.is_running = False
    assert working.trouble == "the thread that listens to the queue has ended"
    working.stop(30)
