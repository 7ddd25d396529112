"""What a script gets as `progress`: it says how far it is, and whoever looks at its run sees that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from operator import index

from applinks.errors import ConfigurationError
from applinks.scripts.passes.output import as_kept
from applinks.scripts.runs.run import Progress

EVERY = 0.5
"""Seconds between two that are kept; what is said in between is kept a moment later, unless something newer is said."""
LONGEST_TEXT = 200
MOST = 10**15
"""Every database has such a number, and every browser can draw it."""


class Progressing:
    """Says how far a script is: `progress(7, 120)`, or `progress(7, 120, "page 7")`.

    Both are whole numbers, from 0 on. The text becomes one line, and is cut where it is too long. The last one is kept at the
    end of the pass at the latest, and stays with the run until another pass begins. Raises `ConfigurationError` for what is no
    progress.
    """

    def __init__(self, keep: Callable[[Progress], None], seconds: Callable[[], float] = time.monotonic) -> None:
        self._keep = keep
        self._seconds = seconds
        self._turn = threading.RLock()
        self._untold: Progress | None = None
        self._next = seconds()

    def __call__(self, done: int, of: int, text: str = "") -> None:
        """So many are done, of so many."""
        said = Progress(*_checked(done, of), _in_one_line(text))
        with self._turn:
            self._untold = said
            if self._seconds() >= self._next:
                self.flush()

    def flush(self) -> None:
        """Keep what was said last, if that is not kept yet."""
        with self._turn:
            if self._untold is not None:
                self._keep(self._untold)
                self._untold = None
                self._next = self._seconds() + EVERY


def _checked(done: int, of: int) -> tuple[int, int]:
    try:
        done, of = index(done), index(of)
    except TypeError:
        raise _wrong("is not said in whole numbers", done, of) from None
    if not 0 <= done <= of:
        raise _wrong("is less than nothing, or more than all", done, of)
    if of > MOST:
        raise _wrong(f"counts further than {MOST}", done, of)
    return done, of


def _wrong(why: str, done: object, of: object) -> ConfigurationError:
    return ConfigurationError(
        f"progress({done!r:.40}, {of!r:.40}) {why}.",
        remedy="Say how many are done, and of how many: progress(7, 120). What has no end yet can be said with log.",
    )


def _in_one_line(text: str) -> str:
    line = " ".join(as_kept(str(text)).split())
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"
