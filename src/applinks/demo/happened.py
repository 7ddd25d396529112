"""What has happened and scripts are to learn of: written down with the change itself, told until `applinks` has kept it.

A process may end at any moment between the two, so nothing is lost; and what is told twice counts once, by its id.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from applinks.demo.database import opened
from applinks.running import Scripts

SCHEMA = """
CREATE TABLE IF NOT EXISTS happened (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, person TEXT NOT NULL,
    payload TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: its kind and payload as products name and shape them, what it is about, who caused it."""

    kind: str
    item: str
    person: str
    payload: Mapping[str, Any]


def write_down(database: sqlite3.Connection, happened: Happened) -> None:
    """In the transaction of the change that it is about."""
    database.execute(
        "INSERT INTO happened (id, kind, item, person, payload) VALUES (?, ?, ?, ?, ?)",
        (uuid4().hex, happened.kind, happened.item, happened.person, json.dumps(happened.payload)),
    )


@dataclass(frozen=True)
class Told:
    """Tells scripts what is written down at `path`."""

    path: Path
    scripts: Scripts

    def tell(self) -> list[int]:
        """Tell all of it, oldest first, and cross it out; the numbers under which `applinks` keeps these events."""
        with opened(self.path) as database:
            database.executescript(SCHEMA)
            rows = database.execute("SELECT * FROM happened ORDER BY number").fetchall()
        return [self._tell(row) for row in rows]

    def _tell(self, row: sqlite3.Row) -> int:
        payload = json.loads(row["payload"])
        number = self.scripts.occurred(row["kind"], payload, item=row["item"], user=row["person"], delivery=row["id"])
        with opened(self.path) as database:
            database.execute("DELETE FROM happened WHERE number = ?", (row["number"],))
        return number
