"""Where a database lies: what stays when machine or process start again, and differs for a copy (G-06).

A place is one line of text, read by people too: the kind of database, then `name=value`, the one that may hold blanks last.

- A file is known by its inode, which stays through writes, restarts and renaming, and which no copy in the same file system
  has. Each file system numbers its own, so either the path or the file system's number must be the same as well: the path
  because that number may follow the order in which devices were found (XFS), the number because a file may be renamed.
- A database on a server is known by its object id and by the identifier that its cluster was made with, which a standby shares
  and a restored dump does not. Where the server does not tell the identifier, the object id alone decides.

What neither shows is a disk or machine that was cloned as a whole; then only the public address differs.
"""

from __future__ import annotations

import os
from pathlib import Path

UNKNOWN = "?"


def of_file(path: Path) -> str:
    """The place of a file that is there."""
    found = path.resolve()
    filesystem = os.statvfs(found).f_fsid
    return f"sqlite inode={found.stat().st_ino} filesystem={filesystem:x} path={found}"


def of_server(cluster: int | None, database: int, name: str) -> str:
    """The place of a database on a server."""
    return f"postgresql cluster={UNKNOWN if cluster is None else cluster} database={database} name={name}"


def is_same(noted: str | None, found: str | None) -> bool:
    """Whether these are one place. What was never noted cannot differ."""
    if noted is None or found is None or noted == found:
        return True
    (kind, before), (now_kind, now) = _read(noted), _read(found)
    if kind != now_kind:
        return False
    if kind == "sqlite":
        return _agree(before, now, "inode") and (_agree(before, now, "path") or _agree(before, now, "filesystem"))
    clusters = {before.get("cluster"), now.get("cluster")} - {UNKNOWN}
    return _agree(before, now, "database") and len(clusters) < 2


def _agree(before: dict[str, str], now: dict[str, str], name: str) -> bool:
    return before.get(name) is not None and before.get(name) == now.get(name)


def _read(place: str) -> tuple[str, dict[str, str]]:
    kind, *pairs = place.split(" ", 3)
    return kind, {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
