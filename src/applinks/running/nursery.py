"""The process in which scripts are loaded, and from which each pass of a run is forked.

Rules of this file:
- It has one thread, and nothing is under way in it when it forks; a child opens connections of its own.
- It decides nothing: it is told which run to begin, and tells how its process ended. What came of the run stands in the store.
- A pass is over when its process has ended, whoever still holds what that one had open; all that it started ends with it.
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
from applinks.links import OurKey
from applinks.outgoing import client_options
from applinks.running.setup import Setup
from applinks.scripts import (
    Fault,
    Hook,
    Limits,
    Loaded,
    PastedScripts,
    RequestTold,
    execute,
    load,
    warm_up_sandbox,
    with_pasted,
)

SHUT_DOWN_WITH_PARENT = 1
"""PR_SET_PDEATHSIG (prctl(2)): Linux ends a process whose parent has died."""
MEGABYTE = 1024 * 1024
OUR_ADDRESSES = 80 * MEGABYTE
"""What the thread that keeps lines and progress takes beside the script (measured: 77): its stack, and what the C library sets
aside for its memory. No more than a few pages of it are ever used."""


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
    until: float
    limits: Limits
    late: bool = False


class Nursery:
    """Loads the scripts once, and forks a process for each pass."""

    def __init__(self, parent: Connection, setup: Setup) -> None:
        self._parent = parent
        self._application: AppLinks = setup.open()
        self._warm_up()
        self._loaded = self._load(setup)
        self._children: dict[str, _Child] = {}
        self._ended = _when_children_end()

    def _warm_up(self) -> None:
        """Do once what would cost each child more than a script does: read our key, and the certificates that are trusted."""
        self._application.answer(OurKey())
        client_options("")

    def _load(self, setup: Setup) -> Loaded:
        """The scripts of the folder and, where that is allowed, those that were pasted."""
        pasted = self._application.answer(PastedScripts()) if setup.settings.pasted_scripts else ()
        if pasted:
            warm_up_sandbox()
        return with_pasted(load(setup.folder), pasted)

    def work(self) -> None:
        """Until the parent is gone."""
        loaded = self._loaded
        try:
            self._parent.send(Ready(loaded.hooks, loaded.faults, loaded.revision))
            while True:
                ready = wait([self._parent, self._ended], self._patience())
                if self._ended in ready:
                    os.read(self._ended, 4096)
                if self._parent in ready:
                    self._listen()
                self._look_after_children()
        except (EOFError, OSError):  # nobody is there any more who would want to know
            for child in self._children.values():
                _kill(child.pid)

    def _listen(self) -> None:
        told: Begin | Kill = self._parent.recv()
        if isinstance(told, Kill):
            if told.holder in self._children:
                _kill(self._children[told.holder].pid)
        else:
            self._begin(told)

    def _patience(self) -> float | None:
        ends = [child.until for child in self._children.values() if not child.late]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _begin(self, told: Begin) -> None:
        script = self._loaded.scripts.get(told.hook)
        limits = script.hook.limits if script is not None else Limits()
        sys.stdout.flush()
        sys.stderr.flush()
        us = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_child(told, limits, us)
        self._children[told.holder] = _Child(told.number, told.holder, pid, time.monotonic() + limits.seconds, limits)

    def _be_child(self, told: Begin, limits: Limits, parent: int) -> NoReturn:
        """Make the pass, and end without a trace of the parent."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._parent.close()
            os.setsid()
            end_with_parent(parent)
            _limit(limits)
            execute(told.number, told.holder, self._loaded, self._application, told.request)
            status = 0
        except BaseException:
            logging.getLogger("applinks.scripts").exception("run %d could not be executed", told.number)
        finally:
            with suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(status)

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in list(self._children.values()):
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                self._bury(child)
            elif now >= child.until and not child.late:
                child.late = True
                _kill(child.pid)

    def _bury(self, child: _Child) -> None:
        _kill(child.pid)  # whatever it has started and left behind; until it is waited for, its number is nobody else's
        _, status = os.waitpid(child.pid, 0)
        del self._children[child.holder]
        limit, died = _how(child, status)
        self._parent.send(Over(child.number, child.holder, limit, died))


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
    """What the operating system can hold it to; time on the clock is the parent's affair.

    Memory is counted in addresses, on top of what the scripts took when they were loaded. A thread takes some, too.
    """
    seconds = max(1, int(limits.cpu_seconds))
    _hold_to(resource.RLIMIT_CPU, seconds, seconds + 5)
    _hold_to(resource.RLIMIT_CORE, 0, 0)
    used = _memory_in_use()
    if used:
        most = used + OUR_ADDRESSES + limits.megabytes * MEGABYTE
        _hold_to(resource.RLIMIT_AS, most, most)


def _hold_to(what: int, soft: int, hard: int) -> None:
    """Nobody may be allowed more than we are ourselves."""
    _, ours = resource.getrlimit(what)
    if ours != resource.RLIM_INFINITY:
        soft, hard = min(soft, ours), min(hard, ours)
    resource.setrlimit(what, (soft, hard))


def _memory_in_use() -> int:
    """Bytes of addresses that are taken already; 0 where the system does not tell (it is no Linux)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123
            return int(told.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def end_with_parent(parent: int) -> None:
    """Be ended by the system when that process is gone; at once, if it is gone already.

    Linux takes the end of the *thread* that has started us for it: whoever starts a nursery does so from one that stays.
    """
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None)
        libc.prctl(SHUT_DOWN_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _when_children_end() -> int:
    """What can be read from as soon as one has ended."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return told


def main() -> None:
    """What `StartedNursery` starts; it is told by which number its end of their connection goes, and who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and decides what is to end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    end_with_parent(int(sys.argv[2]))
    parent = Connection(int(sys.argv[1]))
    setup: Setup = parent.recv()
    Nursery(parent, setup).work()
