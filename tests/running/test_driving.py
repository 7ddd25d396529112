"""Flows are run from threads of ours, in whichever world the application lives."""

from __future__ import annotations

import asyncio
import threading

import pytest

from applinks import AsyncAppLinks, Person
from applinks.people import FindPerson
from applinks.questions import Flow
from applinks.running.driving import Driver
from applinks.settings import Settings
from running.directory import Anybody
from running.world import World

TOLD = Settings(database="sqlite://", url="http://desk.test")


class InItsLoop:
    """A directory that works in one event loop only, as one with a pool of connections does."""

    def __init__(self) -> None:
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def find(self, name: str) -> Person | None:
        self.loops.append(asyncio.get_running_loop())
        return Anybody().find(name)

    async def sign_in(self, name: str, password: str) -> Person | None:
        return None


def find(name: str) -> Flow[Person | None]:
    return (yield FindPerson(name))


def test_a_synchronous_application_runs_them_itself(here: World) -> None:
    driver = Driver(here.applinks)
    driver.notice_loop()
    assert driver.drive(find("alice")) == Person("alice")
    driver.close()


def test_an_asynchronous_application_runs_them_in_its_own_loop() -> None:
    people = InItsLoop()

    async def main() -> None:
        async with AsyncAppLinks.from_settings(TOLD, people=people) as applinks:
            driver = Driver(applinks)
            driver.notice_loop()
            found = await asyncio.to_thread(driver.drive, find("alice"))
            assert found == Person("alice")
            assert people.loops == [asyncio.get_running_loop()]
            await asyncio.to_thread(driver.close)

    asyncio.run(main())


def test_where_no_loop_runs_one_of_our_own_does_for_all_threads() -> None:
    people = InItsLoop()
    applinks = AsyncAppLinks.from_settings(TOLD, people=people)
    driver = Driver(applinks)
    driver.notice_loop()
    found: list[Person | None] = []
    threads = [threading.Thread(target=lambda: found.append(driver.drive(find("alice")))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Person("alice")] * 4
    (loop,) = set(people.loops)
    driver.close()
    assert loop.is_closed()
    applinks._store.close()


def test_an_error_of_a_flow_comes_out() -> None:
    def failing() -> Flow[None]:
        yield FindPerson("alice")
        raise ValueError("x")

    async def main() -> None:
        async with AsyncAppLinks.from_settings(TOLD, people=InItsLoop()) as applinks:
            driver = Driver(applinks)
            driver.notice_loop()
            with pytest.raises(ValueError, match="x"):
                await asyncio.to_thread(driver.drive, failing())

    asyncio.run(main())
