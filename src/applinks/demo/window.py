"""A browser window for the story: a real Chromium without a screen where there is one, else the same clicks over plain HTTP."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

import httpx2

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TRUST = httpx2.create_ssl_context()
PROGRAMS = ("chromium", "chromium-headless-shell", "google-chrome", ".tools/browser/chromium")
"""Where to look for a browser, if APPLINKS_TEST_BROWSER does not name one."""
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 30.0
"""Seconds for a page to come."""


class NotShown(Exception):
    """The page has no such link or button, or none that leads anywhere."""


class Window(Protocol):
    """Links and buttons are named by the beginning of what they say; `NotShown` if there are none of that name.

    `kind` says what sort of window it is.
    """

    kind: str

    @property
    def address(self) -> str:
        """Of the page that is shown."""

    @property
    def status(self) -> int:
        """With which it came."""

    @property
    def text(self) -> str:
        """Its HTML."""

    def open(self, address: str) -> None:
        """Go to an address."""

    def link(self, name: str) -> str | None:
        """Where a link leads; None if there is none of that name."""

    def follow(self, name: str) -> None:
        """Click on a link."""

    def press(self, button: str, /, **fields: str) -> None:
        """Fill in these fields, then press a button."""


@contextmanager
def opened(*, real: bool) -> Iterator[Window]:
    """A window; if it shall be `real`, then where this machine can."""
    with ExitStack() as stack:
        found = _chromium(stack) if real else None
        kind = "plain HTTP, since no Chromium can be driven here" if real else "plain HTTP"
        yield found or stack.enter_context(closing(Plain(kind)))


def executable() -> str | None:
    """The Chromium of this machine."""
    wanted = os.environ.get("APPLINKS_TEST_BROWSER")
    return next((found for name in ([wanted] if wanted else PROGRAMS) if (found := shutil.which(name))), None)


def _chromium(stack: ExitStack) -> Window | None:
    """None where Playwright, the browser, or what it needs to run is missing."""
    program = executable()
    if program is None:
        return None
    try:
        from playwright.sync_api import Error, sync_playwright  # for developers; the demo does without
    except ImportError:
        return None
    sandbox = os.geteuid() != 0  # as root it refuses to start with one
    try:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, chromium_sandbox=sandbox)
    except Error:
        return None
    stack.callback(browser.close)
    page = browser.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    return Chromium(page, f"a real browser, Chromium {browser.version}", Error)


class Chromium:
    """A page of a real browser."""

    def __init__(self, page: Page, kind: str, error: type[Exception]) -> None:
        self._page = page
        self._error = error
        self._status = 0
        self.kind = kind

    @property
    def address(self) -> str:
        """Of the page that is shown."""
        return self._page.url

    @property
    def status(self) -> int:
        """With which it came."""
        return self._status

    @property
    def text(self) -> str:
        """Its HTML."""
        return self._page.content()

    def open(self, address: str) -> None:
        """Go to an address."""
        response = self._page.goto(address, wait_until="domcontentloaded")
        self._status = response.status if response else 0

    def link(self, name: str) -> str | None:
        """Where a link leads."""
        found = self._page.get_by_role("link", name=name).all()
        return urljoin(self.address, found[0].get_attribute("href") or "") if found else None

    def follow(self, name: str) -> None:
        """Click on a link."""
        self._click(self._page.get_by_role("link", name=name), name)

    def press(self, button: str, /, **fields: str) -> None:
        """Fill in these fields, then press a button."""
        for field_, value in fields.items():
            self._page.locator(f'[name="{field_}"]').fill(value)
        self._click(self._page.get_by_role("button", name=button), button)

    def _click(self, found: Locator, name: str) -> None:
        try:
            with self._page.expect_navigation(wait_until="domcontentloaded") as navigation:
                found.first.click()
        except self._error as error:
            raise NotShown(f"{name!r} at {self.address.partition('?')[0]}") from error
        self._status = navigation.value.status


class Plain:
    """The same over plain HTTP: what a browser without scripts does with links and forms."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._http = httpx2.Client(follow_redirects=True, verify=TRUST, timeout=PATIENCE)
        self._page = httpx2.Response(204)

    @property
    def address(self) -> str:
        """Of the page that is shown."""
        return str(self._page.url)

    @property
    def status(self) -> int:
        """With which it came."""
        return self._page.status_code

    @property
    def text(self) -> str:
        """Its HTML."""
        return self._page.text

    def open(self, address: str) -> None:
        """Go to an address."""
        self._page = self._http.get(address)

    def link(self, name: str) -> str | None:
        """Where a link leads."""
        found = next((href for text, href in Reading.of(self.text).links if text.startswith(name)), None)
        return urljoin(self.address, found) if found else None

    def follow(self, name: str) -> None:
        """Click on a link."""
        found = self.link(name)
        if found is None:
            raise self._not_shown(name)
        self.open(found)

    def press(self, button: str, /, **fields: str) -> None:
        """Fill in these fields, then press a button."""
        buttons = ((form, *each) for form in Reading.of(self.text).forms for each in form.buttons)
        found = next(((form, value) for form, text, value in buttons if text.startswith(button)), None)
        if found is None:
            raise self._not_shown(button)
        form, value = found
        self._page = self._http.post(urljoin(self.address, form.action), data={**form.hidden, **value, **fields})

    def _not_shown(self, name: str) -> NotShown:
        return NotShown(f"{name!r} at {self.address.partition('?')[0]}")

    def close(self) -> None:
        """Close its connections."""
        self._http.close()


@dataclass
class Form:
    """Where it is sent, what it holds without asking, and its buttons: what each says and what it adds."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class Reading(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._said = ""
        self._begun: dict[str, str] = {}

    @classmethod
    def of(cls, page: str) -> Reading:
        """Read a page."""
        reading = cls()
        reading.feed(page)
        return reading

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link, form, field or button begins."""
        given = {name: value or "" for name, value in attrs}
        if tag in {"a", "button"}:
            self._said, self._begun = "", given
        elif tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].hidden[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """What a link or a button says."""
        self._said += data

    def handle_endtag(self, tag: str) -> None:
        """A link or a button ends."""
        said = self._begun.get("aria-label") or self._said.strip()
        if tag == "a":
            self.links.append((said, self._begun.get("href", "")))
        elif tag == "button":
            value = {self._begun["name"]: self._begun.get("value", "")} if "name" in self._begun else {}
            self.forms[-1].buttons.append((said, value))


__all__ = ["NotShown", "Window", "opened"]
