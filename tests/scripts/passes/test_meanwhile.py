"""While a pass goes on, what it says is kept."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from applinks.scripts import LinesOf, Progress, RunOf
from applinks.scripts.passes import meanwhile
from applinks.scripts.passes.meanwhile import Meanwhile
from applinks.scripts.passes.recording import NotHeld
from running.world import until
from scripts.one_pass import Passes


def test_it_is_kept_again_and_again_and_not_after_the_end() -> None:
    kept = threading.Semaphore(0)
    with Meanwhile(kept.release, 0.001) as _:
        assert all(kept.acquire(timeout=60) for _ in range(3))
    while kept.acquire(blocking=False):
        pass
    assert not kept.acquire(timeout=0.01)


def test_what_fails_once_is_tried_again() -> None:
    tried = threading.Semaphore(0)

    def fails() -> None:
        tried.release()
        raise OSError("the database is away")

    with Meanwhile(fails, 0.001):
        assert all(tried.acquire(timeout=60) for _ in range(3))


def test_who_does_not_hold_the_run_any_more_keeps_nothing_more() -> None:
    tried = list[int]()

    def lost() -> None:
        tried.append(1)
        raise NotHeld

    looked_after = Meanwhile(lost, 0.001)
    with looked_after:
        until(lambda: bool(tried) and not looked_after._thread.is_alive())
    assert tried == [1]


def test_where_there_is_no_room_for_a_thread_the_pass_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    with Meanwhile(lambda: None):
        went_on = True
    assert went_on


def test_lines_and_progress_are_seen_while_the_run_goes_on(desk: Passes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The far side lets it wait until both were seen."""
    monkeypatch.setattr(meanwhile.Meanwhile.__init__, "__defaults__", (0.01,))
    desk.script("""
        @by_hand()
        def hook(applinks, log, progress):
            progress(1, 3)
            log.info("before")
            progress(2, 3, "asked")
            applinks.link("Shop").get("gate")
            log.info("after")
            progress(3, 3)
    """)
    number = desk.queue()
    seen = list[Any]()

    def look() -> None:
        until(desk.far.arrived.is_set)
        until(lambda: desk.run(number).progress == Progress(2, 3, "asked") and bool(desk.lines(number)))
        seen.extend(desk.lines(number))
        desk.far.gate.set()

    looking = threading.Thread(target=look)
    looking.start()
    run = desk.make(number)
    looking.join()
    assert seen == [("info", "before")]
    assert [line.text for line in desk.applinks.answer(LinesOf(number))] == ["before", "after"]
    assert desk.applinks.answer(RunOf(number)) == run
    assert run.progress == Progress(3, 3)
