"""The application that stands alone, and people at browsers that look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks, AsyncAppLinks
from applinks.people import Staff
from applinks.serve import create
from serve.browsing import PASSWORD, Browser, Standing

Make = Callable[..., Standing]


@pytest.fixture
def make(tmp_path: Path, cheap_passwords: None) -> Iterator[Make]:
    """Makes one with an administrator, ada, and bob, who is none."""
    opened: list[AppLinks] = []
    served: list[AsyncAppLinks] = []

    def make(url: str = "http://localhost:8080", **more: Any) -> Standing:
        database = f"sqlite:///{tmp_path}/applinks.db"
        applinks = AsyncAppLinks(database, url=url, name="Scripts", people=Staff())
        served.append(applinks)
        opened.append(AppLinks(database, people=Staff()))
        for name, administers in (("ada", True), ("bob", False)):
            opened[-1].add_member(name, password=PASSWORD, administrator=administers, full_name=name.title(), by="ops")
        return Standing(create(applinks, **more), applinks, opened[-1])

    yield make
    for each in opened:
        each.close()
    for one in served:
        asyncio.run(one.close())


@pytest.fixture
def standing(make: Make) -> Standing:
    return make()


@pytest.fixture
def somebody(standing: Standing) -> Browser:
    """At a browser, not signed in."""
    return standing.browser()


@pytest.fixture
def bob(somebody: Browser) -> Browser:
    """Signed in."""
    assert somebody.sign_in("bob").status_code == 303
    return somebody
