"""Who acts in a request of the application that stands alone."""

from __future__ import annotations

import asyncio
from typing import Any

from applinks import AsyncAppLinks, Person, current_user
from applinks.people import Staff
from applinks.serve.signed_in import SignedIn

US = "https://scripts.example.com"


async def asks(applinks: AsyncAppLinks, kind: str = "http", cookie: str = "", acting: Person | None = None) -> Any:
    """Who acts inside."""
    found: list[Any] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        found.append(current_user(default=None))

    scope = {"type": kind, "headers": [(b"cookie", cookie.encode())] if cookie else [], "path": "/"}
    app = SignedIn(inside, applinks)
    if acting is None:
        await app(scope, None, None)
    else:
        async with applinks.acting_as(acting):
            await app(scope, None, None)
    return found[0]


def asked(**more: Any) -> Any:
    async def ask() -> Any:
        async with AsyncAppLinks("sqlite://", url=US, people=Staff()) as applinks:
            return await asks(applinks, **more)

    return asyncio.run(ask())


def test_without_a_session_nobody_acts():
    assert asked() is None
    assert asked(cookie="__Host-applinks-session-x=y; a=b") is None
    assert asked(kind="lifespan") is None


def test_a_cookie_that_was_never_given_out_is_nobodys(standing):
    browser = standing.browser()
    browser.sign_in("bob")
    (name,) = [name for name in browser.cookies if "session" in name]
    for value in ("", "x" * 43, "x" * 5000, "x y"):
        browser.cookies[name] = value
        assert browser.get("/").status_code == 303


def test_of_two_applications_at_one_host_each_has_its_own(make, tmp_path):
    """The ports of one host share their cookies."""
    one = make()
    browser = one.browser()
    browser.sign_in("bob")
    assert len([name for name in browser.cookies if "session" in name]) == 1
    browser.cookies = {f"{name}0" if "session" in name else name: value for name, value in browser.cookies.items()}
    assert browser.get("/").status_code == 303


def test_whoever_was_admitted_over_a_link_stays_who_they_are():
    """What an application may is decided already; no cookie adds to it."""
    alice = Person("alice")
    assert asked(acting=alice, cookie="x=y") == alice
