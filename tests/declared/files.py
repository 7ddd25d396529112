"""Link files for the tests, and applications in memory that stand for those whose databases are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from applinks.declared import LinkFile, Observed, Surroundings, parse
from applinks.declared.doors import doing, observing
from applinks.declared.steps import Introduce
from applinks.links import holds_secret
from applinks.mechanisms import names_of
from applinks.store import beside
from in_memory import InMemory

TYPES = {"Tracker": "jira", "Wiki": "confluence", "Forge": "bitbucket"}
ELSEWHERE = Path("/elsewhere")
ENVIRONMENT = {"SECRET": "canary-7d1f", "OTHER": "another"}


def application(name: str, *more: str) -> str:
    """The table of an application that is ours."""
    key = name.lower()
    lines = (f"[applications.{key}]", f'url = "https://{key}.example.com"', f'name = "{name}"', f'type = "{TYPES[name]}"')
    return "\n".join((*lines, f'database = "sqlite:///{key}.db"', *more))


TWO = "\n".join(map(application, ("Tracker", "Wiki")))
THREE = "\n".join(map(application, TYPES))
LINKED = f"""{TWO}
[[links]]
between = ["tracker", "wiki"]
same_users = true
"""
JIRA = f"""{application("Tracker")}
[applications.jira]
url = "https://jira.example.com"
type = "jira"
[[links]]
between = ["tracker", "jira"]
same_users = false
[links.tracker]
"""
"""Ends where lines about tracker's end go on."""


def declared(written: str, environment: Mapping[str, str] = ENVIRONMENT, folder: Path = ELSEWHERE) -> LinkFile:
    return parse(written, "links.toml", Surroundings(folder, environment))


class MemoryDoor:
    """The door to an application in memory; `done` holds the acts."""

    def __init__(self, application: InMemory, *, new: bool = False) -> None:
        self.application = application
        self.new = new
        self.done: list[Any] = []

    def observe(self) -> Observed:
        if self.new:
            return Observed(mechanisms=names_of(self.application.mechanisms))
        us = self.application
        found: Observed = us.run(observing(names_of(us.mechanisms)))
        return found

    def holds(self, link: Any, direction: str, secret: str) -> bool:
        return not self.new and self.application.run(holds_secret(link, direction, secret))

    def do(self, act: Any, *, by: str) -> None:
        self.done.append(act)
        if isinstance(act, Introduce):
            self.new = False
        else:
            us = self.application
            us.run(doing(act, by=by, loaded=names_of(us.mechanisms)))


def doors(*names: str, new: bool = False) -> dict[str, MemoryDoor]:
    return {name.lower(): MemoryDoor(InMemory(name, type=TYPES[name]), new=new) for name in names}


def observed(doors: Mapping[str, MemoryDoor], *foreign: str) -> dict[str, Observed]:
    return {**{key: door.observe() for key, door in doors.items()}, **dict.fromkeys(foreign, Observed())}


def database(name: str, folder: Path) -> str:
    return beside(f"sqlite:///{name}.db", folder)


HERE_ONLY = "\n\n".join(map(application, TYPES)).replace("sqlite:///", "sqlite:////data/")
