"""What every kind of database promises to the store (security.md F-50, F-52)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from applinks.errors import StoreUnavailable
from applinks.store import migrate
from applinks.store.database import Database, Use, failing_as_unavailable
from applinks.store.opening import open_database
from applinks.store.tables import nonces, versions

NONCE = {"digest": b"digest", "keep_until": 1}
WRITES = (Use.WRITE, Use.WRITE_DURABLY)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    url = f"sqlite:///{request.getfixturevalue('tmp_path')}/applinks.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.close()


def count(database: Database) -> int:
    with database.transaction(Use.READ) as connection:
        return len(connection.execute(nonces.select()).all())


@pytest.mark.parametrize("use", WRITES)
def test_an_error_undoes_everything_and_the_next_one_goes_on(database: Database, use: Use) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction(use) as connection:  # noqa: PT012
        connection.execute(nonces.insert(), NONCE)
        raise ZeroDivisionError
    assert count(database) == 0
    with database.transaction(use) as connection:
        connection.execute(nonces.insert(), NONCE)
    assert count(database) == 1


def test_a_read_sees_one_moment_however_long_it_takes(database: Database) -> None:
    with database.transaction(Use.READ) as reading:
        before = len(reading.execute(nonces.select()).all())
        with database.transaction(Use.WRITE) as writing:
            writing.execute(nonces.insert(), NONCE)
        assert len(reading.execute(nonces.select()).all()) == before
    assert count(database) == before + 1


@pytest.mark.parametrize("use", WRITES)
def test_who_writes_has_the_database_alone_so_no_change_is_lost(database: Database, use: Use) -> None:
    """Each reads a number and writes the next one: without the lock, some would write what others wrote already."""
    with database.transaction(use) as connection:
        connection.execute(versions.insert().values(name="counter", number=0))

    def count_up() -> None:
        for _ in range(10):
            with database.transaction(use) as connection:
                (number,) = connection.execute(versions.select().where(versions.c.name == "counter")).one()[1:]
                connection.execute(versions.update().where(versions.c.name == "counter").values(number=number + 1))

    threads = [threading.Thread(target=count_up) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(Use.READ) as connection:
        assert connection.execute(versions.select().where(versions.c.name == "counter")).one().number == 60


def test_the_version_moves_with_every_change_by_whomever(database: Database) -> None:
    assert database.version() == 0
    for number in (1, 2):
        with database.transaction(Use.WRITE_DURABLY) as connection:
            connection.execute(versions.delete())
            connection.execute(versions.insert().values(name="links", number=number))
        assert database.version() == number


def test_what_fails_there_is_called_unavailable_and_says_what_to_do(database: Database) -> None:
    with (
        pytest.raises(StoreUnavailable, match="of the links failed") as caught,
        failing_as_unavailable(database),
        database.transaction(Use.WRITE) as connection,
    ):
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert caught.value.remedy == database.advice
    assert "nowhere" in caught.value.message


def test_what_fails_elsewhere_is_not(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), failing_as_unavailable(database):
        raise ZeroDivisionError
