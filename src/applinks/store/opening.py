"""Which database an address means, and whether it has ever been used."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from applinks.errors import ConfigurationError
from applinks.store.database import Database, Use, failing_as_unavailable
from applinks.store.schema import bring_up_to_date, version_of

_LIKE_THIS = "Give one like sqlite:///applinks.db, sqlite:////var/lib/applinks/applinks.db or postgresql://user@host/name."


def open_database(url: str) -> Database:
    """The database of a URL; a new SQLite file is made, for its owner only. Raises `ConfigurationError`."""
    parsed = parse(url)
    if _is_postgresql(parsed):
        from applinks.store.postgresql import PostgreSQL  # not loaded where it is not used

        return PostgreSQL(parsed)
    from applinks.store.sqlite import InMemory, open_file

    path = sqlite_path(url)
    return InMemory() if path is None else open_file(path)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; None for one in memory, and for another kind of database."""
    parsed = parse(url)
    if _is_postgresql(parsed) or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def beside(url: str, folder: Path) -> str:
    """The same database; one whose file is told by a relative path lies in this folder."""
    path = sqlite_path(url)
    return url if path is None else f"sqlite:///{folder.absolute() / path}"


def holds_password(url: str) -> bool:
    """Whether the address tells a password."""
    return parse(url).password is not None


def is_on_a_server(url: str) -> bool:
    """Whether other machines can use this database."""
    return _is_postgresql(parse(url))


def is_new(url: str) -> bool:
    """Whether nothing was ever kept there, where something could be.

    Raises `ConfigurationError`, or `StoreUnavailable` if a server does not answer.
    """
    if is_on_a_server(url):
        return _has_no_tables(url)
    path = sqlite_path(url)
    return path is not None and (not path.exists() or not path.stat().st_size)


def check_is_there(url: str) -> None:
    """Raise `ConfigurationError` if nothing was ever kept there, and what `is_new` raises."""
    if is_new(url):
        raise nothing_there(url)


def nothing_there(url: str) -> ConfigurationError:
    """A slip in the name of a database must not make an empty one: only those make it who say who they are."""
    path = sqlite_path(url)
    missing = f"There is no database {path}." if path else f"The database {parse(url).database!r} is empty."
    return ConfigurationError(
        missing, remedy="Correct its name; or make it by saying who this application is: `applinks init --url …`."
    )


def _has_no_tables(url: str) -> bool:
    database = open_database(url)
    try:
        with failing_as_unavailable(database), database.transaction(Use.READ) as connection:
            return version_of(connection) is None
    finally:
        database.close()


def migrate(url: str) -> None:
    """Make or update the tables of this database. Raises `ConfigurationError` if they are newer than this program."""
    database = open_database(url)
    try:
        with failing_as_unavailable(database):
            bring_up_to_date(database)
    finally:
        database.close()


def parse(url: str) -> URL:
    """The parts of an address; `ConfigurationError`, which does not repeat it, if it is of no kind that we know."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter where the port is no number
        raise ConfigurationError("The address of the database is not a URL.", remedy=_LIKE_THIS) from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}:
        raise ConfigurationError(f"Databases of kind {parsed.drivername!r} are not supported.", remedy=_LIKE_THIS)
    return parsed


def _is_postgresql(parsed: URL) -> bool:
    return parsed.get_backend_name() == "postgresql"
