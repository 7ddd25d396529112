"""What a script writes while it runs: its log and what it prints, kept with the run and cut where it is too much."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout

from applinks import clock

Lines = tuple[tuple[float, str, str], ...]
"""When, level, text."""
AT_ONCE = 50
LONGEST_LINE = 4096
LEAST = 16
"""Characters that a line counts for at least: each is a row in the store, an empty one, too."""


def as_kept(text: str) -> str:
    """A text as every database keeps it: halves of characters and NUL are replaced."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


class Output(logging.Handler):
    """Collects lines and hands them to `keep`, many at a time; at most so many `characters` of one pass."""

    def __init__(self, keep: Callable[[Lines], None], characters: int) -> None:
        super().__init__()
        self._keep = keep
        self._left = characters
        self._is_full = False
        self._turn = self.lock = threading.RLock()  # one lock: whatever keeps the lines may itself say something to the log
        self._lines: list[tuple[float, str, str]] = []
        self.log = logging.Logger("script", logging.DEBUG)  # noqa: LOG001 nobody else is to find it, nor its lines to go elsewhere
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log, and those of the error that is told with it. One that cannot be filled in ends no run."""
        level = record.levelname.lower()
        try:
            text = self.format(record)
        except Exception as error:  # noqa: BLE001 it may be the line of a library, which the script cannot mend
            level, text = "error", f"{record.pathname}, line {record.lineno}: {record.msg!r} cannot be filled in: {error}"
        for line in text.split("\n"):
            self.add(level, line)

    def add(self, level: str, text: str) -> None:
        """A line; the first one that is too much says so, and the rest is left out."""
        with self._turn:
            if self._is_full:
                return
            if len(text) > self._left or not self._left:
                text = f"{text[: self._left]} … (the rest is left out: this run writes too much)"
                self._is_full = True
            self._left = max(0, self._left - max(len(text), LEAST))
            self._lines.append((clock.now(), level, as_kept(text)))
            if len(self._lines) >= AT_ONCE:
                self.flush()

    def flush(self) -> None:
        """Keep what there is."""
        with self._turn:
            if self._lines:
                self._keep(tuple(self._lines))
                self._lines = []  # only now: what could not be kept is tried again

    @contextmanager
    def captured(self) -> Iterator[None]:
        """What is printed in here is a line as well, and so are warnings of others; nobody else hears them."""
        root = logging.getLogger()
        others, root.handlers = root.handlers, [self]
        try:
            with closing(_Printed(self, "output")) as printed, closing(_Printed(self, "error")) as said:  # noqa: SIM117
                with redirect_stdout(printed), redirect_stderr(said):
                    yield
        finally:
            root.handlers = others


class _Printed(io.TextIOBase):
    """A stream whose lines are lines of the output."""

    def __init__(self, output: Output, level: str) -> None:
        self._output = output
        self._level = level
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self._output.add(self._level, line)
        if len(self._begun) > LONGEST_LINE:
            self._output.add(self._level, self._begun)
            self._begun = ""
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        if self._begun:
            self._output.add(self._level, self._begun)
            self._begun = ""
        super().close()
