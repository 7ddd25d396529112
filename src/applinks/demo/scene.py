"""The stage of the story: the applications, people's browsers at them, and what `applinks` writes down meanwhile."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from applinks.demo.servers import Running
from applinks.demo.telling import Teller
from applinks.demo.window import PATIENCE, TRUST

T = TypeVar("T")


class Watch(logging.Handler):
    """Collects what `applinks` writes down in this process."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.entries: list[Any] = []
        self._log = logging.getLogger("applinks")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the entry that the record carries."""
        entry = getattr(record, "applinks_entry", None)
        if entry is not None:
            self.entries.append(entry)

    def calls(self) -> list[Any]:
        """The calls since the last time, oldest first."""
        return self.written("call")

    def written(self, kind: str) -> list[Any]:
        """What was written down of one kind since the last time, oldest first."""
        found = [entry for entry in self.entries if entry.kind == kind]
        self.entries.clear()
        return found

    def __enter__(self) -> Watch:
        self._log.addHandler(self)
        self._before = (self._log.level, self._log.propagate)
        self._log.setLevel(logging.INFO)
        self._log.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)
        level, self._log.propagate = self._before
        self._log.setLevel(level)


class Browser:
    """One person's browser at one application."""

    def __init__(self, url: str, name: str) -> None:
        self._http = httpx2.Client(base_url=url, follow_redirects=True, verify=TRUST, timeout=PATIENCE)
        self.press("/login", "/login", name=name, password=name, next="/")

    def read(self, page: str) -> str:
        """The text of a page."""
        return self._http.get(page).text

    def visit(self, address: str) -> httpx2.Response:
        """What comes of an address."""
        return self._http.get(address)

    def press(self, page: str, form: str, **fields: str) -> httpx2.Response:
        """Open a page and send a form of it."""
        token = re.search(r'name="token" value="([^"]+)"', self._http.get(page).text)
        return self._http.post(form, data={"token": token[1] if token else "", **fields})

    def close(self) -> None:
        """Close its connections."""
        self._http.close()


@dataclass
class Scene:
    """What an act works with."""

    three: Running
    teller: Teller
    watch: Watch
    real: bool = False
    browsers: dict[tuple[str, str], Browser] = field(default_factory=dict)

    def browser(self, application: str, name: str) -> Browser:
        """Somebody's browser, signed in."""
        if (application, name) not in self.browsers:
            self.browsers[application, name] = Browser(self.three.addresses()[application], name)
        return self.browsers[application, name]

    def tell(self, name: str, done: Callable[[], T], *, wanted: str, status: int | None = 200) -> T:
        """Do something in a browser and tell the call that it led to: the one whose request ends with `wanted`."""
        self.watch.calls()
        page = done()
        calls = [call for call in self.watch.calls() if call.request.endswith(wanted)]
        self.teller.call(name, calls[-1] if calls else None, good=len(calls) == 1 and calls[0].status == status)
        return page

    def close(self) -> None:
        """Close all browsers."""
        for browser in self.browsers.values():
            browser.close()
