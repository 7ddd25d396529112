"""Pasted texts as the tests run them: in the sandbox at once, or in an application that allows them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from applinks import Person
from applinks.scripts import Event, HookKind, Limits
from applinks.scripts.passes.surroundings import LinksOfRun
from applinks.scripts.pasted.sandbox import Sandboxed
from running.far_side import FarSide
from running.world import World, world

QUICKLY = Limits(seconds=20, cpu_seconds=1, megabytes=48)
ALICE = Person("alice")


@dataclass(frozen=True)
class RunTold:
    """What of a run the sandbox looks at."""

    number: int = 7
    made_at: float = 1_800_000_000.0


@dataclass
class Told:
    """What was told to somebody."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def __getattr__(self, severity: str) -> Any:
        return lambda text: self.said.append((severity, text))


class Lines(logging.Handler):
    """What was written into the log."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(record.getMessage())


class Sandbox:
    """Runs texts, one after the other, and keeps what they do."""

    def __init__(self, here: World | None = None) -> None:
        self.told = Told()
        self.lines = Lines()
        self.came: list[tuple[int, int, str]] = []
        self.links: Any = LinksOfRun(here.applinks) if here is not None else None
        self._log = logging.Logger("pasted")  # noqa: LOG001 of this test alone
        self._log.addHandler(self.lines)

    def run(
        self,
        text: str,
        *,
        kind: HookKind = HookKind.BY_HAND,
        event: Event | None = None,
        told: dict[str, Any] | None = None,
        limits: Limits = QUICKLY,
        **parameters: str,
    ) -> Any:
        """What a text returns."""
        names = told or {}
        bound: dict[str, Any] = {
            "run": RunTold(),
            "event": event,
            "user": ALICE,
            "actor": ALICE,
            "log": self._log,
            "messages": self.told,
        }
        bound["progress"] = lambda *said: self.came.append(said)
        function = Sandboxed("text", text, kind, tuple(names), tuple(parameters), limits)
        return function(**bound, applinks=self.links, **names, **parameters)


@contextmanager
def allowing(tmp_path: Path, far: FarSide, *, allowed: bool = True) -> Iterator[World]:
    """An application where scripts may be pasted."""
    with world(tmp_path, far) as made:
        made.applinks.settings = replace(made.applinks.settings, pasted_scripts=allowed)
        yield made
