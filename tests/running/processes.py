"""Processes of their own that run scripts, or take events: started from one that has imported everything already."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from applinks.running import Pace, Scripts, engine_named
from running import killing
from running.world import QUICK, World, opened, until

_started = multiprocessing.get_context("forkserver")
_started.set_forkserver_preload(["applinks", "applinks.running", "alembic.command", "psycopg"])


@dataclass(frozen=True)
class Told:
    """What such a process is told."""

    database: str
    tmp_path: Path
    engine: str = "in-process"
    broker: str | None = None
    pace: Pace = QUICK
    workers: int = 4

    @property
    def folder(self) -> Path:
        return self.tmp_path / "scripts"

    @property
    def address(self) -> str:
        return str(self.tmp_path / "intake")


def performing(told: Told) -> None:
    """Run what is due, until the process is told to end."""
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    killing.arm(told.tmp_path, "engine")
    with opened(told.database, told.tmp_path) as applinks:
        engine = engine_named(told.engine, applinks, broker=told.broker, workers=told.workers)
        with Scripts(applinks, told.folder, engine=engine, pace=told.pace):
            end.wait()


def taking_in(told: Told) -> None:
    """Keep the events that come, and say their numbers."""
    killing.arm(told.tmp_path, "intake")
    with opened(told.database, told.tmp_path) as applinks, Listener(told.address, "AF_UNIX") as listener:
        scripts = Scripts(applinks, told.folder, engine=False)
        while True:
            with listener.accept() as sender, suppress(EOFError):
                while True:
                    kind, payload, more = sender.recv()
                    sender.send(scripts.occurred(kind, payload, **more))


class Process:
    """One that can be started again."""

    def __init__(self, target: Any, told: Told) -> None:
        self._target, self._told = target, told
        self._process: BaseProcess | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def start(self) -> Process:
        with suppress(FileNotFoundError):
            if self._target is taking_in:
                Path(self._told.address).unlink()
        self._process = _started.Process(target=self._target, args=(self._told,), daemon=False)
        self._process.start()
        return self

    def end(self) -> int | None:
        """Tell it to end; its exit code."""
        assert self._process is not None
        self._process.terminate()
        self._process.join(60)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        return self._process.exitcode

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.join()


@contextmanager
def process(target: Any, told: Told) -> Iterator[Process]:
    """One that runs, and is gone afterwards."""
    one = Process(target, told).start()
    try:
        yield one
    finally:
        if one.is_alive:
            one.kill()


class Sender:
    """Tells events to the process that takes them in, again and again until they are acknowledged."""

    def __init__(self, intake: Process, told: Told) -> None:
        self._intake, self._told = intake, told
        self._line: Any = None

    def tell(self, kind: str, payload: Any, **more: Any) -> int:
        """The number of the event, once it is acknowledged."""
        while True:
            with suppress(EOFError, OSError):
                if self._line is None:
                    self._line = until(self._connected)
                self._line.send((kind, payload, more))
                number: int = self._line.recv()
                return number
            self._line = None

    def _connected(self) -> Any:
        if not self._intake.is_alive:
            self._intake.start()
        with suppress(OSError):
            return Client(self._told.address, "AF_UNIX")
        return None


def everybody_below(pid: int) -> list[int]:
    """A process and all that it has started, and these (Linux)."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += everybody_below(int(child))
    return found


def freeze(pids: list[int]) -> None:
    """From the first to the last."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)


def thaw(pids: list[int]) -> None:
    """The same, going on."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def told_of(world: World, tmp_path: Path, **more: Any) -> Told:
    """For processes beside that world."""
    return Told(world.applinks.settings.database, tmp_path, **{"pace": world.pace, **more})
