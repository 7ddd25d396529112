"""What is handed to a process that runs scripts."""

from __future__ import annotations

import pickle
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from applinks import AppLinks, Person
from applinks.errors import ConfigurationError
from applinks.people import FindPerson, Staff
from applinks.running.setup import AskedAtOnce, Setup
from applinks.settings import Settings
from running.directory import Anybody, AsynchronousAnybody
from running.world import World


class WithALock(Anybody):
    def __init__(self) -> None:
        self.lock = threading.Lock()


def test_the_application_opens_again_from_what_was_handed_over(here: World) -> None:
    handed = pickle.loads(pickle.dumps(Setup.of(here.applinks, here.folder).check()))
    with handed.open() as other:
        assert other.identity == here.applinks.identity
        assert other.answer(FindPerson("alice")) == Person("alice")
        assert {link.name for link in other.links()} == {"Shop", "Bank"}
        assert other.sealing.knows(_first_key(here.applinks))


def _first_key(applinks: AppLinks) -> str:
    return applinks.sealing.audit_key()[0]


def test_its_keys_come_with_it_and_are_shown_nowhere(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be in the environment only, which scripts do not get."""
    monkeypatch.setenv("APPLINKS_SEALING_KEYS", "another:" + "A" * 43 + "=")
    setup = Setup.of(here.applinks, here.folder)
    with setup.open() as other:
        assert _first_key(other) == _first_key(here.applinks)
    assert "sealing" not in repr(setup).lower()


def test_an_asynchronous_directory_is_asked_at_once(here: World) -> None:
    setup = replace(Setup.of(here.applinks, here.folder), people=AsynchronousAnybody())
    with setup.check().open() as other:
        assert other.answer(FindPerson("alice")) == Person("alice")
        assert other.answer(FindPerson("nobody")) is None
    people = AskedAtOnce(AsynchronousAnybody())
    assert people.sign_in("ada", "correct horse") == Person("ada", administrator=True)
    assert people.sign_in("ada", "wrong") is None


def test_an_application_that_keeps_its_people_itself_goes_on_doing_so(tmp_path: Path) -> None:
    told = Settings(database=f"sqlite:///{tmp_path}/a.db", url="http://desk.test", name="Desk")
    with AppLinks.from_settings(told, people=Staff()) as applinks, Setup.of(applinks, tmp_path).check().open() as other:
        assert isinstance(other.people, Staff)
        assert other.answer(FindPerson("alice")) is None


def test_no_directory_of_people_is_none(here: World) -> None:
    setup = replace(Setup.of(here.applinks, here.folder), people=None)
    with setup.check().open() as other:
        assert other.people is None


def test_a_database_in_memory_cannot_be_handed_over(tmp_path: Path) -> None:
    setup = Setup(Settings(database="sqlite://", url="http://desk.test"), tmp_path)
    with pytest.raises(ConfigurationError, match="in memory") as caught:
        setup.check()
    assert "sqlite:///" in (caught.value.remedy or "")


def test_a_directory_that_another_process_cannot_have_is_said(here: World) -> None:
    setup = Setup.of(here.applinks, here.folder)
    with pytest.raises(ConfigurationError, match="lock") as caught:
        replace(setup, people=WithALock()).check()
    assert "module" in (caught.value.remedy or "")

    class Inside(Anybody):
        pass

    with pytest.raises(ConfigurationError, match="cannot be handed"):
        replace(setup, people=Inside()).check()
    in_the_program = type("People", (Anybody,), {"__module__": "__main__"})
    with pytest.raises(ConfigurationError, match="program that was started"):
        replace(setup, people=in_the_program()).check()
