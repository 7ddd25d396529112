"""Runs what it is told to run: claims, has passes made in processes of the nursery, and looks after those that ended badly.

May be used from any thread. What came of a run stands in the store; nothing that is kept here is needed by anybody else.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from applinks.errors import ConfigurationError
from applinks.questions import Flow
from applinks.running.nursery import Begin, Kill, Over, Ready
from applinks.running.setup import Setup
from applinks.scripts import (
    HELD_FOR,
    BeginRun,
    CallsOf,
    ClaimRun,
    Ending,
    EndRun,
    Fault,
    GiveUpRun,
    Hook,
    KeepHolding,
    NewRun,
    RequestTold,
    Run,
    RunState,
    checked_folder,
    is_unclear,
    revision_of,
)

STARTS_WITHIN = 60.0
log = logging.getLogger("applinks.scripts")
Drive = Callable[[Flow[Any]], Any]


@dataclass(slots=True)
class _Pass:
    run: Run
    over: threading.Event = field(default_factory=threading.Event)


class _Child:
    """A nursery, and the thread that listens to it."""

    def __init__(self, setup: Setup, hear: Callable[[_Child, Over], None], gone: Callable[[_Child], None]) -> None:
        packed = setup.packed()
        ours, theirs = socket.socketpair()
        with theirs:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
            command = [sys.executable, "-c", "from applinks.running import nursery; nursery.main()", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 our own module, by our own interpreter
                command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
            )
        self._pipe = Connection(ours.detach())
        self._turn = threading.Lock()
        self._pipe.send_bytes(packed)
        self.ready: Ready | None = None
        self._is_ready = threading.Event()
        self._hear, self._gone = hear, gone
        self.passes: dict[str, _Pass] = {}
        threading.Thread(target=self._listen, name="applinks-nursery", daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                told: Ready | Over = self._pipe.recv()
            except (EOFError, OSError):
                break
            if isinstance(told, Ready):
                self.ready = told
                self._is_ready.set()
            else:
                self._hear(self, told)
        self._is_ready.set()
        self._process.wait()
        self._gone(self)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def wait_until_ready(self) -> Ready:
        if not self._is_ready.wait(STARTS_WITHIN) or self.ready is None:
            self.end()
            raise ConfigurationError(
                "The process for scripts did not start.", remedy="Its own message stands above, in this terminal or log."
            )
        return self.ready

    def send(self, message: Begin | Kill) -> None:
        with self._turn:
            self._pipe.send(message)

    def end(self) -> None:
        """It notices that nobody is there any more, and ends its children."""
        with suppress(OSError):
            self._pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
            return
        self._process.kill()


class Performer:
    """Executes runs, many at a time. `drive` runs flows of this application, from any thread."""

    def __init__(self, setup: Setup, drive: Drive, answer: Callable[[Any], Any]) -> None:
        self._setup = setup
        self._drive = drive
        self._answer = answer
        self._name = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self._count = 0
        self._turn = threading.RLock()
        self._child: _Child | None = None
        self._former: list[_Child] = []
        self._closed = False
        self.on_over: Callable[[], None] = lambda: None

    # ---- scripts

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The hooks that are loaded."""
        return self._ready().hooks

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the scripts."""
        return self._ready().faults

    def reload_if_changed(self) -> bool:
        """Load the scripts again if a file has changed; passes that run go on as they began."""
        if revision_of(checked_folder(self._setup.folder)) == self._ready().revision:
            return False
        self.reload()
        return True

    def reload(self) -> None:
        """Load the scripts again, in a process of their own."""
        fresh = self._started()
        fresh.wait_until_ready()
        with self._turn:
            former, self._child = self._child, fresh
            if former is not None:
                self._former.append(former)
        self._let_go()

    def _ready(self) -> Ready:
        return self._current().wait_until_ready()

    def _current(self) -> _Child:
        with self._turn:
            if self._closed:
                raise ConfigurationError("This is closed.")
            if self._child is None:
                self._child = self._started()
            return self._child

    def _started(self) -> _Child:
        checked_folder(self._setup.folder)
        return _Child(self._setup, self._over, self._gone)

    def _let_go(self) -> None:
        """Former nurseries end with their last pass."""
        with self._turn:
            done = [child for child in self._former if not child.passes]
            self._former = [child for child in self._former if child.passes]
        for child in done:
            child.end()

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of the processes in which scripts are loaded."""
        with self._turn:
            return tuple(child.pid for child in self._children())

    # ---- runs

    @property
    def busy(self) -> int:
        """How many passes are running."""
        with self._turn:
            return sum(len(child.passes) for child in self._children())

    def take(self, number: int | None = None) -> Run | None:
        """Claim a run and begin it; None if there is none to be had."""
        holder = self._new_holder()
        run: Run | None = self._answer(ClaimRun(holder, number))
        if run is not None:
            self._begin(run, holder, None)
        return run

    def begin(self, new: NewRun, request: RequestTold | None = None) -> Run:
        """Begin a run at once, for somebody who waits for it."""
        holder = self._new_holder()
        run: Run = self._answer(BeginRun(new, holder))
        self._begin(run, holder, request)
        return run

    def wait(self, number: int, seconds: float | None = None) -> bool:
        """Wait until the pass of a run that was taken here is over; False if it still runs."""
        with self._turn:
            found = [one for child in self._children() for one in child.passes.values() if one.run.number == number]
        return found[0].over.wait(seconds) if found else True

    def _begin(self, run: Run, holder: str, request: RequestTold | None) -> None:
        child = self._current()
        with self._turn:
            child.passes[holder] = _Pass(run)
        try:
            child.send(Begin(run.number, holder, run.hook, request))
        except OSError:  # it has just died; whoever listens to it gives the run up
            log.warning("the process for scripts is gone; run %d will begin again", run.number)

    def keep_holding(self) -> None:
        """Say that we are alive, and end what somebody else has taken over; to be called several times a minute."""
        with self._turn:
            holders = {holder: child for child in self._children() for holder in child.passes}
        if not holders:
            return
        held = self._answer(KeepHolding(tuple(holders)))
        for holder in holders.keys() - held:
            with suppress(OSError):
                holders[holder].send(Kill(holder))

    def close(self, seconds: float = HELD_FOR) -> None:
        """Begin nothing more, wait for what runs, and end it where that takes longer; it will begin again elsewhere."""
        with self._turn:
            waiting = [one for child in self._children() for one in child.passes.values()]
        for one in waiting:
            one.over.wait(seconds)
        with self._turn:
            self._closed = True
            children = self._children()
        for child in children:
            child.end()

    def _children(self) -> list[_Child]:
        return [*([self._child] if self._child else []), *self._former]

    def _new_holder(self) -> str:
        with self._turn:
            self._count += 1
            return f"{self._name} {self._count}"

    def _over(self, child: _Child, over: Over) -> None:
        """A pass has ended; if it could not say so itself, we do."""
        try:
            if over.limit is not None:
                self._drive(stop_run(over.number, over.holder, over.limit))
            elif over.died is not None:
                self._answer(GiveUpRun(over.number, over.holder, over.died))
        except Exception:
            log.exception("the end of run %d could not be written down; it will be noticed later", over.number)
        self._forget(child, over.holder)

    def _forget(self, child: _Child, holder: str) -> None:
        with self._turn:
            one = child.passes.pop(holder, None)
        if one is not None:
            one.over.set()
        self._let_go()
        self.on_over()

    def _gone(self, child: _Child) -> None:
        """A nursery has ended. If nobody told it to, its runs begin again, and the next one starts a new nursery."""
        with self._turn:
            if self._child is child:
                self._child = None
            lost = list(child.passes.items())
            closed = self._closed
        for holder, one in lost:
            why = "it was shut down" if closed else "the process for scripts has died"
            with suppress(Exception):
                self._answer(GiveUpRun(one.run.number, holder, why))
            self._forget(child, holder)


def stop_run(number: int, holder: str, why: str) -> Flow[None]:
    """A pass was ended from outside, because it used too much: it has failed, or left a call open."""
    open_calls = [call for call in (yield CallsOf(number)) if is_unclear(call)]
    if not open_calls:
        yield EndRun(number, holder, Ending(RunState.FAILED, error=why))
        return
    asked = open_calls[0].asked
    said = f"{why} {asked.method} {asked.url.partition('?')[0]} was sent and never answered."
    yield EndRun(number, holder, Ending(RunState.UNCLEAR, error=said))
