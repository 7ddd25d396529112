"""What the tracker keeps: issues, their comments, and their links to pages elsewhere."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from applinks.demo import happened
from applinks.demo.database import opened
from applinks.demo.happened import Happened, write_down

SCHEMA = """
CREATE TABLE IF NOT EXISTS issue (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, summary TEXT NOT NULL, description TEXT NOT NULL,
    status TEXT NOT NULL, reporter TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, issue TEXT NOT NULL REFERENCES issue (key), author TEXT NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS remote_link (
    id INTEGER PRIMARY KEY, issue TEXT NOT NULL REFERENCES issue (key), global_id TEXT, relationship TEXT NOT NULL,
    application_type TEXT NOT NULL, application_name TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL,
    UNIQUE (issue, global_id));
CREATE TABLE IF NOT EXISTS subtask (
    issue TEXT PRIMARY KEY REFERENCES issue (key), parent TEXT NOT NULL REFERENCES issue (key));
"""

SEED = (
    (10001, "OPS-1", "Rehearse the countdown", "Everybody at their desk, from T minus ten.", "In Progress", "alice"),
    (
        10002,
        "OPS-2",
        "Check the tower's lights",
        "Red <on top>, white & green below.",
        "In Progress",
        "bob",
    ),
    (10003, "OPS-3", "Order more rope", "The last one was too short.", "To Do", "carol"),
    (10004, "OPS-4", "Launch the Endeavour", "At dawn, if the wind allows it.", "Done", "alice"),
    (10005, "OPS-5", "Fill the tanks", "To the brim.", "Done", "alice"),
    (10006, "OPS-6", "Close the hatch", "", "Done", "bob"),
    (10007, "OPS-7", "Sweep the pad", "Not a screw may lie about.", "Done", "carol"),
)
SUBTASKS = (("OPS-5", "OPS-4"), ("OPS-6", "OPS-4"))
"""Issue and parent."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue; times in milliseconds since the epoch."""

    id: int
    key: str
    summary: str
    description: str
    status: str
    reporter: str
    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about an issue."""

    id: int
    issue: str
    author: str
    body: str
    created: int


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """From an issue to something in another application. Saving one with a `global_id` that the issue has replaces it."""

    issue: str
    global_id: str | None
    relationship: str
    application_type: str
    application_name: str
    url: str
    title: str
    id: int = 0


class Records:
    """The tracker's own database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        now = milliseconds()
        with opened(path) as database:
            database.executescript(SCHEMA + happened.SCHEMA)
            database.executemany(
                "INSERT OR IGNORE INTO issue VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [(*row, now, now) for row in SEED]
            )
            database.executemany("INSERT OR IGNORE INTO subtask VALUES (?, ?)", SUBTASKS)

    def issues(self) -> list[Issue]:
        """All issues, in the order of their making."""
        with opened(self._path) as database:
            return [Issue(*row) for row in database.execute("SELECT * FROM issue ORDER BY id")]

    def issue(self, key: str) -> Issue | None:
        """The issue of that key."""
        with opened(self._path) as database:
            row = database.execute("SELECT * FROM issue WHERE key = ?", (key,)).fetchone()
        return Issue(*row) if row else None

    def parent(self, key: str) -> Issue | None:
        """The issue of which this one is a part."""
        with opened(self._path) as database:
            row = database.execute(
                "SELECT issue.* FROM issue JOIN subtask ON issue.key = subtask.parent WHERE subtask.issue = ?", (key,)
            ).fetchone()
        return Issue(*row) if row else None

    def subtasks(self, key: str) -> list[Issue]:
        """The parts of an issue."""
        with opened(self._path) as database:
            rows = database.execute(
                "SELECT issue.* FROM issue JOIN subtask ON issue.key = subtask.issue WHERE subtask.parent = ? ORDER BY id",
                (key,),
            )
            return [Issue(*row) for row in rows]

    def move(self, key: str, before: str, after: str, told: Happened | None = None) -> bool:
        """Give an issue another status, and write down what scripts are `told` of that.

        False if it no longer has the status that it should have before.
        """
        with opened(self._path) as database:
            moved = database.execute(
                "UPDATE issue SET status = ?, updated = ? WHERE key = ? AND status = ?", (after, milliseconds(), key, before)
            )
            if moved.rowcount == 1 and told is not None:
                write_down(database, told)
        return moved.rowcount == 1

    def comments(self, key: str) -> list[Comment]:
        """What was said about an issue, oldest first."""
        with opened(self._path) as database:
            return [Comment(*row) for row in database.execute("SELECT * FROM comment WHERE issue = ? ORDER BY id", (key,))]

    def add_comment(self, key: str, author: str, body: str) -> Comment:
        """Keep a comment."""
        with opened(self._path) as database:
            row = database.execute(
                "INSERT INTO comment (issue, author, body, created) VALUES (?, ?, ?, ?) RETURNING *",
                (key, author, body, milliseconds()),
            ).fetchone()
        return Comment(*row)

    def remote_links(self, key: str) -> list[RemoteLink]:
        """An issue's links to other applications."""
        with opened(self._path) as database:
            rows = database.execute("SELECT * FROM remote_link WHERE issue = ? ORDER BY id", (key,))
            return [remote_link(row) for row in rows]

    def save_remote_link(self, link: RemoteLink) -> tuple[RemoteLink, bool]:
        """Add a link to an issue, or replace the one with the same global id; says also whether it is new."""
        values = (link.global_id, link.relationship, link.application_type, link.application_name, link.url, link.title)
        with opened(self._path) as database:
            row = database.execute(
                "UPDATE remote_link SET global_id = ?, relationship = ?, application_type = ?, application_name = ?, url = ?, "
                "title = ? WHERE issue = ? AND global_id = ? RETURNING *",
                (*values, link.issue, link.global_id),
            ).fetchone()
            new = row is None
            if new:
                row = database.execute(
                    "INSERT INTO remote_link (global_id, relationship, application_type, application_name, url, title, issue) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
                    (*values, link.issue),
                ).fetchone()
        return remote_link(row), new


def remote_link(row: sqlite3.Row) -> RemoteLink:
    """A row as what it means; its columns have the names of the fields."""
    return RemoteLink(**dict(row))


def milliseconds() -> int:
    """Now."""
    return int(time.time() * 1000)
