"""The thread that looks again and again for what is to be done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from applinks.errors import ConfigurationError

log = logging.getLogger("applinks.scripts")

ENDED = "the thread that looks for runs has ended"


class Closed(ConfigurationError):
    """Nothing is run here any more: who looks for what is to be done need not go on."""


class Lookout:
    """Calls `look` every so many seconds, and sooner where somebody says that something is to be done.

    `name` is that of its thread; `failed` is what the log says of a look that failed.
    """

    def __init__(
        self,
        look: Callable[[], None],
        every: float,
        *,
        name: str = "applinks-scripts",
        failed: str = "scripts could not be looked after, and are again in a moment",
    ) -> None:
        self._look = look
        self._every = every
        self._failed = failed
        self._wake = threading.Event()
        self.stopping = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether its thread looks."""
        return self._thread.is_alive()

    def say(self) -> None:
        """Something may have to be done."""
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """Look no more; wait at most so long for a look that has begun."""
        self.stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def wait_a_moment(self) -> None:
        """Until somebody says something, or it is time to look again; for who looks without the thread."""
        self._wake.wait(self._every)
        self._wake.clear()

    def _work(self) -> None:
        while not self.stopping:
            self._wake.clear()
            try:
                self._look()
            except Closed:
                return
            except Exception:
                log.exception("%s", self._failed)
            self._wake.wait(self._every)
