"""What a process needs in order to run scripts of this application, handed over when it is started."""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from applinks.errors import ConfigurationError
from applinks.front import AppLinks, AsyncAppLinks
from applinks.people import People, Person, RunAsSetting, Staff
from applinks.settings import Settings
from applinks.store import Sealing

IN_MEMORY = frozenset({"sqlite://", "sqlite:///:memory:"})


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of the application, its directory of people, who may run as whom, and the folder of its scripts.

    `sealing` has the keys of its records: scripts find nothing of them in their environment.
    """

    settings: Settings
    folder: Path
    people: People | Staff | None = field(default=None, repr=False)
    run_as: RunAsSetting = field(default_factory=dict)
    sealing: Sealing | None = field(default=None, repr=False)

    @classmethod
    def of(cls, applinks: AppLinks | AsyncAppLinks, folder: Path) -> Setup:
        """That of an application in this process."""
        return cls(applinks.settings, folder.resolve(), applinks.people, applinks.run_as, applinks.sealing)

    def open(self) -> AppLinks:
        """The application, in this process, where everything is asked at once."""
        people = self.people
        if people is not None and not isinstance(people, Staff) and iscoroutinefunction(people.find):
            people = AskedAtOnce(people)
        return AppLinks.from_settings(self.settings, people=people, run_as=self.run_as, sealing=self.sealing)

    def check(self) -> Setup:
        """Itself; raises `ConfigurationError` for what another process cannot have."""
        if self.settings.database in IN_MEMORY:
            raise ConfigurationError(
                "Scripts run in processes of their own, which cannot see a database in memory.",
                remedy="Name a file, like sqlite:///applinks.db, or a server.",
            )
        if type(self.people).__module__ == "__main__":
            raise self._stays("its class is in the program that was started")
        try:
            pickle.dumps(self)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise self._stays(str(error).rstrip(".")) from error
        return self

    def _stays(self, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"The directory of people cannot be handed to another process: {why}.",
            remedy="Define its class in a module that can be imported, and keep open files and locks out of it.",
        )


class AskedAtOnce:
    """An asynchronous directory of people, in a process that has no event loop of its own."""

    def __init__(self, people: People) -> None:
        self._people = people

    def find(self, name: str) -> Person | None:
        """The person of that name."""
        found: Any = self._people.find(name)
        return _awaited(found)

    def sign_in(self, name: str, password: str) -> Person | None:
        """The person whose name and password these are."""
        found: Any = self._people.sign_in(name, password)
        return _awaited(found)


_loop: asyncio.AbstractEventLoop | None = None


def _awaited(found: Any) -> Person | None:
    """In one loop for the whole process, since connections of a directory belong to a loop. A child makes its own."""
    global _loop
    if _loop is None:
        _loop = asyncio.new_event_loop()
    person: Person | None = _loop.run_until_complete(found)
    return person
