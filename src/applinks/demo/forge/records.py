"""What the forge keeps: repositories with their branches, pull requests, and what is said about those."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from applinks.demo import happened
from applinks.demo.database import opened
from applinks.demo.happened import Happened, write_down

SCHEMA = """
CREATE TABLE IF NOT EXISTS repository (
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (project, slug));
CREATE TABLE IF NOT EXISTS branch (
    repository INTEGER NOT NULL REFERENCES repository (id), name TEXT NOT NULL, latest_commit TEXT NOT NULL,
    PRIMARY KEY (repository, name));
CREATE TABLE IF NOT EXISTS pull_request (
    id INTEGER PRIMARY KEY, repository INTEGER NOT NULL REFERENCES repository (id), number INTEGER NOT NULL,
    title TEXT NOT NULL, description TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, author TEXT NOT NULL,
    created INTEGER NOT NULL, UNIQUE (repository, number));
CREATE TABLE IF NOT EXISTS reviewer (
    pull_request INTEGER NOT NULL REFERENCES pull_request (id), person TEXT NOT NULL, PRIMARY KEY (pull_request, person));
CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, pull_request INTEGER NOT NULL REFERENCES pull_request (id), author TEXT NOT NULL,
    text TEXT NOT NULL, created INTEGER NOT NULL);
"""

BRANCHES = (
    ("main", "5f1c0a2be7d94c8fa3b6e1d20c9478ab35de6f01"),
    ("feature/countdown", "a94be3f07c1d52e86b0f9d3c7a18e45620bdf9c3"),
    ("feature/abort-switch", "0d7e62c9b84f1a35e2c6f8b7d094a1e35c7b26f8"),
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of a project."""

    id: int
    project: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A wish to bring one branch into another; `number` counts within its repository, `created` is in milliseconds."""

    id: int
    repository: int
    number: int
    title: str
    description: str
    source: str
    target: str
    author: str
    created: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a pull request."""

    id: int
    pull_request: int
    author: str
    text: str
    created: int


class Records:
    """The forge's own database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with opened(path) as database:
            database.executescript(SCHEMA + happened.SCHEMA)
            if database.execute("SELECT 1 FROM repository").fetchone() is None:
                seed(database)

    def repositories(self) -> list[Repository]:
        """All repositories."""
        with opened(self._path) as database:
            return [Repository(*row) for row in database.execute("SELECT * FROM repository ORDER BY project, slug")]

    def repository(self, project: str, slug: str) -> Repository | None:
        """The repository of that project and name in addresses."""
        with opened(self._path) as database:
            row = database.execute("SELECT * FROM repository WHERE project = ? AND slug = ?", (project, slug)).fetchone()
        return Repository(*row) if row else None

    def branches(self, repository: Repository) -> dict[str, str]:
        """Name → latest commit."""
        with opened(self._path) as database:
            rows = database.execute("SELECT name, latest_commit FROM branch WHERE repository = ?", (repository.id,))
            return {row["name"]: row["latest_commit"] for row in rows}

    def pull_requests(self, repository: Repository) -> list[PullRequest]:
        """A repository's pull requests, the newest first. The demo never merges, so all are open."""
        with opened(self._path) as database:
            rows = database.execute("SELECT * FROM pull_request WHERE repository = ? ORDER BY number DESC", (repository.id,))
            return [PullRequest(*row) for row in rows]

    def pull_request(self, repository: Repository, number: str) -> PullRequest | None:
        """The pull request of that number, as it stood in an address."""
        with opened(self._path) as database:
            row = database.execute(
                "SELECT * FROM pull_request WHERE repository = ? AND number = ?", (repository.id, number)
            ).fetchone()
        return PullRequest(*row) if row else None

    def add_pull_request(
        self,
        repository: Repository,
        *,
        title: str,
        description: str,
        source: str,
        target: str,
        author: str,
        reviewers: Sequence[str] = (),
        told: Callable[[PullRequest], Happened] | None = None,
    ) -> PullRequest:
        """Open a pull request under the next free number, and write down what scripts are `told` of it."""
        with opened(self._path) as database:
            row = database.execute(
                "INSERT INTO pull_request (repository, number, title, description, source, target, author, created) "
                "VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM pull_request WHERE repository = ?1), "
                "?2, ?3, ?4, ?5, ?6, ?7) RETURNING *",
                (repository.id, title, description, source, target, author, milliseconds()),
            ).fetchone()
            added = PullRequest(*row)
            database.executemany(
                "INSERT OR IGNORE INTO reviewer VALUES (?, ?)", [(added.id, reviewer) for reviewer in reviewers]
            )
            if told is not None:
                write_down(database, told(added))
        return added

    def reviewers(self, pull_request: PullRequest) -> list[str]:
        """The names of those who were asked to look at it."""
        with opened(self._path) as database:
            rows = database.execute("SELECT person FROM reviewer WHERE pull_request = ?", (pull_request.id,))
            return [row["person"] for row in rows]

    def comments(self, pull_request: PullRequest) -> list[Comment]:
        """What was said about it, oldest first."""
        with opened(self._path) as database:
            rows = database.execute("SELECT * FROM comment WHERE pull_request = ? ORDER BY id", (pull_request.id,))
            return [Comment(*row) for row in rows]

    def add_comment(
        self, pull_request: PullRequest, author: str, text: str, told: Callable[[Comment], Happened] | None = None
    ) -> Comment:
        """Keep a comment, and write down what scripts are `told` of it."""
        with opened(self._path) as database:
            row = database.execute(
                "INSERT INTO comment (pull_request, author, text, created) VALUES (?, ?, ?, ?) RETURNING *",
                (pull_request.id, author, text, milliseconds()),
            ).fetchone()
            comment = Comment(*row)
            if told is not None:
                write_down(database, told(comment))
        return comment


def seed(database: sqlite3.Connection) -> None:
    """One repository with one open pull request."""
    database.execute("INSERT INTO repository VALUES (1, 'OPS', 'launch-scripts', 'Launch scripts')")
    database.executemany("INSERT INTO branch VALUES (1, ?, ?)", BRANCHES)
    database.execute(
        "INSERT INTO pull_request VALUES (1, 1, 1, ?, ?, 'feature/countdown', 'main', 'alice', ?)",
        ("Count down aloud", "From ten, in every room.", milliseconds()),
    )
    database.execute("INSERT INTO reviewer VALUES (1, 'bob')")


def milliseconds() -> int:
    """Now."""
    return int(time.time() * 1000)
