"""Browsers that look at the application that stands alone, without a socket in between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from applinks import AppLinks, AsyncAppLinks
from applinks.serve.signing_in import SIGN_IN
from web.dom import Dom

PASSWORD = "correct horse battery"
SENT = {"sec-fetch-site": "same-origin", "origin": "null"}


@dataclass
class Browser:
    """Keeps cookies, and follows nothing by itself."""

    app: Any
    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    page: httpx2.Response | None = None

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        """`path` is whole, with the query; what came is `page` from now on."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**({"cookie": cookie} if cookie else {}), **(headers or {})}

        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.app)
            async with httpx2.AsyncClient(transport=transport, base_url=self.url) as client:
                return await client.request(method, path, headers=sent, follow_redirects=False, **more)

        self.page = asyncio.run(asked())
        for line in self.page.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
            if "max-age=0" in line.lower():
                del self.cookies[name]
        return self.page

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.ask("GET", path, **more)

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """The form of the page that is looked at, filled in."""
        assert self.page is not None
        hidden = Dom(self.page.text).fields()
        body = urlencode({**hidden, **fields})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, headers={**SENT, **kind}, content=body)

    def sign_in(self, name: str, password: str = PASSWORD, path: str = SIGN_IN) -> httpx2.Response:
        self.get(path)
        return self.send(path.partition("?")[0], name=name, password=password)


def heading(answer: httpx2.Response) -> str:
    return Dom(answer.text).text.partition(" · ")[0]


def said(answer: httpx2.Response) -> str:
    return Dom(answer.text).text


@dataclass
class Standing:
    """The application: as ASGI, as its own code sees it, and as another process does."""

    app: Any
    applinks: AsyncAppLinks
    records: AppLinks

    def browser(self) -> Browser:
        return Browser(self.app, "/".join(self.records.identity.url.split("/")[:3]))
