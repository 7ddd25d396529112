"""PostgreSQL: a database that several machines share, through psycopg 3.

Nothing is known about the server but its address: there may be a pool of connections in between that hands each transaction to
another session. So no session is ever set up; each transaction begins by saying what it needs, in one message.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as NoneIsFree

from applinks.errors import ConfigurationError
from applinks.store import place
from applinks.store.database import BUSY_SECONDS, VERSION_OF_LINKS, Use
from applinks.store.grouping import Grouped, Ledger

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

CONNECTIONS = 16
"""At most so many of one process, and as many threads to wait for them; who finds none free waits `BUSY_SECONDS`."""
FROZEN_SECONDS = 15
"""A transaction that rests for so long is ended: its process may have stopped while all others wait (security.md F-56)."""
WRITERS = int.from_bytes(b"applinks")
"""The one advisory lock that all writers take in turn."""

_PATIENCE = f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'; SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_SECONDS}s'"
_ALONE = f"BEGIN; {_PATIENCE}; SELECT pg_advisory_xact_lock({WRITERS})"
_BEGIN = {
    Use.READ: "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    Use.SPEND: None,  # each statement commits by itself
    Use.WRITE: f"{_ALONE}; SET LOCAL synchronous_commit = off",
    Use.WRITE_DURABLY: _ALONE,
}
_VERSION = str(VERSION_OF_LINKS.compile(compile_kwargs={"literal_binds": True}))
_WHERE = (
    "SELECT oid::bigint, datname, has_function_privilege('pg_control_system()', 'execute') "
    "FROM pg_database WHERE datname = current_database()"
)
_UNLESS_THE_ADDRESS_SAYS_OTHERWISE = {
    "connect_timeout": BUSY_SECONDS,
    "tcp_user_timeout": 1000 * BUSY_SECONDS,
    "application_name": "applinks",
}


class PostgreSQL:
    """One database on a server. Raises `ConfigurationError` if the driver is not installed; connects when it is used."""

    advice = "See that the server runs, that its address, user and password are right, and that nobody holds its locks."

    def __init__(self, url: URL) -> None:
        driver_module = _psycopg()
        self.failures: tuple[type[Exception], ...] = (DBAPIError, driver_module.Error, NoneIsFree)
        self._url = url.set(drivername="postgresql+psycopg")
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._engine = _engine(self._url)
        self._versions = Grouped(_Versions(self))
        self._threads: ThreadPoolExecutor | None = None

    @contextmanager
    def transaction(self, use: Use) -> Iterator[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an error."""
        with self._here()._engine.connect() as connection, connection.begin():
            if begin := _BEGIN[use]:
                driver(connection).execute(begin)
            yield connection

    def version(self) -> int:
        """The number that every change to links, identity and keys moves, on whichever machine."""
        return self._here()._versions.answer(None)

    async def version_async(self) -> int:
        """The same, without keeping the event loop waiting."""
        return await self._here()._versions.answer_async(None)

    def read_version(self) -> int:
        """The same from the server, for all who ask at this moment."""
        with self._engine.connect() as connection:
            row = driver(connection).execute(_VERSION).fetchone()
        return int(row[0]) if row else 0

    async def without_blocking(self, work: Callable[[], T]) -> T:
        """Done in another thread; if the caller is cancelled, the work still ends there and leaves no connection halfway."""
        here = self._here()
        if here._threads is None:
            here._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="applinks-store")
        return await asyncio.get_running_loop().run_in_executor(here._threads, work)

    def place(self) -> str:
        """Its cluster and its object id."""
        with self.transaction(Use.READ) as connection:
            database, name, told = driver(connection).execute(_WHERE).fetchone() or (0, "", False)
        return place.of_server(self._cluster() if told else None, database, name)

    def copy_to(self, path: Path) -> None:
        """Refused: the server's own tools do that better."""
        raise ConfigurationError(
            f"{path} was not written: the database is on a PostgreSQL server, which has tools of its own for backups.",
            remedy="Use pg_dump and pg_restore, and keep the file with the sealing keys apart.",
        )

    def _cluster(self) -> int:
        with self.transaction(Use.READ) as connection:
            ((cluster,),) = driver(connection).execute("SELECT system_identifier FROM pg_control_system()").fetchall()
        return int(cluster)

    def close(self) -> None:
        """Close what is not in use. What was cancelled in asynchronous code may be under way still, and ends first."""
        if self._process == os.getpid():
            threads, self._threads = self._threads, None
            if threads is not None:
                threads.shutdown()
            self._engine.dispose()

    def _here(self) -> PostgreSQL:
        if self._process != os.getpid():
            _left_by_parent.append((self._engine, self._threads))  # to close them would say goodbye in the parent's name
            self._start_anew()
        return self

    def __repr__(self) -> str:
        return f"<PostgreSQL at {self._url.host or 'this machine'}>"


_left_by_parent: list[object] = []


class _Versions(Ledger[None, int]):
    """Those who ask for the version while it is being read share the next reading, which begins after that."""

    def __init__(self, database: PostgreSQL) -> None:
        self._database = database

    def answer_all(self, batch: Sequence[None]) -> list[int]:
        """One reading for all."""
        return [self._database.read_version()] * len(batch)

    async def answer_all_async(self, batch: Sequence[None]) -> list[int]:
        """The same from asynchronous code."""
        return await self._database.without_blocking(lambda: self.answer_all(batch))


def _psycopg() -> Any:
    try:
        import psycopg  # not needed, and perhaps not there, where the database is another one
    except ImportError:
        raise ConfigurationError(
            "The database is PostgreSQL, and its driver psycopg is not installed.",
            remedy="Install it with this package: pip install 'applinks[postgresql]'",
        ) from None
    return psycopg


def _engine(url: URL) -> Engine:
    options = {name: value for name, value in _UNLESS_THE_ADDRESS_SAYS_OTHERWISE.items() if name not in url.query}
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",  # transactions begin by our own words
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        pool_use_lifo=True,
        pool_reset_on_return=None,  # every transaction has ended by then
        connect_args=options | {"prepare_threshold": None},  # a pool in between would not find what was prepared
    )
    event.listen(engine, "connect", _let_any_text_pass)
    event.listen(engine, "checkout", _refuse_the_dead)
    return engine


def _let_any_text_pass(connection: psycopg.Connection[Any], _record: Any) -> None:
    """PostgreSQL knows no NUL, and strangers may ask for a name with one; a character that nobody uses stands for it."""
    from psycopg.types.string import StrDumperUnknown

    class AnyText(StrDumperUnknown):
        def dump(self, text: str) -> Any:
            return super().dump(text.replace("\0", "\ufdd0"))

    connection.adapters.register_dumper(str, AnyText)


def _refuse_the_dead(connection: psycopg.Connection[Any], _record: Any, _proxy: Any) -> None:
    """A server says nothing unasked, unless it has gone; then the whole pool is made anew (F-51)."""
    if connection.closed or _has_something_to_say(connection.fileno()):
        raise InvalidatePoolError


def _has_something_to_say(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for statements that SQLAlchemy does not have."""
    found: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return found
