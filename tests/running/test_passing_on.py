"""The thread that tells: all that is due, and nothing more over a link that is away."""

from __future__ import annotations

import threading
from typing import Any

from applinks import clock
from applinks.questions import Flow
from applinks.running.passing_on import PassesOn
from applinks.scripts import ClaimUntold, Telling


class Told:
    """Hands out what came of telling, one after the other; notes which links were paused."""

    def __init__(self, *results: Telling | Exception | None) -> None:
        self.results = list(results)
        self.paused: list[frozenset[str]] = []
        self.done = threading.Event()

    def drive(self, flow: Flow[Any]) -> Telling | None:
        question = next(flow)
        assert isinstance(question, ClaimUntold)
        self.paused.append(question.paused)
        result = self.results.pop(0) if self.results else None
        if not self.results:
            self.done.set()
        if isinstance(result, Exception):
            raise result
        return result


def test_it_tells_until_there_is_nothing():
    told = Told(Telling("wiki"), Telling("wiki"))
    PassesOn(told.drive).turn()
    assert told.paused == [frozenset()] * 3


def test_a_link_that_is_away_is_left_alone_until_its_time():
    later = clock.now() + 1000
    told = Told(Telling("wiki", away=True, until=later), Telling("forge", away=True, until=0.0), None)
    passes_on = PassesOn(told.drive)
    passes_on.turn()
    assert told.paused == [frozenset(), {"wiki"}, {"wiki", "forge"}]
    passes_on.turn()
    assert told.paused[-1] == {"wiki"}


def test_a_failure_ends_no_thread_and_it_is_woken():
    told = Told(RuntimeError("boom"), Telling("wiki"), None)
    passes_on = PassesOn(told.drive)
    passes_on.start()
    passes_on.say()
    assert told.done.wait(30)
    passes_on.stop(30)
    assert not passes_on._thread.is_alive()
