"""A copy of a SQLite database while applications go on using it: whole, consistent, for its owner only, and never over another.

The copy holds no row that was deleted, and no key: secrets in it are of no use without the sealing keys.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from applinks.audit import Head
from applinks.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: its file, the head of the record in it, and where the sealing keys are, to be kept apart."""

    path: Path
    head: Head | None
    sealing_keys: str


def write_backup(to: Path, copy: Callable[[Path], None]) -> Head | None:
    """Have `copy` write a new file, which gets that name when it is whole; the head in it.

    Raises `ConfigurationError` where there is a file already, or none can be made.
    """
    partial = to.with_name(f".{to.name}.partial")
    try:
        _make(to)
    except FileExistsError:
        raise ConfigurationError(f"There is a file {to} already.", remedy="Name a new one: nothing is overwritten.") from None
    except OSError as error:
        raise ConfigurationError(f"{to} cannot be made: {error.strerror}.", remedy="Name another file.") from None
    try:
        with suppress(FileNotFoundError):
            partial.unlink()  # of a backup that broke off; whoever has the name has the turn
        _make(partial)
        copy(partial)
        _flush(partial)
        partial.replace(to)
        _flush(to.parent)
    except BaseException:
        for path in (partial, to):
            path.unlink(missing_ok=True)
        raise
    return _head(to)


def _make(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _head(path: Path) -> Head | None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        kept = connection.execute("SELECT sequence, digest FROM audit_head").fetchone()
    return None if kept is None else Head(kept[0], kept[1].hex())
