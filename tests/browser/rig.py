"""A real browser for tests: pages as different people see them, what the browser complains about, and what axe-core finds."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

Look = Callable[[Page, str], None]
"""Looks closely at a page, and calls it by a name."""

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".tools/peers/node_modules/axe-core/axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "without JavaScript": {"java_script_enabled": False},
    "small": {"viewport": {"width": 360, "height": 740}},
}
"""How people see a page, each as options of a context of Playwright."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it, or skip with the reason. While it runs, this thread can run no event loop of its own."""
    found = subprocess.run([ROOT / "tools/browser", "--found"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(found.stderr.strip() or "no Chromium here; tools/browser installs one")
    with sync_playwright() as playwright:
        sandbox = os.geteuid() != 0  # as root it refuses to start with one
        executable = found.stdout.strip()
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS, chromium_sandbox=sandbox)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, look: str = "light", **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """An empty page in a context of its own, and the list to which the browser's complaints are added as they come."""
    context = browser.new_context(**{**LOOKS[look], **options})
    context.set_default_timeout(10_000)
    complaints = listen(context)
    yield context.new_page(), complaints
    context.close()


# ---- complaints


def listen(context: BrowserContext) -> list[str]:
    """What is wrong with the pages of a context, in words: broken policies, errors on the console and in scripts, parts that
    do not load, and documents without a policy. That a page itself answers with an error is its own affair."""
    complaints: list[str] = []

    def is_about_a_status(text: str) -> bool:
        return text.startswith("Failed to load resource: the server responded with a status of")

    def console(message: Any) -> None:
        if message.type in {"error", "warning"} and not is_about_a_status(message.text):
            complaints.append(f"{message.type} on {message.location['url']}: {message.text}")

    def failed(request: Any) -> None:
        if not (request.is_navigation_request() and request.failure == "net::ERR_ABORTED"):  # another one took its place
            complaints.append(f"{request.url} did not load: {request.failure}")

    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(f"error in a script: {error.error}"))
    context.on("requestfailed", failed)
    context.on("response", lambda response: complaints.extend(_wrong_with(response)))
    return complaints


def _wrong_with(response: Response) -> Iterator[str]:
    if response.request.is_navigation_request():
        if _is_page(response) and "content-security-policy" not in response.headers:
            yield f"{response.url} has no Content-Security-Policy"
    elif response.status >= 400:
        yield f"{response.url} answered {response.status}"


def _is_page(response: Response) -> bool:
    return not 300 <= response.status < 400 and response.headers.get("content-type", "").startswith("text/html")


# ---- axe


def axe(page: Page) -> None:
    """Fail with a list of what axe-core finds against WCAG 2.2 A and AA in the page as it stands.

    Where the page may run no scripts, what it shows is put before axe in a context that may.
    """
    page.wait_for_load_state()
    if page.evaluate("matchMedia('(scripting: none)').matches"):
        with _twin(page) as twin:
            findings = _findings(twin)
    else:
        findings = _findings(page)
    assert not findings, "\n".join([f"{page.url}:", *findings])


@contextmanager
def _twin(page: Page) -> Iterator[Page]:
    """The page once more: same address, content, size, colours and cookies, but scripts may be put into it from outside."""
    browser, content, address = page.context.browser, page.content(), page.url
    assert browser is not None
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    context = browser.new_context(bypass_csp=True, color_scheme="dark" if dark else "light", viewport=page.viewport_size)
    context.add_cookies(page.context.cookies())
    twin = context.new_page()
    twin.route("**/*", lambda route: route.abort() if route.request.resource_type == "script" else route.fallback())
    twin.route(lambda url: url == address, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    twin.goto(address)
    yield twin
    context.close()


def _findings(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations', 'passes']})", WCAG)
    assert result["passes"], f"axe-core found nothing to look at in {page.url}"
    return [_line(violation, node) for violation in result["violations"] for node in violation["nodes"]]


def _line(violation: Any, node: Any) -> str:
    where = " ".join(map(str, node["target"]))
    why = re.sub(r"\s+", " ", node["failureSummary"].partition("\n")[2].strip())
    return f"- {violation['id']} ({violation['impact']}): {violation['help']}\n    at {where}: {why}"


# ---- pictures


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, if APPLINKS_SCREENSHOTS names a folder."""
    if folder := os.environ.get("APPLINKS_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
