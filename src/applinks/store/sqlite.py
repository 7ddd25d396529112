"""SQLite: how its file is opened, and its connections.

It is called inline, from any thread and from asynchronous code: a short transaction costs less than handing it to another
thread. Connections are kept open and used by one thread at a time; each belongs to one `Use`. A process that was forked starts
with connections of its own, since SQLite does not survive being shared across a fork.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as DriverConnection
from sqlite3 import Error as DriverError
from sqlite3 import OperationalError
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from applinks.errors import ConfigurationError
from applinks.store import database, place
from applinks.store.database import VERSION_OF_LINKS, Use

T = TypeVar("T")

_BEGIN = {
    Use.READ: ("BEGIN", "NORMAL"),
    Use.SPEND: ("BEGIN IMMEDIATE", "NORMAL"),
    Use.WRITE: ("BEGIN IMMEDIATE", "NORMAL"),
    Use.WRITE_DURABLY: ("BEGIN IMMEDIATE", "FULL"),
}
"""How a transaction begins, and what its commit waits for.

NORMAL survives the death of the process, FULL a power cut. A write takes the lock at once (IMMEDIATE): a transaction that
read first and then wants to write cannot wait for others, it would have to fail.
"""

FAILURES: tuple[type[Exception], ...] = (DBAPIError, DriverError)


class SQLite:
    """One file, shared with other processes. Raises `ConfigurationError` if it cannot be opened."""

    failures = FAILURES
    advice = "See that its file is there, in order and writable, that the disk has room, and that no other program locks it."

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(URL.create("sqlite", database=str(path)))
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._idle: defaultdict[Use, deque[Connection]] = defaultdict(deque)
        self._writers = threading.RLock()  # threads queue here; SQLite's own waiting is a lottery among processes
        self._watch = _Watch(self._engine)

    @contextmanager
    def transaction(self, use: Use) -> Iterator[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an error."""
        idle = self._here()._idle[use]
        begin, _ = _BEGIN[use]
        with nullcontext() if use is Use.READ else self._writers:
            try:
                connection = idle.pop()
            except IndexError:
                connection = self._connect(use)
            try:
                with connection.begin():
                    driver(connection).execute(begin)
                    yield connection
            finally:
                idle.append(connection)

    def version(self) -> int:
        """The number that every change to links, identity and keys moves, by whichever process."""
        return self._here()._watch.version()

    async def version_async(self) -> int:
        """The same, at once."""
        return self.version()

    async def without_blocking(self, work: Callable[[], T]) -> T:
        """Done at once: a file on this machine answers sooner than another thread would."""
        return work()

    def place(self) -> str:
        """Its file."""
        return place.of_file(self.path)

    def copy_to(self, path: Path) -> None:
        """One moment of it; deleted rows are left out."""
        with self._engine.connect() as connection:
            driver(connection).execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Close what is not in use."""
        if self._process == os.getpid():
            self._watch.close()
            for idle in self._idle.values():
                while idle:
                    idle.pop().close()

    def _connect(self, use: Use) -> Connection:
        connection = self._engine.connect()
        _, synchronous = _BEGIN[use]
        driver(connection).execute(f"PRAGMA synchronous={synchronous}")
        return connection

    def _here(self) -> SQLite:
        if self._process != os.getpid():
            # Closing the parent's connections here would take its locks away, so they are kept, untouched, for ever.
            _left_by_parent.append((self._idle, self._watch))
            self._start_anew()
        return self


_left_by_parent: list[object] = []


class InMemory:
    """`sqlite://`: one connection that everybody takes in turn; for tests."""

    failures = FAILURES
    advice = SQLite.advice

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._connection = _engine(URL.create("sqlite")).connect()

    @contextmanager
    def transaction(self, use: Use) -> Iterator[Connection]:
        """The connection inside a transaction."""
        begin, _ = _BEGIN[use]
        with self._turn, self._connection.begin():
            driver(self._connection).execute(begin)
            yield self._connection

    def version(self) -> int:
        """Read anew each time: the only connection does not notice its own changes."""
        with self.transaction(Use.READ) as connection:
            return connection.execute(VERSION_OF_LINKS).scalar() or 0

    async def version_async(self) -> int:
        """The same, at once."""
        return self.version()

    async def without_blocking(self, work: Callable[[], T]) -> T:
        """Done at once."""
        return work()

    def place(self) -> None:
        """Nowhere."""

    def copy_to(self, _path: Path) -> None:
        """Refused: nothing of it is meant to stay."""
        raise ConfigurationError("A database in memory has no backup.", remedy="Keep the links in a file: sqlite:///….")

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()


class _Watch:
    """Reads the version of links over a connection that never writes, so that `data_version` moves with every commit.

    It moves with nonces and audit too; only then is the version row read (3 µs each).
    """

    def __init__(self, engine: Engine) -> None:
        self._turn = threading.Lock()
        self._engine = engine
        self._connection: Connection | None = None
        self._moved: int | None = None
        self._version = 0
        self._query = str(VERSION_OF_LINKS.compile(engine, compile_kwargs={"literal_binds": True}))

    def version(self) -> int:
        with self._turn:
            if self._connection is None:
                self._connection = self._engine.connect()
            ask = driver(self._connection).execute
            ((moved,),) = ask("PRAGMA data_version").fetchall()
            if moved != self._moved:  # in this order: what changes in between is noticed the next time
                self._version = next((number for (number,) in ask(self._query).fetchall()), 0)
                self._moved = moved
            return self._version

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def open_file(path: Path) -> SQLite:
    """The database of this file; a new one is made, for its owner only. Raises `ConfigurationError`."""
    _make_file(path)
    refuse_loose(path, "database")
    opened = SQLite(path)
    try:
        with opened._engine.connect() as connection:
            _use_wal(driver(connection), path)
    except FAILURES as error:
        why = getattr(error, "orig", error)
        raise ConfigurationError(f"The database {path} cannot be opened: {why}.", remedy="Name another file.") from None
    return opened


def refuse_loose(path: Path, what: str) -> None:
    """`ConfigurationError` if anybody but the owner may read or write the file (security.md S-18, S-27)."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(f"Others than its owner may open the {what} {path}.", remedy=f"Close it: chmod 600 {path}")


def _make_file(path: Path) -> None:
    # Only a file that is not there: to close one that SQLite has open in this process would drop its locks.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigurationError(
            f"The database {path} cannot be made: {error.strerror}.", remedy="Name another file."
        ) from None


def _use_wal(connection: DriverConnection, path: Path) -> None:
    mode = _wal(connection)
    until = time.monotonic() + database.BUSY_SECONDS
    while mode is None and time.monotonic() < until:  # SQLite does not wait by itself for this one lock
        time.sleep(0.01)
        mode = _wal(connection)
    if mode != "wal":
        raise ConfigurationError(f"The database {path} cannot be shared safely there.", remedy="Put it on a local disk.")


def _wal(connection: DriverConnection) -> str | None:
    try:
        ((mode,),) = connection.execute("PRAGMA journal_mode=WAL").fetchall()
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        return None
    return str(mode)


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": database.BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: DriverConnection, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions by its own rules
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")


def driver(connection: Connection) -> DriverConnection:
    """The driver's own connection, for the few things that SQLAlchemy does not say."""
    found: DriverConnection = connection.connection.driver_connection  # type: ignore[assignment]
    return found
