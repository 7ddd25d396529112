"""`applinks worker`: a process of its own that runs scripts, until a signal comes or nothing is due any more."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent

import pytest

from applinks import AppLinks
from applinks.people import Staff
from applinks.people.staff import add
from applinks.running import Scripts
from applinks.scripts import EventsReceived, RunState
from putting import put
from running.far_side import FarSide, far_side
from running.processes import everybody_below
from running.world import IMPORTS, World, links_to, until

PROGRAM = Path(sys.executable).with_name("applinks")
SCRIPT = """
    @listener("order")
    def order(applinks, event, user):
        applinks.link("Shop").get(event.payload.get("first", "read"))
        return user.name
"""


class Worker:
    """The process, and what it said when it was ready."""

    def __init__(self, folder: Path, *words: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
        command = [PROGRAM, "worker", "--scripts", "scripts", *words]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ready(self) -> str:
        line: str = self.process.stdout.readline()  # type: ignore[union-attr]
        assert line, self.process.communicate()[1]
        return line

    def says(self) -> str:
        """The next line on standard error."""
        line: str = self.process.stderr.readline()  # type: ignore[union-attr]
        return line

    def asked_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> tuple[int, str]:
        """Its status, and what it said besides."""
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err


Start = Callable[..., Worker]


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, far: FarSide) -> Iterator[World]:
    """An application that keeps its people itself, on a file."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "script.py").write_text(IMPORTS + dedent(SCRIPT))
    with AppLinks(f"sqlite:///{tmp_path}/applinks.db", url="http://desk.test", name="Desk", people=Staff()) as applinks:
        applinks.run(add("alice", by="ada"))
        for link in links_to(far.url):
            put(applinks, link)
        yield World(applinks, folder, far)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start one in the folder of the test; all are gone at the end."""
    with ExitStack() as stack:

        def start(*words: str) -> Worker:
            worker = Worker(tmp_path, *words)
            stack.callback(worker.process.communicate)
            stack.callback(worker.process.kill)
            return worker

        yield start


def happened(desk: World, first: str = "read") -> int:
    return Scripts(desk.applinks, desk.folder, engine=False).occurred("order", {"first": first}, user="alice")


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_runs_what_is_due_and_ends_clean_at_a_signal(desk: World, start: Start, sig: int) -> None:
    worker = start("--workers", "2")
    assert worker.ready() == "Desk: 1 hook, 2 runs at a time, in-process\n"
    run = desk.end_of(happened(desk))
    assert (run.state, run.result) == (RunState.DONE, "alice")
    family = everybody_below(worker.process.pid)
    worker.process.send_signal(sig)
    status, said = worker.ended()
    assert (status, said.replace("Waiting up to 10 s for 1 run.\nFinished 1.\n", "")) == (0, ""), "its process may still end"
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def test_asked_to_stop_it_takes_nothing_more_and_finishes_what_runs(desk: World, start: Start) -> None:
    """F-64."""
    worker = start("--patience", "60")
    worker.ready()
    event = happened(desk, "gate")
    until(desk.far.arrived.is_set)
    worker.asked_to_stop()
    assert re.fullmatch("Waiting up to [56][0-9] s for 1 run.\n", worker.says())
    later = happened(desk)
    desk.far.gate.set()
    assert worker.ended() == (0, "Finished 1.\n")
    assert desk.end_of(event).state is RunState.DONE
    assert desk.applinks.answer(EventsReceived()) == (later,) or desk.runs_of(later)[0].state is RunState.QUEUED


def test_what_takes_longer_is_handed_over_and_not_blamed(desk: World, start: Start) -> None:
    worker = start("--patience", "0.1")
    worker.ready()
    event = happened(desk, "gate")
    until(desk.far.arrived.is_set)
    worker.asked_to_stop()
    status, said = worker.ended()
    assert status == 0
    assert re.fullmatch("Waiting up to [0-9.]+ s for 1 run.\nFinished 0, handed over 1.\n", said)
    (run,) = desk.runs_of(event)
    assert (run.state, run.deaths) == (RunState.QUEUED, 0)


def test_asked_twice_it_ends_at_once(desk: World, start: Start) -> None:
    worker = start("--patience", "600")
    worker.ready()
    event = happened(desk, "gate")
    until(desk.far.arrived.is_set)
    family = everybody_below(worker.process.pid)
    worker.asked_to_stop()
    until(lambda: worker.process.poll() is not None or worker.asked_to_stop() is not None)
    assert worker.process.returncode == 1
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert desk.runs_of(event)[0].state is RunState.RUNNING, "its time to be held runs out"


def test_once_it_does_what_is_due_and_ends(desk: World, start: Start) -> None:
    events = [happened(desk) for _ in range(6)]
    worker = start("--once", "--json")
    told = json.loads(worker.ready())
    assert (told["name"], told["hooks"]) == ("Desk", 1)
    assert worker.ended() == (0, "")
    assert {desk.end_of(event).state for event in events} == {RunState.DONE}


def test_the_people_may_be_those_of_an_application_of_ones_own(desk: World, start: Start, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        dedent("""
        from applinks import AppLinks, Person

        class People:
            def find(self, name):
                return Person(name)
            def sign_in(self, name, password):
                return None

        applinks = AppLinks("sqlite:///applinks.db", people=People())
    """)
    )
    event = Scripts(desk.applinks, desk.folder, engine=False).occurred("order", {}, user="bob")
    desk.applinks.answer(EventsReceived())
    worker = start("--once", "--app", "own:applinks")
    worker.ready()
    worker.ended()
    assert (desk.end_of(event) if desk.runs_of(event) else None) is not None
    assert desk.end_of(event).state is RunState.DONE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scripts", "nowhere"), "mkdir"),
        (("--engine", "kafka"), "in-process, procrastinate, celery"),
        (("--engine", "celery"), "broker"),
        (("--engine", "procrastinate"), "PostgreSQL"),
        (("--database", "sqlite:///nothing.db"), "nothing.db"),
    ],
)
def test_what_is_missing_is_said_in_two_lines(desk: World, start: Start, words: tuple[str, ...], said: str) -> None:
    status, err = start(*words).ended()
    assert status == 1
    assert said in err
    assert "Traceback" not in err
