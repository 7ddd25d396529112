"""While a pass goes on, what it says is kept about once a second, so that whoever looks at the run sees it before the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from applinks.scripts.passes.recording import NotHeld

EVERY = 1.0


class Meanwhile:
    """Calls `keep` every so many seconds, from a thread of its own, until the end of the block.

    What cannot be kept is the business of the pass, which meets the same at its next call, or at its end.
    """

    def __init__(self, keep: Callable[[], None], every: float = EVERY) -> None:
        self._keep = keep
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="applinks-meanwhile", daemon=True)

    def __enter__(self) -> None:
        with suppress(RuntimeError):  # there is no room for a thread: then all is kept at the end
            self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(self._every):
            try:
                with suppress(Exception):
                    self._keep()
            except NotHeld:
                return
