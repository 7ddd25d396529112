"""A person's browser, as far as the dance needs one: it keeps cookies, follows redirects on this machine and presses buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests

from web.dom import Dom

REDIRECTS = {301, 302, 303, 307, 308}
_code = re.compile('<p class="code"><code>([^<]+)</code></p>').search


@dataclass(frozen=True)
class Page:
    """Where the browser is in the end. An address elsewhere than on this machine is not opened: its status is 0."""

    url: str
    status: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return Dom(self.text).text

    @property
    def code(self) -> str:
        """The verifier, where it is shown to be carried over."""
        found = _code(self.text)
        assert found is not None, self.words
        return found[1]


class Browser:
    """One for each person; close it when they are done."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "Mozilla/5.0 (tests)"

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def go(self, url: str) -> Page:
        """Open an address, wherever it leads."""
        return self._arrive("GET", url, {}, {"Sec-Fetch-Site": "none"})

    def press(self, page: Page, value: str, **fields: str) -> Page:
        """Send the form of a page by the button of that value."""
        dom = Dom(page.text)
        (name,) = [name for name, found in dom.buttons() if found == value]
        (form,) = dom.all("form")
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
        address = urljoin(page.url, form.get("action") or page.url)
        return self._arrive("POST", address, {**dom.fields(), str(name): value, **fields}, headers)

    def send(self, page: Page, **fields: str) -> Page:
        """Fill in and send the form of a page that has one nameless button."""
        (form,) = Dom(page.text).all("form")
        address = urljoin(page.url, form.get("action") or page.url)
        return self._arrive("POST", address, fields, {"Sec-Fetch-Site": "same-origin"})

    def _arrive(self, method: str, url: str, fields: dict[str, str], headers: dict[str, str]) -> Page:
        for _ in range(10):
            if urlsplit(url).hostname != "127.0.0.1":
                return Page(url)
            answer = self.session.request(method, url, data=fields, headers=headers, allow_redirects=False, timeout=20)
            if (refresh := answer.headers.get("Refresh", "")).startswith("0; url="):
                method, url, fields = "GET", urljoin(url, refresh.removeprefix("0; url=")), {}
                continue
            if answer.status_code not in REDIRECTS:
                return Page(url, answer.status_code, answer.text, dict(answer.headers))
            method, url, fields = "GET", urljoin(url, answer.headers["Location"]), {}
        raise AssertionError(f"redirected for ever, last to {url}")
