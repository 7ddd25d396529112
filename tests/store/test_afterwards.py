"""What is done afterwards: in order, by somebody nobody waits for."""

from __future__ import annotations

import os
import threading

import pytest

from applinks.store import afterwards as module
from applinks.store.afterwards import Afterwards


def test_it_is_done_in_order_and_in_another_thread():
    done = []
    afterwards = Afterwards(lambda thing: done.append((thing, threading.current_thread())))
    for number in range(1, 21):
        afterwards.hand_over(number)
    afterwards.settle()
    assert [thing for thing, _ in done] == list(range(1, 21))
    assert threading.current_thread() not in {thread for _, thread in done}


def test_handing_over_waits_for_nothing():
    """T-07: not even for what is being done."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        begun.set()
        go_on.wait(30)

    afterwards = Afterwards(slow)
    afterwards.hand_over(1)
    assert begun.wait(30)
    afterwards.hand_over(2)
    go_on.set()
    afterwards.settle()


def test_where_too_much_waits_the_newest_is_dropped_t77():
    done, begun, go_on = [], threading.Event(), threading.Event()

    def slow(thing: int) -> None:
        begun.set()
        go_on.wait(30)
        done.append(thing)

    afterwards = Afterwards(slow, most=3)
    afterwards.hand_over(10)
    assert begun.wait(30)
    for number in range(11, 20):
        afterwards.hand_over(number)
    go_on.set()
    afterwards.settle()
    assert done == [10, 11, 12, 13]


def test_what_fails_is_logged_without_what_it_was_about_and_the_next_is_done(caplog: pytest.LogCaptureFixture):
    done = []

    def fail_once(thing: str) -> None:
        if thing == "canary":
            raise ValueError(thing)
        done.append(thing)

    afterwards = Afterwards(fail_once)
    afterwards.hand_over("canary")
    afterwards.hand_over("next")
    afterwards.settle()
    assert done == ["next"]
    assert "ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_a_forked_process_does_its_own():
    read, write = os.pipe()
    begun, go_on = threading.Event(), threading.Event()

    def work(thing: str) -> None:
        if thing == "parent":
            begun.set()
            go_on.wait(30)
        else:
            os.write(write, thing.encode())

    afterwards = Afterwards(work)
    afterwards.hand_over("parent")
    assert begun.wait(30)
    child = os.fork()
    if child == 0:
        afterwards.hand_over("child")
        afterwards.settle()
        os._exit(0)
    os.waitpid(child, 0)
    go_on.set()
    afterwards.settle()
    assert os.read(read, 100) == b"child"
    os.close(read)
    os.close(write)


def test_a_thread_that_has_had_nothing_to_do_for_a_while_ends_and_another_one_takes_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LINGERING", 0.0)
    threads = []
    afterwards = Afterwards(lambda _: threads.append(threading.current_thread()))
    for number in (1, 2):
        afterwards.hand_over(number)
        afterwards.settle()
        threads[-1].join(30)
    assert len(set(threads)) == 2


def test_where_no_thread_can_be_started_nothing_fails(monkeypatch: pytest.MonkeyPatch):
    def never(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    done = []
    afterwards = Afterwards(done.append)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", never)
        afterwards.hand_over(1)
    afterwards.hand_over(2)
    afterwards.settle()
    assert done == [2]


def test_settling_where_nothing_was_handed_over_is_nothing():
    Afterwards(print).settle()
