"""What a process needs in order to run scripts of this application, handed over when it is started."""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path

from applinks.errors import ConfigurationError
from applinks.front import AppLinks, AsyncAppLinks
from applinks.people import People, RunAsSetting, Staff
from applinks.settings import Settings

IN_MEMORY = frozenset({"sqlite://", "sqlite:///:memory:"})


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of the application, its directory of people, who may run as whom, and the folder of its scripts."""

    settings: Settings
    folder: Path
    people: People | Staff | None = field(default=None, repr=False)
    run_as: RunAsSetting = field(default_factory=dict)

    @classmethod
    def of(cls, applinks: AppLinks | AsyncAppLinks, folder: Path) -> Setup:
        """That of an application in this process."""
        return cls(applinks.settings, folder.resolve(), applinks.people, applinks.run_as)

    def open(self) -> AppLinks:
        """The application, in this process."""
        return AppLinks.from_settings(self.settings, people=self.people, run_as=self.run_as)

    def packed(self) -> bytes:
        """As it is handed over; raises `ConfigurationError` for what another process cannot have."""
        if self.settings.database in IN_MEMORY:
            raise ConfigurationError(
                "Scripts run in processes of their own, which cannot see a database in memory.",
                remedy="Name a file, like sqlite:///applinks.db, or a server.",
            )
        if type(self.people).__module__ == "__main__":
            raise _cannot_be_handed_over("its class is defined in the program that was started")
        try:
            return pickle.dumps((sys.path, pickle.dumps(self)))  # the path first: the rest may name modules on it
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise _cannot_be_handed_over(str(error)) from error

    @staticmethod
    def unpacked(packed: bytes) -> Setup:
        """What `packed` made; from our own parent and nobody else."""
        path, rest = pickle.loads(packed)  # noqa: S301
        sys.path[:] = path
        setup: Setup = pickle.loads(rest)  # noqa: S301
        return setup


def _cannot_be_handed_over(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The directory of people cannot be handed to another process: {why}.",
        remedy="Define its class in a module that can be imported, and keep open files and locks out of it.",
    )
