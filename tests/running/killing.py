"""Kills the process that asks its application something, before or after it is answered, once, where the test has said so.

The test writes a file; whoever first comes to its point takes the file away, and is killed. Nothing of this is in the package:
the process itself puts it between its flows and the application that answers.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from applinks.assembly import Application

BEFORE, AFTER = "before", "after"
ENGINE, CHILD, INTAKE = "engine", "child", "intake"


@dataclass(frozen=True)
class Point:
    """Where to kill: in which process, before or after which question."""

    role: str
    when: str
    question: str

    def __str__(self) -> str:
        return f"{self.role} {self.when} {self.question}"


def _file(folder: Path) -> Path:
    return folder / "kill"


def aim(folder: Path, point: Point) -> None:
    """The next process that comes there is killed."""
    unfinished = folder / "kill.unfinished"
    unfinished.write_text(str(point))
    unfinished.rename(_file(folder))


def has_hit(folder: Path) -> bool:
    """Whether one was."""
    return not _file(folder).exists()


def take_aim_away(folder: Path) -> None:
    """Nobody came there."""
    _file(folder).unlink(missing_ok=True)


def arm(folder: Path, role: str) -> None:
    """From here on, this process is killed where it is aimed at."""
    answer = Application.answer
    file = _file(folder)

    def answered(application: Application, question: Any) -> Any:
        name = named(question)
        _perhaps(file, str(Point(role, BEFORE, name)))
        found = answer(application, question)
        _perhaps(file, str(Point(role, AFTER, name)))
        return found

    Application.answer = answered  # type: ignore[method-assign]


def named(question: Any) -> str:
    """A question, with the place of the call or the way of ending that it is about."""
    about = getattr(question, "asked", question)
    more = getattr(about, "place", None) or getattr(getattr(question, "ending", None), "state", None)
    return f"{type(question).__name__} {more}" if more else type(question).__name__


def _perhaps(file: Path, here: str) -> None:
    try:
        if file.read_text() != here:
            return
        file.rename(file.with_name("killed"))  # only one can
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
