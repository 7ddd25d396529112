"""What is announced is heard by all who listen, in the process where it happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest

from applinks import AppLinks, AsyncAppLinks, ConfigurationError, ConsentEnded, ConsentGiven
from applinks.announcements import Announce

GIVEN = ConsentGiven("id", "Wiki", "alice")
ENDED = ConsentEnded("id", "Wiki", "alice")


@pytest.fixture
def applinks(tmp_path) -> Iterator[AppLinks]:
    with AppLinks(f"sqlite:///{tmp_path}/links.db", url="https://front.example.com") as made:
        yield made


def test_each_listener_hears_the_facts_of_the_kind_that_it_asked_for(applinks):
    given, ended, again = [], [], []
    applinks.listen(ConsentGiven, given.append)
    applinks.listen(ConsentEnded, ended.append)
    applinks.listen(ConsentGiven, again.append)
    for fact in (GIVEN, ENDED):
        assert applinks.answer(Announce(fact)) is None
    assert (given, ended, again) == ([GIVEN], [ENDED], [GIVEN])


def test_where_nobody_listens_an_announcement_is_made_all_the_same(applinks):
    assert applinks.answer(Announce(GIVEN)) is None


def test_a_listener_that_fails_is_logged_and_keeps_nothing_from_the_others(applinks, caplog):
    """An announcement is a hint: what it announces has happened already."""
    heard = []
    applinks.listen(ConsentGiven, lambda _: 1 / 0)
    applinks.listen(ConsentGiven, heard.append)
    with caplog.at_level(logging.ERROR, "applinks"):
        applinks.answer(Announce(GIVEN))
    assert heard == [GIVEN]
    (line,) = [record for record in caplog.records if "a listener failed" in record.getMessage()]
    assert line.exc_info[0] is ZeroDivisionError


def test_an_interruption_is_no_affair_of_the_listener(applinks):
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    applinks.listen(ConsentGiven, interrupted)
    with pytest.raises(KeyboardInterrupt):
        applinks.answer(Announce(GIVEN))


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_a_listener_that_nobody_would_await_is_refused(tmp_path, kind):
    async def hear(fact: object) -> None:
        raise AssertionError

    applinks = kind(f"sqlite:///{tmp_path}/links.db", url="https://front.example.com")
    with pytest.raises(ConfigurationError, match="asynchronous"):
        applinks.listen(ConsentGiven, hear)
    applinks._store.close()


def test_asynchronous_code_hears_the_same(tmp_path):
    async def story() -> list[object]:
        heard: list[object] = []
        async with AsyncAppLinks(f"sqlite:///{tmp_path}/links.db", url="https://front.example.com") as applinks:
            applinks.listen(ConsentEnded, heard.append)
            await applinks.answer_async(Announce(ENDED))
        return heard

    assert asyncio.run(story()) == [ENDED]


def test_facts_are_values_that_do_not_change():
    with pytest.raises(FrozenInstanceError):
        GIVEN.user = "bob"
