"""A script acts for carol, in a real browser: she is asked, allows it, and what waited is done, once; whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from applinks import Administrator, AppLinks, Policy
from applinks.demo.people import People
from applinks.scripts import CallsOf, Run, Runs, RunState
from journeys.serving import address_of, listen

ADMIN = Administrator("admin", "admin")
NOTES = "Release notes OPS-7: Sweep the pad"
PATIENCE = 90.0
"""Seconds; a run that was killed is taken over by another process after a while."""
HERE = Path(__file__).parent
PEOPLE = {"tracker": {"cclark"}, "wiki": {"carol"}}
TYPES = {"tracker": "jira", "wiki": "confluence"}


@dataclass
class Served:
    """An application in a process of its own, and its records as this process sees them. Its socket outlives it."""

    name: str
    data: Path
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = None
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = address_of(self.listening)

    def start(self) -> None:
        descriptor = self.listening.fileno()
        command = [sys.executable, HERE / "one_demo_application.py", self.name, self.data, self.url, str(descriptor)]
        paths = os.pathsep.join(entry for entry in sys.path if entry)
        self.process = subprocess.Popen(command, pass_fds=[descriptor], env={**os.environ, "PYTHONPATH": paths})
        httpx2.get(f"{self.url}/login", timeout=PATIENCE).raise_for_status()

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def records(self) -> AppLinks:
        database = f"sqlite:///{self.data}/applinks-{self.name}.db"
        people = People(without=PEOPLE[self.name])
        return AppLinks(database, url=self.url, name=self.name.title(), type=TYPES[self.name], people=people)


@dataclass(frozen=True)
class Two:
    tracker: Served
    wiki: Served

    def runs(self) -> tuple[Run, ...]:
        with self.tracker.records() as applinks:
            found: tuple[Run, ...] = applinks.answer(Runs({"hook": "release_notes:write"}))
            return found


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with ExitStack() as stack:
        served = [Served(name, tmp_path, stack.enter_context(listen())) for name in ("tracker", "wiki")]
        for one in served:
            one.start()
            stack.callback(one.kill)
        link(*served)
        yield Two(*served)


def link(tracker: Served, wiki: Served) -> None:
    """Carol Clark is carol in the tracker and cclark in the wiki, so neither name is shared."""
    deployment = Policy(administrators=frozenset({"deployment"}))
    with tracker.records() as ours, wiki.records() as theirs:
        ours.create_link(wiki.url, ADMIN, same_users=True, by="admin")
        for applinks, other in ((ours, "Wiki"), (theirs, "Tracker")):
            applinks.change_policy(other, deployment, by="admin")
            applinks.change_link(other, excluded=["carol", "cclark"], by="admin")


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(name)
    page.get_by_role("button", name="Sign in").click()


def shown(page: Page, wanted: Locator) -> None:
    """Look again until it is there."""
    until = time.monotonic() + PATIENCE
    while not wanted.is_visible():
        assert time.monotonic() < until, f"{wanted} is not to be seen at {page.url}"
        page.reload()


def banner(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text="Wiki needs your consent")


def carol_releases(page: Page, two: Two, between: Callable[[str], None]) -> None:
    """The story of the issue, step by step; between two of them `between` is called."""
    page.goto(f"{two.tracker.url}/browse/OPS-7")
    sign_in(page, "carol")
    between("signed in")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("OPS-7 has moved on.")).to_be_visible()
    between("moved")
    shown(page, banner(page))
    between("asked")
    banner(page).get_by_role("link", name="Allow it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    between("led to the wiki")
    sign_in(page, "cclark")
    expect(page.get_by_role("heading", level=1)).to_have_text("Let Tracker act as you?")
    between("about to allow")
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(f"{two.tracker.url}/browse/OPS-7")
    between("allowed")
    shown(page, page.get_by_role("link", name=NOTES))


def check_it_happened_once(page: Page, two: Two) -> None:
    found = page.request.get(f"{two.wiki.url}/rest/api/content", params={"spaceKey": "OPS", "title": NOTES}).json()["results"]
    assert [result["version"]["by"]["username"] for result in found] == ["cclark"]
    everything = page.request.get(f"{two.wiki.url}/rest/api/content", params={"spaceKey": "OPS"}).json()["results"]
    assert [result["title"] for result in everything].count(NOTES) == 1
    links = page.request.get(f"{two.tracker.url}/rest/api/2/issue/OPS-7/remotelink").json()
    assert [remote["object"]["url"] for remote in links] == [found[0]["_links"]["base"] + found[0]["_links"]["webui"]]
    (run,) = two.runs()
    assert (run.state, run.user, run.deaths <= 1) == (RunState.DONE, "carol", True)
    with two.tracker.records() as applinks:
        posted = [call.asked.address for call in applinks.answer(CallsOf(run.number)) if call.asked.method == "POST"]
    assert [url.rpartition("/rest/api/content")[2] for url in posted] == ["", f"/{found[0]['id']}/label"]


def test_carol_moves_an_issue_allows_it_once_and_the_page_is_there_once(
    each_page: Page, two: Two, axe: Callable[[Page], None], screenshot: Callable[[Page, str], None], request
) -> None:
    """Nothing has to be done again, and the question is gone when it is answered."""
    seen: list[str] = []

    def look(at: str) -> None:
        seen.append(at)
        each_page.wait_for_load_state()
        axe(each_page)
        assert each_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        screenshot(each_page, f"scripts-{at}-{request.node.callspec.id}".replace(" ", "-"))

    carol_releases(each_page, two, look)
    look("written")
    assert seen[-2:] == ["allowed", "written"]
    expect(banner(each_page)).to_have_count(0)
    done = each_page.get_by_role("status").filter(has_text=f"“{NOTES}” is in Wiki.")
    expect(done).to_be_visible()
    done.get_by_role("button", name="I have read this").click()
    expect(each_page).to_have_url(f"{two.tracker.url}/browse/OPS-7")
    expect(done).to_have_count(0)
    check_it_happened_once(each_page, two)


@pytest.mark.timeout(400)
def test_the_same_with_the_tracker_killed_between_any_two_steps(page: Page, two: Two) -> None:
    """F-29 to F-32, F-67: what she does is kept when she is answered, and what waits goes on in whichever process there is."""
    killed: list[str] = []

    def kill_and_start(at: str) -> None:
        killed.append(at)
        page.wait_for_load_state()  # half of a style sheet is a complaint of the browser
        two.tracker.kill()
        two.tracker.start()

    carol_releases(page, two, kill_and_start)
    assert killed == ["signed in", "moved", "asked", "led to the wiki", "about to allow", "allowed"]
    expect(banner(page)).to_have_count(0)
    check_it_happened_once(page, two)
