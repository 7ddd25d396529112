"""The rig itself: what it is there to find, it finds; what is no fault, it leaves alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser import rig
from journeys.serving import address_of, listen, wsgi

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"
SHELL = '<!doctype html><html lang="en"><head><title>A page</title></head><body><main><h1>A page</h1>{}</main></body></html>'
SHEET = "p { color: #ddd; background: #fff } @media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }"


class Site:
    """A server with one page, which each test writes, and one style sheet, in which paragraphs can hardly be read."""

    def __init__(self) -> None:
        self.url, self.page = "", ("200 OK", "", POLICY)

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        status, body, policy = self.page
        kind = "text/html"
        if environ["PATH_INFO"] == "/sheet.css":
            status, body, kind = "200 OK", SHEET, "text/css"
        elif environ["PATH_INFO"] != "/":
            status, body = "404 Not Found", ""
        start_response(status, [("Content-Type", kind)] + ([("Content-Security-Policy", policy)] if policy else []))
        return [body.encode()]

    def show(self, page: Page, body: str, policy: str = POLICY, status: str = "200 OK") -> None:
        self.page = (status, SHELL.format(body), policy)
        page.goto(self.url)

    def complaints_about(self, browser: Browser, body: str, look: str = "light", **answer: str) -> list[str]:
        with rig.opened(browser, look) as (page, complaints):
            self.show(page, body, **answer)
        return complaints


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made, listening = Site(), listen()
    made.url = f"{address_of(listening)}/"
    with listening, wsgi(made, listening):
        yield made


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>alert(1)</script>", "Executing inline script violates"),
        ("<p style='color: red'>red</p>", "Applying inline style violates"),
        ("<img src='//example.com/x.png' alt=''>", "Loading the image 'http://example.com/x.png' violates"),
        ("<script src='/gone.js'></script>", "/gone.js answered 404"),
    ],
)
def test_what_the_policy_forbids_or_the_server_lacks_is_a_complaint(browser: Browser, site: Site, body: str, told: str) -> None:
    assert any(told in complaint for complaint in site.complaints_about(browser, body))


def test_a_broken_policy_is_noticed_without_javascript_too(browser: Browser, site: Site) -> None:
    found = site.complaints_about(browser, "<p style='color: red'>red</p>", "without JavaScript")
    assert [complaint.partition(": ")[2][:30] for complaint in found] == ["Applying inline style violates"]


def test_an_error_in_a_script_is_a_complaint(browser: Browser, site: Site) -> None:
    found = site.complaints_about(browser, "<script>throw new Error('broken')</script>", policy="script-src 'unsafe-inline'")
    assert [complaint for complaint in found if "error in a script: " in complaint and "broken" in complaint]


def test_a_page_without_a_policy_is_a_complaint(browser: Browser, site: Site) -> None:
    assert site.complaints_about(browser, "", policy="") == [f"{site.url} has no Content-Security-Policy"]


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "404 Not Found", "500 Internal Server Error"])
def test_an_orderly_page_is_none_whatever_its_status(browser: Browser, site: Site, status: str) -> None:
    assert site.complaints_about(browser, "<p>Nothing is wrong.</p>", status=status) == []


def test_axe_tells_what_is_wrong_and_where(each_page: Page, axe: Callable[[Page], None], site: Site) -> None:
    site.show(each_page, "<p>Fine.</p>")
    axe(each_page)
    site.show(each_page, "<input id='name'>")
    with pytest.raises(AssertionError, match=r"- label \(critical\): Form elements must have labels\n    at #name: "):
        axe(each_page)


def test_axe_sees_the_colours_that_the_page_has(each_page: Page, axe: Callable[[Page], None], site: Site) -> None:
    site.show(each_page, "<link rel='stylesheet' href='/sheet.css'><p>Hard to read.</p>")
    with pytest.raises(AssertionError, match=r"- color-contrast \(serious\)"):
        axe(each_page)


def test_the_looks_are_what_they_say(open_page: Callable[..., Page]) -> None:
    pages = {look: open_page(look) for look in rig.LOOKS}
    asked = {look: page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") for look, page in pages.items()}
    assert asked == {"light": False, "dark": True, "without JavaScript": False, "small": False}
    assert pages["small"].evaluate("innerWidth") == 360
    scripts = {look: page.evaluate("matchMedia('(scripting: enabled)').matches") for look, page in pages.items()}
    assert scripts == {"light": True, "dark": True, "without JavaScript": False, "small": True}


def test_nothing_beyond_this_machine_is_reached(browser: Browser) -> None:
    with rig.opened(browser) as (page, complaints):
        page.goto("data:text/html,<title>x</title>")
        page.evaluate("fetch('http://example.com/').catch(() => 0)")
    assert "http://example.com/ did not load: net::ERR_NAME_NOT_RESOLVED" in complaints


def test_another_thread_has_its_own_event_loop_meanwhile(browser: Browser) -> None:
    """This one has not: whoever needs asyncio beside the browser does it so."""
    ran = []
    thread = threading.Thread(target=lambda: ran.append(asyncio.run(asyncio.sleep(0, "ran"))))
    thread.start()
    thread.join()
    assert ran == ["ran"]


def test_pictures_are_kept_only_where_a_folder_is_named(
    page: Page, screenshot: Callable[[Page, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPLINKS_SCREENSHOTS", raising=False)
    screenshot(page, "none")
    monkeypatch.setenv("APPLINKS_SCREENSHOTS", str(tmp_path))
    screenshot(page, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]
