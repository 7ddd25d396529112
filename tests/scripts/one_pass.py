"""Passes of scripts in this process: an application whose records are in memory, and a far side that counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from applinks import AppLinks
from applinks.scripts import (
    CallsOf,
    ClaimRun,
    Event,
    KeepEvent,
    LinesOf,
    Loaded,
    NewRun,
    QueueRuns,
    RequestTold,
    Run,
    RunOf,
    execute,
    load,
)
from applinks.settings import Settings
from putting import put
from running.directory import Anybody
from running.far_side import FarSide, far_side
from running.world import links_to

IMPORTS = "from applinks.scripts import *\nfrom applinks.scripts import Retries, Limits\n"
EVENT = Event("here", "jira", "order", "", {"name": "a", "issue": {"key": "OPS-7"}}, 1.0, "issue OPS-7", "alice")


@dataclass
class Passes:
    """Runs of the script that was written last."""

    applinks: AppLinks
    folder: Path
    far: FarSide
    loaded: Loaded = field(default_factory=Loaded)
    count: int = 0

    def script(self, text: str, name: str = "script.py") -> Loaded:
        """Write it and load it."""
        (self.folder / name).write_text(IMPORTS + dedent(text))
        self.loaded = load(self.folder)
        assert [fault for fault in self.loaded.faults if fault.fatal] == []
        return self.loaded

    def queue(self, hook: str = "script:hook", *, event: Event | None = None, **more: Any) -> int:
        """A run of a hook, as alice if nobody else is named."""
        self.count += 1
        found = self.loaded.scripts[hook].hook
        number = None
        if event is not None:
            kept: Event = event.__class__(
                **{**{name: getattr(event, name) for name in event.__slots__}, "delivery": str(self.count)}
            )
            number = self.applinks.answer(KeepEvent(kept)).number
        given = {"user": "alice", "actor": "alice", "event": number, "again": found.retries.times, **more}
        (queued,) = self.applinks.answer(QueueRuns((NewRun(f"run {self.count}", hook, found.kind.value, **given),)))
        return int(queued)

    def make(self, number: int, *, holder: str | None = None, request: RequestTold | None = None) -> Run:
        """Claim the run and make one pass; the run as it stands then."""
        self.count += 1
        holder = holder or f"holder {self.count}"
        assert self.applinks.answer(ClaimRun(holder, number)) is not None
        execute(number, holder, self.loaded, self.applinks, request)
        return self.run(number)

    def run(self, number: int) -> Run:
        """As it stands."""
        found: Run = self.applinks.answer(RunOf(number))
        return found

    def once(self, text: str, **more: Any) -> Run:
        """Write a script with one hook called `hook`, and make a pass."""
        self.script(text)
        return self.make(self.queue(**more))

    def lines(self, number: int) -> list[tuple[str, str]]:
        """What a run has written."""
        return [(line.level, line.text) for line in self.applinks.answer(LinesOf(number))]

    def calls(self, number: int) -> list[tuple[str, str, int | None]]:
        """Method, place and status of each call of a run."""
        return [(call.asked.method, call.asked.place, call.status) for call in self.applinks.answer(CallsOf(number))]


@contextmanager
def passes(tmp_path: Path) -> Iterator[Passes]:
    """With an empty folder of scripts."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    told = Settings(database="sqlite://", url="http://desk.test", name="Desk", type="jira")
    with far_side() as far, AppLinks.from_settings(told, people=Anybody(), run_as={"robot": ["alice"]}) as applinks:
        for link in links_to(far.url):
            put(applinks, link)
        yield Passes(applinks, folder, far)
