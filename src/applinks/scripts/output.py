"""What a script writes while it runs: its log and what it prints, kept with the run and cut where it is too much."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from applinks import clock

Lines = tuple[tuple[float, str, str], ...]
"""When, level, text."""
AT_ONCE = 50


class Output(logging.Handler):
    """Collects lines and hands them to `keep`, many at a time; at most so many `characters` of one pass."""

    def __init__(self, keep: Callable[[Lines], None], characters: int) -> None:
        super().__init__()
        self._keep = keep
        self._left = characters
        self._lines: list[tuple[float, str, str]] = []
        self.log = logging.Logger("script", logging.DEBUG)  # noqa: LOG001 nobody else is to find it, nor its lines to go elsewhere
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log."""
        self.add(record.levelname.lower(), record.getMessage())

    def add(self, level: str, text: str) -> None:
        """A line; the first one that is too much says so, and the rest is left out."""
        if self._left <= 0:
            return
        if len(text) > self._left:
            text = f"{text[: self._left]} … (the rest is left out: this run writes too much)"
            self._left = 0
        self._left -= len(text)
        self._lines.append((clock.now(), level, text))
        if len(self._lines) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Keep what there is."""
        lines, self._lines = tuple(self._lines), []
        if lines:
            self._keep(lines)

    @contextmanager
    def captured(self) -> Iterator[None]:
        """What is printed in here, or logged anywhere, is a line as well."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            with redirect_stdout(_Printed(self, "output")), redirect_stderr(_Printed(self, "error")):
                yield
        finally:
            root.removeHandler(self)


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
        if len(self._begun) > 4096:
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
