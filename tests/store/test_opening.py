"""Which database an address means; and that no address betrays its password."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from applinks.errors import ConfigurationError, StoreUnavailable
from applinks.store import Sealing, Store, migrate
from applinks.store.opening import is_new, open_database, sqlite_path
from applinks.store.postgresql import PostgreSQL
from applinks.store.sqlite import InMemory, SQLite

SECRET = "canary-7d1f"


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_is_opened_without_connecting(scheme: str) -> None:
    assert isinstance(open_database(f"{scheme}://user@db.invalid/applinks"), PostgreSQL)


def test_sqlite_is_in_a_file_or_in_memory(tmp_path: Path) -> None:
    for url, kind in ((f"sqlite:///{tmp_path}/a.db", SQLite), ("sqlite://", InMemory), ("sqlite:///:memory:", InMemory)):
        opened = open_database(url)
        assert type(opened) is kind
        opened.close()
    assert sqlite_path("sqlite:///a.db") == Path("a.db")
    assert sqlite_path("postgresql://db.test/a") is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "applinks.db",
        "mysql://localhost/x",
        "oracle://x",
        "postgresql+asyncpg://db.test/x",
        "postgres://db.test/x",
        f"mysql://user:{SECRET}@localhost/x",
        f"://user:{SECRET}@localhost/x",
        f"postgresql://user:{SECRET}@host:port/x",
    ],
)
def test_an_address_of_another_kind_is_refused_with_examples_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"sqlite:///applinks\.db.*postgresql://") as refused:
        open_database(url)
    assert SECRET not in str(refused.value)


def test_a_file_that_is_missing_or_empty_is_new(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/applinks.db"
    assert is_new(url)
    (tmp_path / "applinks.db").touch(mode=0o600)
    assert is_new(url)
    migrate(url)
    assert not is_new(url)


def test_a_database_without_tables_is_new(new_postgresql: str) -> None:
    assert is_new(new_postgresql)
    migrate(new_postgresql)
    assert not is_new(new_postgresql)


def test_an_empty_database_on_a_server_stays_empty_unless_it_is_said_who_we_are(new_postgresql: str) -> None:
    with pytest.raises(ConfigurationError, match=r"'applinks_test_\w+' is empty.*applinks init"):
        Store.open(new_postgresql, sealing=Sealing.fresh(), create=False)
    assert is_new(new_postgresql)
    Store.open(new_postgresql, sealing=Sealing.fresh()).close()
    Store.open(new_postgresql, sealing=Sealing.fresh(), create=False).close()


def test_a_server_that_is_not_there_is_called_unavailable_and_the_password_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    url = f"postgresql://user:{SECRET}@127.0.0.1:1/applinks?sslpassword={SECRET}"
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1") as caught:
        Store.open(url, sealing=Sealing.fresh())
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__
    assert SECRET not in repr(open_database(url))
    assert SECRET not in caplog.text


@pytest.mark.parametrize(("absent", "extra"), [("psycopg", "applinks[postgresql]"), ("valkey", "applinks[valkey]")])
def test_a_missing_driver_is_named_with_the_extra_that_brings_it(
    absent: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    url = "postgresql://db.test/applinks" if absent == "psycopg" else "sqlite://"
    with pytest.raises(ConfigurationError) as refused:
        Store.open(url, replay="valkey://db.test", sealing=Sealing.fresh())
    assert f"pip install '{extra}'" in str(refused.value)


def test_no_driver_is_loaded_where_it_is_not_used(tmp_path: Path) -> None:
    program = (
        "import sys; from applinks.store import Store; "
        f"Store.open('sqlite:///{tmp_path}/a.db').close(); print({{'psycopg', 'valkey'}} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
