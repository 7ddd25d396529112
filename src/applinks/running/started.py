"""A nursery as the process sees it that has started it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from applinks.errors import ConfigurationError
from applinks.running.nursery import Begin, Kill, Over, Ready
from applinks.running.setup import Setup
from applinks.scripts import Run

STARTS_WITHIN = 60.0
ENDS_WITHIN = 5.0
"""Seconds that a nursery has to end by itself, and its children, once it is told to."""
_PROGRAM = "import sys; sys.path[:] = {path!r}; from applinks.running import nursery; nursery.main()"


@dataclass(slots=True)
class RunningPass:
    """A pass that runs there, and whether it is over."""

    run: Run
    over: threading.Event = field(default_factory=threading.Event)


class StartedNursery:
    """A nursery in a process of its own, and the thread that started it, listens to it and sees it end.

    `heard` is called by that thread with each `Ready` and `Over`, and with None when the nursery has ended. `ready` is what it
    has loaded, None while it has not. `passes` belong to whoever listens.
    """

    def __init__(self, setup: Setup, heard: Callable[[StartedNursery, Ready | Over | None], None]) -> None:
        self._setup = setup.check()
        self._heard = heard
        self._socket, self._theirs = socket.socketpair()
        self._pipe = Connection(os.dup(self._socket.fileno()))
        self._turn = threading.Lock()
        self.ready: Ready | None = None
        self.pid: int | None = None
        self._is_known = threading.Event()
        self._listens = threading.Event()
        self.passes: dict[str, RunningPass] = {}
        self._thread = threading.Thread(target=self._live, name="applinks-nursery", daemon=True)
        self._thread.start()

    def wait_until_ready(self) -> Ready:
        """What it has loaded; `ConfigurationError` if it does not start."""
        if not self._is_known.wait(STARTS_WITHIN) or self.ready is None:
            self.end()
            raise ConfigurationError(
                "The process for scripts did not start.", remedy="Its own message stands above, in this terminal or log."
            )
        return self.ready

    def send(self, message: Begin | Kill) -> None:
        """Tell it something. If it has just ended, whoever listens learns that, too."""
        self._listens.wait(STARTS_WITHIN)
        with self._turn, suppress(OSError):
            self._pipe.send(message)

    def end(self) -> None:
        """It notices that nobody is there any more, and ends its children."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join(2 * ENDS_WITHIN)

    def _live(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        try:
            process = self._start()
            self.pid = process.pid
            self._pipe.send(self._setup)
            self._listens.set()
            while True:
                self._hear(self._pipe.recv())
        except (EOFError, OSError):
            pass
        finally:
            if process is not None:
                _see_end(process, ENDS_WITHIN if self.ready is not None else 0)
            self._heard(self, None)
            self._listens.set()
            self._is_known.set()
            with self._turn:
                self._pipe.close()
                self._socket.close()

    def _start(self) -> subprocess.Popen[bytes]:
        """By this thread, which stays: see `end_with_parent`."""
        program = _PROGRAM.format(path=sys.path)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
        with self._theirs as theirs:
            command = [sys.executable, "-c", program, str(theirs.fileno()), str(os.getpid())]
            return subprocess.Popen(  # noqa: S603 our own module, by our own interpreter
                command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
            )

    def _hear(self, told: Ready | Over) -> None:
        if isinstance(told, Ready):
            self.ready = told
        self._heard(self, told)
        self._is_known.set()


def _see_end(process: subprocess.Popen[bytes], within: float) -> None:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
