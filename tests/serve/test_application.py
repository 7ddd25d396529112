"""The whole application: what is served where, and what begins and ends with it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from applinks import AppLinks, AsyncAppLinks
from applinks.people import Staff
from applinks.serve import create
from serve.browsing import PASSWORD, heading
from web.dom import Dom
from web.visitor import CONFIRM

LINKS = "/plugins/servlet/applinks/listApplicationLinks"
PEOPLE = "/plugins/servlet/applinks/admin/people"


def test_our_pages_are_there_for_whoever_is_signed_in(somebody):
    assert somebody.get(LINKS).headers["location"].startswith("/sign-in?next=%2Fplugins")
    somebody.sign_in("ada")
    assert heading(somebody.get(LINKS)) == "Links"
    assert heading(somebody.get(PEOPLE)) == "People"
    sheet = next(it["href"] for it in Dom(somebody.page.text).all("link"))
    assert somebody.get(sheet).headers["content-type"] == "text/css; charset=utf-8"


def test_administrators_pages_do_not_exist_for_others(bob):
    """T-50, T-53"""
    assert heading(bob.get(LINKS)) == heading(bob.get(PEOPLE)) == "There is no such page"


def test_an_administrator_confirms_with_the_password_of_this_application(somebody, standing):
    somebody.sign_in("ada")
    assert somebody.get(f"{PEOPLE}/add").headers["location"].startswith(f"{CONFIRM}?back=")
    somebody.get(f"{CONFIRM}?back={PEOPLE}/add")
    assert somebody.send(CONFIRM, password="wrong").status_code == 403
    assert somebody.send(CONFIRM, password=PASSWORD).headers["location"] == f"{PEOPLE}/add"
    somebody.get(f"{PEOPLE}/add")
    answer = somebody.send(f"{PEOPLE}/add", name="carol", language="en", password="", again="")
    assert answer.headers["location"] == f"{PEOPLE}?done=added"
    assert standing.records.member("carol").name == "carol"


def test_what_others_ask_of_us_is_answered(somebody):
    assert somebody.get("/rest/applinks/1.0/manifest").status_code == 200
    assert somebody.get("/plugins/servlet/applinks/api/1/openapi.json").status_code == 200
    assert somebody.get("/plugins/servlet/applinks/api/1/people").status_code == 401


def test_below_a_path_everything_is_below_it(make):
    browser = make("http://localhost:8080/scripts").browser()
    assert browser.get("/scripts/").headers["location"] == "/scripts/sign-in?next=%2Fscripts%2F"
    assert browser.get("/scripts/healthz").status_code == 200
    browser.sign_in("ada", path="/scripts/sign-in")
    assert heading(browser.get(f"/scripts{LINKS}")) == "Links"
    assert browser.get("/healthz").status_code == 404
    assert browser.get("/").status_code == 404


def test_somebody_else_may_serve_more(make):
    async def more(_: Any) -> PlainTextResponse:
        return PlainTextResponse("more")

    assert make(routes=[Route("/more", more)]).browser().get("/more").text == "more"


# ---- what begins and ends with it


class Runs:
    """Writes down what it is asked, and in which thread."""

    hooks = faults = ()
    deepest = 10
    busy = 0
    trouble: str | None = None

    def __init__(self, applinks: AsyncAppLinks | None = None, *, fails: bool = False) -> None:
        self.applinks = applinks
        self.fails = fails
        self.told: list[Any] = []

    def start(self) -> None:
        if self.fails:
            raise OSError("cannot start")
        self.told.append(("start", threading.current_thread() is threading.main_thread()))

    def say(self) -> None:
        pass

    def perform(self, new: Any, request: Any = None) -> Any:
        raise AssertionError

    def close(self, seconds: float) -> None:
        assert self.applinks is None or self.applinks.run(_nothing()) is None, "the store is still there"
        self.told.append(("close", seconds))


def _nothing() -> Any:
    yield from ()


async def lives(app: Any) -> list[str]:
    """Begin and end as a server does; what the application said of it."""
    inbox, said = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], []

    async def receive() -> Any:
        return inbox.pop(0)

    async def send(message: Any) -> None:
        said.append(message["type"])

    try:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    except OSError:
        said.append("raised")
    return said


def made(tmp_path, runs: Runs | None) -> Any:
    applinks = AsyncAppLinks(f"sqlite:///{tmp_path}/a.db", url="http://localhost:8080", people=Staff())
    if runs is not None:
        runs.applinks = applinks
    return create(applinks, scripts=runs, patience=7.5)


def test_runs_begin_before_the_first_request_and_end_before_the_store_is_closed(tmp_path):
    runs = Runs()
    assert asyncio.run(lives(made(tmp_path, runs))) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert runs.told == [("start", True), ("close", 7.5)]


@pytest.mark.parametrize("runs", [Runs(), None])
def test_the_pages_are_given_what_runs_scripts(make, runs):
    somebody = make(scripts=runs).browser()
    somebody.sign_in("ada")
    shown = somebody.get("/plugins/servlet/applinks/admin/scripts").text
    assert ("No scripts are loaded in this process" in shown) is (runs is None)


def test_without_any_it_just_lives(tmp_path):
    assert asyncio.run(lives(made(tmp_path, None))) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_if_they_cannot_begin_it_does_not_begin(tmp_path):
    runs = Runs(fails=True)
    assert asyncio.run(lives(made(tmp_path, runs))) == ["lifespan.startup.failed", "raised"]
    assert runs.told == []


@pytest.mark.usefixtures("cheap_passwords")
def test_on_postgresql_it_is_the_same(new_postgresql, monkeypatch, tmp_path):
    monkeypatch.setenv("APPLINKS_SEALING_FILE", str(tmp_path / "keys"))
    from serve.browsing import Browser

    with AppLinks(new_postgresql, url="http://localhost:8080", people=Staff()) as records:
        records.add_member("ada", password=PASSWORD, administrator=True, by="ops")
        applinks = AsyncAppLinks(new_postgresql, people=Staff())
        browser = Browser(create(applinks), "http://localhost:8080")
        assert browser.sign_in("ada").status_code == 303
        assert browser.get("/").status_code == 200
        assert browser.get("/readyz").status_code == 200
        asyncio.run(applinks.close())
