"""What a link file refers to instead of holding it: `env:NAME`, a variable of the environment, and `file:PATH`.

Only what the file names is read: a regular file, of limited size, beside the link file if the path is relative.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 64 * 1024
_VARIABLE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_FILE = re.compile(r"file:([^\0]+)")


class CannotBeRead(Exception):
    """A reference leads nowhere; the text says why, and never what was found."""


def is_reference(text: str) -> bool:
    """Whether this has the form of a reference."""
    return _VARIABLE.fullmatch(text) is not None or _FILE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a link file lies, and the variables that it may refer to."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    def read(self, reference: str) -> str:
        """What a reference leads to, without the line end that editors put after it; `CannotBeRead` otherwise."""
        if variable := _VARIABLE.fullmatch(reference):
            found = self.environment.get(variable[1], "")
            if not found:
                raise CannotBeRead(f"the variable {variable[1]} is not set")
            return found
        if named := _FILE.fullmatch(reference):
            return read_text(self.folder / named[1], LARGEST).removesuffix("\n").removesuffix("\r")
        raise CannotBeRead("it is no reference")


def read_text(path: Path, largest: int) -> str:
    """The text of a regular file of at most that many bytes; `CannotBeRead` says why not."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # so that a pipe or device keeps nobody waiting
        with os.fdopen(handle, "rb") as opened:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise CannotBeRead(f"{path} is no regular file")
            found = opened.read(largest + 1)
    except OSError as error:
        raise CannotBeRead(f"{path}: {error.strerror or error}") from None
    if len(found) > largest:
        raise CannotBeRead(f"{path} is larger than {largest // 1024} KiB")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise CannotBeRead(f"{path} is no text in UTF-8") from None
