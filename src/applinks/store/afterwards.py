"""What is done afterwards, by somebody nobody waits for: in order, in a thread that ends when there is nothing left to do."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_WAITING = 64
log = logging.getLogger("applinks.store")


class Afterwards(Generic[T]):
    """Handing over takes the same time whatever is handed over, and never fails. Where too much waits, the newest is dropped.

    What fails is logged. A process that was forked meanwhile begins with nothing.
    """

    def __init__(self, do: Callable[[T], object], most: int = MOST_WAITING) -> None:
        self._do = do
        self._most = most
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._waiting: deque[T] = deque()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def hand_over(self, thing: T) -> None:
        """Have it done soon."""
        if self._process != os.getpid():
            self._start_anew()
        with self._turn:
            if len(self._waiting) >= self._most:
                return
            self._waiting.append(thing)
            if self._thread is None or not self._thread.is_alive():
                self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="applinks afterwards", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many threads, or the interpreter ends
            self._waiting.clear()
        else:
            self._thread = thread

    def settle(self, seconds: float = 5.0) -> None:
        """Wait until all is done that was handed over so far, or the time is over."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def _work(self) -> None:
        while True:
            with self._turn:
                if not self._waiting:
                    self._thread = None
                    return
                thing = self._waiting.popleft()
            try:
                self._do(thing)
            except Exception as failure:  # noqa: BLE001 nobody waits for it, and nothing depends on it
                log.warning("what was to be done afterwards was not: %s", type(failure).__name__)
