"""Which application a command is about that runs scripts."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from applinks import AppLinks, AsyncAppLinks
from applinks.cli.application import application_of, closed
from applinks.errors import ConfigurationError
from applinks.people import Staff


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    AppLinks("sqlite:///applinks.db", url="http://desk.test").close()
    yield tmp_path
    for name in ("own_module", "own_async"):
        sys.modules.pop(name, None)


def test_without_a_module_it_is_that_of_the_database_with_the_people_whom_it_keeps(here: Path) -> None:
    applinks = application_of(None, "sqlite:///applinks.db")
    assert isinstance(applinks.people, Staff)
    closed(applinks)


def test_a_module_names_its_own(here: Path) -> None:
    (here / "own_module.py").write_text(
        "from applinks import AppLinks\napplinks = AppLinks('sqlite:///applinks.db')\nother = 1\n"
    )
    applinks = application_of("own_module", None)
    assert isinstance(applinks, AppLinks)
    assert application_of("own_module:applinks", None) is applinks
    with pytest.raises(ConfigurationError, match="no AppLinks"):
        application_of("own_module:other", None)
    with pytest.raises(ConfigurationError, match="There is no"):
        application_of("own_module:missing", None)
    closed(applinks)


def test_an_asynchronous_one_is_closed_in_a_loop(here: Path) -> None:
    (here / "own_async.py").write_text(
        "from applinks import AsyncAppLinks\napplinks = AsyncAppLinks('sqlite:///applinks.db')\n"
    )
    applinks = application_of("own_async", None)
    assert isinstance(applinks, AsyncAppLinks)
    closed(applinks)
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_module_that_is_not_there_is_said(here: Path) -> None:
    with pytest.raises(ConfigurationError, match="no_such_module"):
        application_of("no_such_module", None)
