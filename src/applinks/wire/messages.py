"""The two values every road carries: a request as it is sent, a response as it came back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Pairs = tuple[tuple[str, str], ...]
"""Ordered name and value pairs; names may repeat."""

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, exactly as it travels.

    `url` is absolute and holds the raw path and query that were (or will be) sent, never a re-encoded or decoded form;
    header names are lower case; `body` holds the bytes only where somebody needs them (forms), else it is empty. `client` is
    the address at the other end of the connection, of a request that came in.
    """

    method: str
    url: str
    headers: Pairs = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    client: str | None = None

    def line(self) -> str:
        """Method and address without the query: what may be written down about it."""
        return f"{self.method} {self.url.partition('?')[0]}"

    def header(self, name: str) -> str | None:
        """The first value of a header, given in lower case, or None."""
        return first(self.headers, name)

    def with_header(self, name: str, value: str) -> Request:
        """The same request with one header replaced (or added)."""
        kept = [pair for pair in self.headers if pair[0] != name]
        return Request(self.method, self.url, (*kept, (name, value)), self.body, self.client)

    def is_form(self) -> bool:
        """Whether the body is a form in the one sense that OAuth signs (RFC 5849, 3.4.1.3.1)."""
        return media_type(self.header("content-type")) == FORM


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; header names are lower case."""

    status: int
    headers: Pairs = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """The first value of a header, given in lower case, or None."""
        return first(self.headers, name)


def members(body: bytes) -> dict[str, Any]:
    """The members of the JSON object that a body is; none for whatever else it is."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def first(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first value that goes by this name, or None."""
    for key, value in pairs:
        if key == name:
            return value
    return None


def media_type(content_type: str | None) -> str:
    """`text/html; charset=utf-8` without its parameters, in lower case."""
    return (content_type or "").partition(";")[0].strip().lower()
