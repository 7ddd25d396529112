"""The rig itself: what it is there to find, it finds; what is no fault, it leaves alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from browser import rig

HOST = "http://127.0.0.1:1"  # nothing listens there: every answer is made here
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"
SHELL = '<!doctype html><html lang="en"><head><title>A page</title></head><body><main><h1>A page</h1>{}</main></body></html>'


def serve(page: Page, body: str, *, policy: str | None = POLICY, status: int = 200) -> None:
    """Show that body, as a server would have sent it."""
    headers = {"content-type": "text/html"} | ({"content-security-policy": policy} if policy else {})

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=SHELL.format(body), headers=headers, status=status)
        elif route.request.url.endswith("/sheet.css"):
            route.fulfill(body="p { color: #ddd } @media (prefers-color-scheme: dark) { p { color: #222 } }", content_type="text/css")
        else:
            route.fulfill(body="", status=404)

    page.route(f"{HOST}/**", answer)
    page.goto(f"{HOST}/")


def complaints_about(browser, body: str, look: str = "light", **options) -> list[str]:
    with rig.opened(browser, look) as (page, complaints):
        serve(page, body, **options)
    return complaints


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>alert(1)</script>", "Executing inline script violates"),
        ("<p style='color: red'>red</p>", "Applying inline style violates"),
        ("<img src='//example.com/x.png' alt=''>", "Loading the image 'http://example.com/x.png' violates"),
        ("<script src='/gone.js'></script>", "/gone.js answered 404"),
    ],
)
def test_what_the_policy_forbids_or_the_server_lacks_is_a_complaint(browser, body: str, told: str) -> None:
    assert any(told in complaint for complaint in complaints_about(browser, body))


def test_a_broken_policy_is_noticed_without_javascript_too(browser) -> None:
    found = complaints_about(browser, "<p style='color: red'>red</p>", "without JavaScript")
    assert any("Applying inline style violates" in complaint for complaint in found)


def test_an_error_in_a_script_is_a_complaint(browser) -> None:
    found = complaints_about(browser, "<script>throw new Error('broken')</script>", policy="script-src 'unsafe-inline'")
    assert found == ["error in a script: Error: broken"] or any("broken" in complaint for complaint in found)


def test_a_page_without_a_policy_is_a_complaint(browser) -> None:
    assert complaints_about(browser, "", policy=None) == [f"{HOST}/ has no Content-Security-Policy"]


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_an_orderly_page_is_none_whatever_its_status(browser, status: int) -> None:
    assert complaints_about(browser, "<p>Nothing is wrong.</p>", status=status) == []


@pytest.mark.parametrize("look", list(rig.LOOKS))
def test_axe_tells_what_is_wrong_and_where(open_page: Callable[..., Page], axe: Callable[[Page], None], look: str) -> None:
    page = open_page(look)
    serve(page, "<p>Fine.</p>")
    axe(page)
    page.unroute(f"{HOST}/**")
    serve(page, "<label>Name</label> <input id='name'>")
    with pytest.raises(AssertionError, match=r"- label \(critical\): Form elements must have labels\n    at #name: "):
        axe(page)


@pytest.mark.parametrize("look", ["light", "dark", "without JavaScript"])
def test_axe_sees_the_colours_that_the_page_has(open_page: Callable[..., Page], axe: Callable[[Page], None], look: str) -> None:
    """Style sheets come from the server, so also where scripts are off the copy must look like the page."""
    page = open_page(look)
    serve(page, "<link rel='stylesheet' href='/sheet.css'><p>Hard to read.</p>")
    if look == "dark":
        page.emulate_media(color_scheme="dark")
    if look == "without JavaScript":
        pytest.skip("the copy asks the server, and here there is none")
    with pytest.raises(AssertionError, match=r"- color-contrast \(serious\)"):
        axe(page)


def test_the_looks_are_what_they_say(open_page: Callable[..., Page]) -> None:
    pages = {look: open_page(look) for look in rig.LOOKS}
    asked = {look: page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") for look, page in pages.items()}
    assert asked == {"light": False, "dark": True, "without JavaScript": False, "small": False}
    assert pages["small"].evaluate("innerWidth") == 360
    scripts = {look: page.evaluate("matchMedia('(scripting: enabled)').matches") for look, page in pages.items()}
    assert scripts == {"light": True, "dark": True, "without JavaScript": False, "small": True}


def test_nothing_beyond_this_machine_is_reached(browser) -> None:
    with rig.opened(browser) as (page, complaints):
        page.goto("data:text/html,<title>x</title>")
        page.evaluate("fetch('http://example.com/').catch(() => 0)")
    assert complaints == ["http://example.com/ did not load: net::ERR_NAME_NOT_RESOLVED"] or any(
        "ERR_NAME_NOT_RESOLVED" in complaint for complaint in complaints
    )


def test_another_thread_has_its_own_event_loop_meanwhile(browser) -> None:
    """This one has not: whoever needs asyncio beside the browser does it so."""
    ran = []
    thread = threading.Thread(target=lambda: ran.append(asyncio.run(asyncio.sleep(0, "ran"))))
    thread.start()
    thread.join()
    assert ran == ["ran"]


def test_pictures_are_kept_only_where_a_folder_is_named(page: Page, screenshot, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("APPLINKS_SCREENSHOTS", raising=False)
    screenshot(page, "none")
    monkeypatch.setenv("APPLINKS_SCREENSHOTS", str(tmp_path))
    screenshot(page, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]
