"""The thread that looks again and again."""

from __future__ import annotations

import threading

import pytest

from applinks.running.lookout import Lookout


def test_it_looks_at_once_and_whenever_somebody_says_something() -> None:
    looked = threading.Semaphore(0)
    lookout = Lookout(looked.release, 3600.0)
    assert not lookout.is_running
    lookout.start()
    assert lookout.is_running
    assert looked.acquire(timeout=60)
    lookout.say()
    assert looked.acquire(timeout=60)
    lookout.stop(60)
    assert not lookout.is_running


def test_it_looks_by_itself_after_a_while() -> None:
    looked = threading.Semaphore(0)
    lookout = Lookout(looked.release, 0.01)
    lookout.start()
    assert all(looked.acquire(timeout=60) for _ in range(3))
    lookout.stop(60)


def test_what_is_said_while_it_looks_is_not_forgotten() -> None:
    looking, go_on, looked = threading.Event(), threading.Event(), threading.Semaphore(0)

    def look() -> None:
        looking.set()
        go_on.wait(60)
        looked.release()

    lookout = Lookout(look, 3600.0)
    lookout.start()
    assert looking.wait(60)
    lookout.say()
    go_on.set()
    assert looked.acquire(timeout=60)
    assert looked.acquire(timeout=60)
    lookout.stop(60)


def test_a_look_that_fails_is_logged_and_the_next_one_follows(caplog: pytest.LogCaptureFixture) -> None:
    looked = threading.Semaphore(0)

    def look() -> None:
        looked.release()
        raise OSError("away")

    lookout = Lookout(look, 0.01)
    lookout.start()
    assert all(looked.acquire(timeout=60) for _ in range(2))
    lookout.stop(60)
    assert "away" in caplog.text


def test_it_can_be_stopped_before_it_has_begun() -> None:
    lookout = Lookout(lambda: None, 1.0)
    lookout.stop(60)
    assert lookout.stopping
