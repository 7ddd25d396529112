"""What the store asks of a database, whichever it is: transactions for a purpose, and the version of what is kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, select

from applinks.errors import StoreUnavailable
from applinks.store.tables import versions

T = TypeVar("T")

BUSY_SECONDS = 5
"""How long a write waits for others before it fails: the caller then answers 503 (security.md F-50)."""
VERSION_OF_LINKS = select(versions.c.number).where(versions.c.name == "links")


class Use(Enum):
    """What a transaction is for.

    READ sees one moment, however long it takes. WRITE and WRITE_DURABLY have the database to themselves among all that write,
    in whichever process: what they read first still holds when they write. WRITE survives the death of our process,
    WRITE_DURABLY a power cut. SPEND inserts and deletes rows that no other row depends on, each statement by itself: a key
    that is there or not decides, and nobody has to wait. What is spent stays spent if the database restarts.
    """

    READ = auto()
    SPEND = auto()
    WRITE = auto()
    WRITE_DURABLY = auto()


class Database(Protocol):
    """May be used from any thread, and after a fork.

    `failures`: what it raises where it fails; `advice`: what to do then.
    """

    failures: tuple[type[Exception], ...]
    advice: str

    def transaction(self, use: Use) -> AbstractContextManager[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an error."""

    def version(self) -> int:
        """The number that every change to links, identity and keys moves, by whichever process."""

    async def version_async(self) -> int:
        """The same, while the event loop goes on if it would be kept waiting."""

    async def without_blocking(self, work: Callable[[], T]) -> T:
        """Do some work with this database while the event loop goes on, if it would be kept waiting."""

    def place(self) -> str | None:
        """Where it lies, as `store.place` writes it; None for one that ends with its process."""

    def copy_to(self, path: Path, /) -> None:
        """Write all that stands now into this empty file, while others go on; `ConfigurationError` where it has no file."""

    def close(self) -> None:
        """Close what is not in use."""


def cursor(connection: Connection) -> Any:
    """The driver's own way, for the statements of every request: SQLAlchemy takes five times as long as the database there."""
    return connection.connection.cursor()


@contextmanager
def failing_as_unavailable(database: Database) -> Iterator[None]:
    """Where the database fails, `StoreUnavailable` says so."""
    try:
        yield
    except database.failures as error:
        why = str(getattr(error, "orig", error)).partition("\n")[0].rstrip(".")
        raise StoreUnavailable(f"The database of the links failed: {why}.", remedy=database.advice) from error
