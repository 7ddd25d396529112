"""An application with scripts and two links to a far side: "Shop", which takes our word for who acts, and "Bank", which does not.

Everything is real but the far side: processes, database, HTTP.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from applinks import AppLinks
from applinks.links import AccessToken, KeepToken, Level, Link, Outgoing, SameUsers
from applinks.running import EngineFactory, Pace, Scripts, engine_named
from applinks.scripts import ENDED, CallsOf, LinesOf, Run, RunOf, Runs, RunState
from applinks.store import Sealing
from putting import put
from running.directory import Anybody
from running.far_side import FarSide

QUICK = Pace(look_every=0.05, sweep_every=0.1, watch_every=0.1, held_for=20.0, tell_again_after=1.0)
AT_REST = ENDED | {RunState.PARKED, RunState.UNCLEAR}
PATIENCE = 60.0
"""Seconds after which a test says that what it waits for does not come."""
IMPORTS = "from applinks.scripts import *\nfrom applinks.scripts import Retries, Limits\n"


@dataclass
class World:
    """The application, its folder of scripts, and what is asked of it again and again."""

    applinks: AppLinks
    folder: Path
    far: FarSide
    pace: Pace = QUICK
    making: Callable[[AppLinks], bool | EngineFactory] = field(default=lambda _: True)

    def script(self, text: str, name: str = "script.py") -> World:
        """Write a script."""
        (self.folder / name).write_text(IMPORTS + dedent(text))
        return self

    def scripts(self, **more: Any) -> Scripts:
        """Those of the folder, with the engine of this test."""
        given: dict[str, Any] = {"engine": self.making(self.applinks), "pace": self.pace, **more}
        return Scripts(self.applinks, self.folder, **given)

    def run(self, number: int) -> Run:
        """A run as it stands."""
        found: Run = self.applinks.answer(RunOf(number))
        return found

    def runs_of(self, event: int) -> list[Run]:
        """The runs of an event, the oldest first."""
        return sorted(self.applinks.answer(Runs({"event": event})), key=lambda run: run.number)

    def until_rest(self, event: int, runs: int = 1) -> list[Run]:
        """The runs of an event, when all have ended, are parked or unclear."""
        until(lambda: len(found := self.runs_of(event)) >= runs and all(run.state in AT_REST for run in found))
        return self.runs_of(event)

    def end_of(self, event: int) -> Run:
        """The only run of an event, at rest."""
        (run,) = self.until_rest(event)
        return run

    def end_of_run(self, number: int) -> Run:
        """A run that has ended."""
        until(lambda: self.run(number).state in ENDED)
        return self.run(number)

    def lines(self, number: int) -> list[tuple[str, str]]:
        """What a run has written."""
        return [(line.level, line.text) for line in self.applinks.answer(LinesOf(number))]

    def calls(self, number: int) -> list[tuple[str, str, int | None]]:
        """Method, state and status of each call of a run."""
        return [(call.asked.method, call.state.value, call.status) for call in self.applinks.answer(CallsOf(number))]

    def consent(self, user: str, token: str = "token") -> None:
        """What is there after somebody has agreed in the bank; nobody is told of it."""
        self.applinks.answer(
            KeepToken(AccessToken(link_id="bank", user=user, token=token, secret="s", made_at=int(time.time())))
        )


@contextmanager
def world(
    tmp_path: Path, far: FarSide, database: str | None = None, engine: str = "in-process", broker: str | None = None
) -> Iterator[World]:
    """One with an empty folder of scripts."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    with ExitStack() as stack:
        applinks = stack.enter_context(opened(database or f"sqlite:///{tmp_path}/applinks.db", tmp_path))
        for link in links_to(far.url):
            put(applinks, link)
        made = World(applinks, folder, far)
        if engine != "in-process":
            made.making = lambda ours: engine_named(engine, ours, broker=broker)
        yield made


def opened(database: str, tmp_path: Path) -> AppLinks:
    """The application of that database, with the keys that lie in the folder."""
    from applinks.settings import Settings

    keys = tmp_path / "sealing.key"
    if not keys.exists():
        Sealing.for_database("sqlite://", {"APPLINKS_SEALING_FILE": str(keys)}, new=True)
    told = Settings(database=database, url="http://desk.test", name="Desk", type="jira")
    return AppLinks.from_settings(told, people=Anybody(), sealing=Sealing.from_file(keys))


def links_to(url: str) -> tuple[Link, Link]:
    """Shop and Bank."""
    same = SameUsers(True, "ada", 1)
    impersonating = Outgoing(Level.OAUTH_IMPERSONATION, impersonation_parameter="user_id")
    shop = Link("shop", "Shop", "shop", url, url, primary=True, outgoing=impersonating, same_users=same)
    bank = Link("bank", "Bank", "bank", f"{url}/bank", f"{url}/bank", primary=True, outgoing=Outgoing(Level.OAUTH))
    return shop, bank


_nobody = threading.Event()


def until(is_so: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until something is so; fails where it does not become so."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"it has not become so within {seconds:g} seconds"
        _nobody.wait(0.02)
    return found
