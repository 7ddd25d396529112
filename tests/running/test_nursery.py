"""The process in which scripts are loaded, and the processes of passes that it forks."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair

import pytest

from applinks.running.nursery import Begin, Kill, Over, Ready
from applinks.running.setup import Setup
from applinks.running.started import _PROGRAM
from applinks.scripts import CallsOf, CallState, ClaimRun, GiveUpRun, NewRun, QueueRuns, RunState
from running.processes import everybody_below
from running.world import World, until

SCRIPT = """
    import os, signal, subprocess, sys, threading, time

    @listener("a")
    def works():
        return os.getpid()

    @listener("a")
    def waits():
        threading.Event().wait()

    @listener("a", limits=Limits(seconds=0.2))
    def leaves_somebody_behind():
        if os.fork() == 0:
            os.setsid()
            threading.Event().wait(60)
            os._exit(0)
        return "done"

    @listener("a")
    def starts_a_program(run, log):
        started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        log.info("%d", started.pid)
        return started.pid

    @listener("a")
    def is_killed():
        os.kill(os.getpid(), signal.SIGKILL)

    @listener("a")
    def says_who_it_is():
        return [os.getppid(), os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
                sorted(name for name in os.environ if name.startswith("APPLINKS_"))]

    @listener("a", limits=Limits(cpu_seconds=10_000_000, megabytes=10_000_000))
    def is_allowed_much():
        return True
"""


class Started:
    """A nursery, spoken to as its parent does."""

    def __init__(self, here: World, environment: dict[str, str] | None = None) -> None:
        self.here = here
        ours, theirs = socketpair()
        command = [sys.executable, "-c", _PROGRAM.format(path=sys.path), str(theirs.fileno())]
        environment = {**os.environ, **(environment or {})}
        with theirs:
            self.process = subprocess.Popen([*command, str(os.getpid())], pass_fds=[theirs.fileno()], env=environment)
        self.pipe = Connection(ours.detach())
        self.pipe.send(Setup.of(here.applinks, here.folder))
        self.ready: Ready = self.hear()
        self.count = 0

    def hear(self):
        assert self.pipe.poll(60), "it says nothing"
        return self.pipe.recv()

    def begin(self, hook: str) -> int:
        """A run whose pass has begun; its number."""
        self.count += 1
        run = NewRun(f"run {self.count}", f"script:{hook}", "listener", "alice", "alice")
        (number,) = self.here.applinks.answer(QueueRuns((run,)))
        self.here.applinks.answer(ClaimRun(f"holder {number}", number))
        self.pipe.send(Begin(number, f"holder {number}", f"script:{hook}"))
        return int(number)


@pytest.fixture
def nursery(here: World):
    here.script(SCRIPT)
    started = Started(here)
    yield started
    started.pipe.close()
    started.process.wait(30)


def test_it_says_what_it_has_loaded_and_makes_passes(nursery: Started) -> None:
    assert nursery.ready.hooks[0].id == "script:is_allowed_much"
    assert nursery.ready.faults == ()
    number = nursery.begin("works")
    assert nursery.hear() == Over(number, f"holder {number}")
    run = nursery.here.run(number)
    assert run.state is RunState.DONE
    assert run.result != nursery.process.pid


def test_many_passes_run_beside_one_another_and_one_is_ended_where_the_parent_says_so(nursery: Started) -> None:
    waiting = nursery.begin("waits")
    works = nursery.begin("works")
    assert nursery.hear() == Over(works, f"holder {works}")
    nursery.pipe.send(Kill("nobody"))
    nursery.pipe.send(Kill(f"holder {waiting}"))
    over = nursery.hear()
    assert (over.number, over.limit, over.died) == (waiting, None, "signal 9, SIGKILL")


def test_a_pass_is_over_with_its_process_whoever_it_left_behind(nursery: Started) -> None:
    number = nursery.begin("leaves_somebody_behind")
    assert nursery.hear() == Over(number, f"holder {number}")
    assert nursery.here.run(number).result == "done"


def test_what_a_pass_has_started_ends_with_it(nursery: Started) -> None:
    number = nursery.begin("starts_a_program")
    nursery.hear()
    pid = nursery.here.run(number).result
    until(lambda: not _is_alive(pid))


def test_how_a_pass_died_is_told(nursery: Started) -> None:
    number = nursery.begin("is_killed")
    assert nursery.hear() == Over(number, f"holder {number}", died="signal 9, SIGKILL")
    assert nursery.here.run(number).state is RunState.RUNNING


def test_a_pass_has_a_session_of_its_own_and_none_of_our_settings(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the records are in no environment of a script."""
    monkeypatch.setenv("APPLINKS_SEALING_KEYS", "not to be seen")
    here.script(SCRIPT)
    with here.scripts() as scripts:
        number = scripts.occurred("a", {}, user="alice")
        found = until(lambda: [run for run in here.runs_of(number) if run.hook == "script:says_who_it_is" and run.ended_at])
        assert found[0].result[1:] == [True, True, []]
        scripts.close(0)


def test_nobody_is_allowed_more_than_we_are(nursery: Started) -> None:
    number = nursery.begin("is_allowed_much")
    nursery.hear()
    assert nursery.here.run(number).result is True


def test_limits_never_exceed_what_the_process_may_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from applinks.running import nursery

    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (5, 20))
    monkeypatch.setattr(resource, "setrlimit", lambda what, both: asked.append((what, both)))
    nursery._hold_to(resource.RLIMIT_CPU, 30, 35)
    nursery._hold_to(resource.RLIMIT_CPU, 3, 8)
    assert asked == [(resource.RLIMIT_CPU, (20, 20)), (resource.RLIMIT_CPU, (3, 8))]


def test_when_its_parent_is_gone_it_ends_and_its_children_with_it(here: World) -> None:
    here.script(SCRIPT)
    started = Started(here)
    started.begin("waits")
    family = until(lambda: len(found := everybody_below(started.process.pid)) == 2 and found)
    started.pipe.close()
    assert started.process.wait(30) == 0
    until(lambda: not any(map(_is_alive, family)))


def test_a_nursery_that_is_killed_takes_its_children_with_it(here: World) -> None:
    here.script(SCRIPT)
    started = Started(here)
    started.begin("waits")
    family = until(lambda: len(found := everybody_below(started.process.pid)) == 2 and found)
    started.process.send_signal(signal.SIGKILL)
    started.process.wait(30)
    until(lambda: not any(map(_is_alive, family)))
    started.pipe.close()


def test_a_nursery_whose_parent_is_gone_already_does_not_begin() -> None:
    ours, theirs = socketpair()
    with ours, theirs:
        command = [sys.executable, "-c", _PROGRAM.format(path=sys.path), str(theirs.fileno()), "1"]
        done = subprocess.run(command, pass_fds=[theirs.fileno()], timeout=60, check=False)
    assert done.returncode == 1


def test_a_call_that_a_killed_pass_had_noted_stays_in_the_journal(here: World) -> None:
    here.script("""
        @listener("a")
        def waits(applinks):
            applinks.link("Shop").post("gate")
    """)
    started = Started(here)
    number = started.begin("waits")
    until(here.far.arrived.is_set)
    started.pipe.send(Kill(f"holder {number}"))
    started.hear()
    here.applinks.answer(GiveUpRun(number, f"holder {number}", "x"))
    (call,) = here.applinks.answer(CallsOf(number))
    assert (call.state, call.asked.place) == (CallState.SENT, "1")
    started.pipe.close()
    started.process.wait(30)


def _is_alive(pid: int) -> bool:
    """And no mere entry that somebody has still to read."""
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
