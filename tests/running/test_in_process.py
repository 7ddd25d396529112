"""The engine that needs nothing else; what all engines keep is in test_engines.py."""

from __future__ import annotations

import threading
from typing import Any

from applinks.running.clockwork import Clockwork
from applinks.running.engines import EngineContext
from applinks.running.in_process import InProcess
from applinks.running.pace import USUAL, Pace
from applinks.scripts import DueRuns


class Performer:
    """Performs nothing, and says how much it does."""

    is_ready = True

    def __init__(self, due: int, at_once: bool = False) -> None:
        self.due, self.busy, self.most = due, 0, 0
        self.at_once = at_once
        self.closed: float | None = None
        self.on_over: Any = None

    def take(self, number: int | None = None) -> object | None:
        if not self.due:
            return None
        self.due -= 1
        self.busy += not self.at_once
        self.most = max(self.most, self.busy)
        return object()

    def close(self, seconds: float) -> None:
        self.closed = seconds

    def answer(self, question: object) -> tuple[int, ...]:
        assert isinstance(question, DueRuns)
        return tuple(range(self.due))[: question.limit]


def engine(performer: Performer, workers: int = 3, pace: Pace = USUAL) -> tuple[InProcess, list[int]]:
    turns: list[int] = []
    clockwork = Clockwork(lambda _: (), lambda: ())
    clockwork.turn = lambda: turns.append(1)  # type: ignore[method-assign]
    context = EngineContext(performer, clockwork, performer.answer, pace)  # type: ignore[arg-type]
    return InProcess(context, workers=workers), turns


def test_it_takes_what_is_due_as_far_as_there_is_room() -> None:
    performer = Performer(5)
    working, turns = engine(performer)
    working._look()
    assert (performer.busy, performer.due, turns) == (3, 2, [1])
    performer.busy = 1
    working._look()
    assert (performer.busy, performer.due, performer.most) == (3, 0, 3)


def test_a_run_that_is_over_makes_it_look_at_once() -> None:
    performer = Performer(0)
    working, turns = engine(performer, pace=Pace(look_every=3600.0))
    looked = threading.Semaphore(0)
    working._context.clockwork.turn = looked.release  # type: ignore[method-assign]
    working.start()
    assert looked.acquire(timeout=60)
    performer.on_over()
    assert looked.acquire(timeout=60)
    working.say()
    assert looked.acquire(timeout=60)
    working.stop(30)
    assert performer.closed is not None
    assert performer.closed <= 30
    assert turns == []


def test_that_its_thread_does_not_run_is_a_trouble() -> None:
    working, _ = engine(Performer(0))
    assert working.trouble == "the thread that looks for runs has ended"
    working.start()
    assert working.trouble is None
    working.stop(30)
    assert working.trouble is not None


def test_when_it_is_stopped_it_takes_nothing_more() -> None:
    performer = Performer(5)
    working, _ = engine(performer)
    working.stop(0)
    working._look()
    assert performer.due == 5


def test_it_can_do_all_that_is_due_and_end() -> None:
    performer = Performer(7, at_once=True)
    working, turns = engine(performer)
    working.drain(threading.Event())
    assert performer.due == 0
    assert turns


def test_for_scripts_it_is_made_with_so_many_workers() -> None:
    performer = Performer(9)
    working, _ = engine(performer)
    made = InProcess.with_workers(2)(working._context)
    made._look()  # type: ignore[attr-defined]
    assert performer.busy == 2
