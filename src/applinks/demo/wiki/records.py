"""What the wiki keeps: spaces, the people who work in them, and pages with their labels."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from applinks.demo import happened
from applinks.demo.database import opened
from applinks.demo.happened import Happened, write_down

SCHEMA = """
CREATE TABLE IF NOT EXISTS space (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, creator TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS editor (
    space TEXT NOT NULL REFERENCES space (key), person TEXT NOT NULL, PRIMARY KEY (space, person));
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY, space TEXT NOT NULL REFERENCES space (key), parent INTEGER REFERENCES page (id),
    title TEXT NOT NULL, body TEXT NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (space, title));
CREATE TABLE IF NOT EXISTS label (
    id INTEGER PRIMARY KEY, page INTEGER NOT NULL REFERENCES page (id), name TEXT NOT NULL, UNIQUE (page, name));
"""

WELCOME = "<p>What the operations people know. <strong>Read before launch.</strong></p>"


class Taken(Exception):
    """There is one of that key or title already."""


@dataclass(frozen=True, slots=True)
class Space:
    """A space; its pages hang below its home page."""

    id: int
    key: str
    name: str
    description: str
    creator: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `body` is in storage format, `created` in milliseconds since the epoch."""

    id: int
    space: str
    parent: int | None
    title: str
    body: str
    author: str
    created: int


class Records:
    """The wiki's own database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with opened(path) as database:
            database.executescript(SCHEMA + happened.SCHEMA)
            seeded = database.execute("SELECT 1 FROM space").fetchone()
        if not seeded:
            self.add_space("OPS", "Operations", "", creator="admin", welcome=WELCOME)
            for person in ("alice", "cclark"):
                self.add_editor("OPS", person)

    def spaces(self) -> list[Space]:
        """All spaces."""
        with opened(self._path) as database:
            return [Space(*row) for row in database.execute("SELECT * FROM space ORDER BY key")]

    def space(self, key: str) -> Space | None:
        """The space of that key."""
        with opened(self._path) as database:
            row = database.execute("SELECT * FROM space WHERE key = ?", (key,)).fetchone()
        return Space(*row) if row else None

    def add_space(self, key: str, name: str, description: str, *, creator: str, welcome: str = "") -> Space:
        """Make a space with its home page. Raises `Taken`."""
        with opened(self._path) as database:
            try:
                row = database.execute(
                    "INSERT INTO space (key, name, description, creator) VALUES (?, ?, ?, ?) RETURNING *",
                    (key, name, description, creator),
                ).fetchone()
            except sqlite3.IntegrityError:
                raise Taken(f"A space with the key '{key}' already exists.") from None
            insert_page(database, key, None, f"{name} Home", welcome, creator)
        return Space(*row)

    def add_editor(self, space: str, person: str) -> None:
        """Let somebody work in a space."""
        with opened(self._path) as database:
            database.execute("INSERT OR IGNORE INTO editor VALUES (?, ?)", (space, person))

    def spaces_of(self, person: str) -> list[str]:
        """The keys of the spaces in which somebody works."""
        with opened(self._path) as database:
            return [row["space"] for row in database.execute("SELECT space FROM editor WHERE person = ?", (person,))]

    def home(self, space: str) -> Page:
        """A space's home page: the one above all others."""
        with opened(self._path) as database:
            row = database.execute("SELECT * FROM page WHERE space = ? AND parent IS NULL", (space,)).fetchone()
        return Page(*row)

    def pages(self, *, space: str | None = None, title: str | None = None) -> list[Page]:
        """The pages of one space or of all, of one title or of any."""
        with opened(self._path) as database:
            rows = database.execute(
                "SELECT * FROM page WHERE space = coalesce(?, space) AND title = coalesce(?, title) ORDER BY id", (space, title)
            )
            return [Page(*row) for row in rows]

    def page(self, id: str | int) -> Page | None:  # noqa: A002 the wire's word
        """The page of that id, which may come as it stood in an address."""
        with opened(self._path) as database:
            row = database.execute("SELECT * FROM page WHERE id = ?", (str(id),)).fetchone()
        return Page(*row) if row else None

    def ancestors(self, page: Page) -> list[Page]:
        """The pages above a page, the home page first."""
        above: list[Page] = []
        while page.parent is not None and (parent := self.page(page.parent)):
            above.insert(0, parent)
            page = parent
        return above

    def add_page(
        self, space: str, parent: int, title: str, body: str, author: str, told: Callable[[Page], Happened] | None = None
    ) -> Page:
        """Make a page below another one, and write down what scripts are `told` of it.

        Raises `Taken`: titles are unique in a space.
        """
        with opened(self._path) as database:
            page = insert_page(database, space, parent, title, body, author)
            if told is not None:
                write_down(database, told(page))
        return page

    def labels(self, page: Page) -> list[tuple[int, str]]:
        """A page's labels, by id and name."""
        with opened(self._path) as database:
            rows = database.execute("SELECT id, name FROM label WHERE page = ? ORDER BY name", (page.id,))
            return [(row["id"], row["name"]) for row in rows]

    def add_labels(self, page: Page, names: list[str]) -> None:
        """Put labels on a page; those that it has already, it keeps."""
        with opened(self._path) as database:
            rows = [(page.id, name) for name in names]
            database.executemany("INSERT OR IGNORE INTO label (page, name) VALUES (?, ?)", rows)


def insert_page(database: sqlite3.Connection, space: str, parent: int | None, title: str, body: str, author: str) -> Page:
    """Write one page."""
    try:
        row = database.execute(
            "INSERT INTO page (space, parent, title, body, author, created) VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
            (space, parent, title, body, author, int(time.time() * 1000)),
        ).fetchone()
    except sqlite3.IntegrityError:
        raise Taken(f"A page with this title already exists in the space '{space}': {title}") from None
    return Page(*row)
