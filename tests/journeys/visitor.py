"""Somebody at a browser who goes from one application to the other, without the browser."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from journeys.records import SIGN_IN
from web.dom import Dom

CONSENT = "plugins/servlet/oauth/authorize"
GRANTS = "plugins/servlet/oauth/users/access-tokens"
PATIENCE = 60
"""Seconds: how fast a shared machine is says nothing about the code."""
SENT_BY_A_PAGE = {"sec-fetch-site": "same-origin", "origin": "null"}
"""What a browser says of a form of ours: the origin is hidden, because our pages ask for no referrer."""


class Visitor(AbstractContextManager["Visitor"]):
    """Keeps cookies, follows every redirect and refresh, and signs in wherever that is asked for.

    `names` says as whom: the address of an application → the name that this person has there.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._client = httpx2.Client(timeout=PATIENCE)
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, address: str) -> httpx2.Response:
        """The page at which they arrive in the end."""
        return self._arrived(self._client.get(address, headers={"sec-fetch-site": "none"}))

    def press(self, page: httpx2.Response, button: str, value: str, **forged: str) -> httpx2.Response:
        """Send the form of a page by that button; `forged` fields take the place of those of the form."""
        dom = Dom(page.text)
        assert (button, value) in dom.buttons(), page.text
        action = urljoin(str(page.url), dom.all("form")[0]["action"])
        fields = {**dom.fields(), button: value, **forged}
        return self._arrived(self._client.post(action, data=fields, headers=SENT_BY_A_PAGE))

    def _arrived(self, answer: httpx2.Response) -> httpx2.Response:
        while (onwards := leads_to(answer)) is not None:
            self.seen.append(str(answer.url))
            target = urljoin(str(answer.url), onwards)
            answer = self._signed_in(target) if urlsplit(target).path == SIGN_IN else self._client.get(target)
        self.seen.append(str(answer.url))
        return answer

    def _signed_in(self, address: str) -> httpx2.Response:
        application, _, query = address.partition(f"{SIGN_IN}?")
        (back,) = parse_qs(query)["next"]
        return self._client.post(f"{application}{SIGN_IN}", data={"name": self._names[application], "next": back})

    # ---- what people do on our pages

    def consent(self, address: str) -> httpx2.Response:
        """Follow the address of `CredentialsRequired`, and allow it; where they are in the end."""
        return self.press(self.open(address), "decision", "allow")

    def deny(self, address: str) -> httpx2.Response:
        """Follow it, and do not."""
        return self.press(self.open(address), "decision", "deny")

    def take_back(self, application: str) -> httpx2.Response:
        """Revoke the first of what they have allowed there."""
        page = self.open(f"{application}/{GRANTS}")
        (grant, *_) = [value for name, value in Dom(page.text).buttons() if name == "revoke"]
        return self.press(page, "revoke", grant or "")


def leads_to(answer: httpx2.Response) -> str | None:
    """Where a browser goes on to by itself: after a redirect, or from a page that refreshes into another."""
    return answer.headers.get("location") or answer.headers.get("refresh", "").partition("url=")[2] or None


def text_of(page: Any) -> str:
    """What a person reads."""
    return Dom(page.text).text
