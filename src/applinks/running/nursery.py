"""The process in which scripts are loaded, and from which each pass of a run is forked.

Rules of this file:
- It has one thread and opens no connection before it forks, so that a child begins with nothing half done.
- It decides nothing: it is told which run to begin, and tells how its process ended. What came of the run stands in the store.
- When its parent is gone, it ends, and its children with it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from applinks.front import AppLinks
from applinks.running.setup import Setup
from applinks.scripts import (
    Fault,
    Hook,
    Limits,
    Loaded,
    RequestTold,
    execute,
    load,
)

SHUT_DOWN_WITH_PARENT = 1
"""PR_SET_PDEATHSIG (prctl(2)): Linux ends a process whose parent has died."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a pass of this run."""

    number: int
    holder: str
    hook: str
    request: RequestTold | None = None


@dataclass(frozen=True, slots=True)
class Kill:
    """End the pass of this holder."""

    holder: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The scripts were loaded."""

    hooks: tuple[Hook, ...]
    faults: tuple[Fault, ...]
    revision: str


@dataclass(frozen=True, slots=True)
class Over:
    """The process of a pass has ended. `limit`: it was ended, because it used too much; `died`: it ended without a word."""

    number: int
    holder: str
    limit: str | None = None
    died: str | None = None


@dataclass(slots=True)
class _Child:
    number: int
    holder: str
    pid: int
    end: Connection
    until: float
    limits: Limits
    late: bool = False


class Nursery:
    """Loads the scripts once, and forks a process for each pass."""

    def __init__(self, parent: Connection, setup: Setup) -> None:
        self._parent = parent
        self._application: AppLinks = setup.open()
        self._loaded: Loaded = load(setup.folder)
        self._children: dict[str, _Child] = {}

    def work(self) -> None:
        """Until the parent is gone."""
        loaded = self._loaded
        self._parent.send(Ready(loaded.hooks, loaded.faults, loaded.revision))
        while True:
            watched = [self._parent, *(child.end for child in self._children.values())]
            for ready in wait(watched, self._patience()):
                if ready is self._parent and not self._listen():
                    return
            self._look_after_children()

    def _listen(self) -> bool:
        try:
            told: Begin | Kill = self._parent.recv()
        except EOFError:
            self._kill_all()
            return False
        if isinstance(told, Kill):
            if told.holder in self._children:
                _kill(self._children[told.holder].pid)
        else:
            self._begin(told)
        return True

    def _patience(self) -> float | None:
        ends = [child.until for child in self._children.values() if not child.late]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _begin(self, told: Begin) -> None:
        script = self._loaded.scripts.get(told.hook)
        limits = script.hook.limits if script is not None else Limits()
        ours, theirs = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            self._be_child(told, limits)
        os.close(theirs)
        until = time.monotonic() + limits.seconds
        self._children[told.holder] = _Child(told.number, told.holder, pid, Connection(ours), until, limits)

    def _be_child(self, told: Begin, limits: Limits) -> NoReturn:
        """Make the pass, and end without a trace of the parent."""
        status = 1
        try:
            self._parent.close()
            os.setsid()
            _end_with_parent()
            _limit(limits)
            execute(told.number, told.holder, self._loaded, self._application, told.request)
            status = 0
        except BaseException:
            logging.getLogger("applinks.scripts").exception("run %d could not be executed", told.number)
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in list(self._children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._bury(child, status)
            elif now >= child.until and not child.late:
                child.late = True
                _kill(child.pid)

    def _bury(self, child: _Child, status: int) -> None:
        del self._children[child.holder]
        child.end.close()
        _kill(child.pid)  # whatever it has started and left behind
        limit, died = _how(child, status)
        self._parent.send(Over(child.number, child.holder, limit, died))

    def _kill_all(self) -> None:
        for child in self._children.values():
            _kill(child.pid)


def _how(child: _Child, status: int) -> tuple[str | None, str | None]:
    """By which limit it was ended, or how it died; neither, if it ended by itself."""
    code = os.waitstatus_to_exitcode(status)
    if child.late:
        return f"It took longer than {child.limits.seconds:g} seconds.", None
    if code == -signal.SIGXCPU:
        return f"It used more than {child.limits.cpu_seconds:g} seconds of processor time.", None
    if code < 0:
        return None, f"signal {-code}, {signal.Signals(-code).name}"
    return None, (f"exit status {code}" if code else None)


def _kill(pid: int) -> None:
    """A child leads a group of its own, so that all it has started ends with it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _limit(limits: Limits) -> None:
    """What the operating system can hold it to; time on the clock is the parent's affair."""
    seconds = max(1, int(limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = _memory_in_use()
    if used:
        most = used + limits.megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _memory_in_use() -> int:
    """Bytes of addresses that are taken already; 0 where the system does not tell (it is no Linux)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123
            return int(told.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _end_with_parent() -> None:
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None)
        libc.prctl(SHUT_DOWN_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    """What the child of `Performer` runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and decides what is to end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _end_with_parent()
    parent = Connection(int(sys.argv[1]))
    Nursery(parent, Setup.unpacked(parent.recv_bytes())).work()
