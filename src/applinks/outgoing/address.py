"""Joins a path to a link's application URL, and refuses to leave it (R-21, security.md T-70)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from applinks.errors import AddressOutsideLink
from applinks.links import Link

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\#]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def join(link: Link, path: str) -> str:
    """The absolute address of a path below the link's application URL.

    A slash at the start makes no difference. An absolute address is taken if it lies below the application URL already.
    """
    written, base = link.application_url.rstrip("/"), base_of(link)
    if _SCHEME.match(path):
        address = f"{base}{path.removeprefix(written)}" if path.startswith(written) else path
    else:
        address = f"{base}/{path.removeprefix('/')}"
    check(link, address)
    return address


def base_of(link: Link) -> str:
    """The link's application URL as HTTP clients write it: host in lower case, no default port, no slash at the end."""
    return _as_clients_write_it(link.application_url)


@lru_cache
def _as_clients_write_it(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def followed(link: Link, address: str, base: str) -> str:
    """An address below the `base` that the link had when the caller looked it up, below the one that it has now."""
    now = base_of(link)
    if now == base or not address.startswith((f"{base}/", f"{base}?")):
        return address
    return f"{now}{address[len(base) :]}"


def check(link: Link, address: str) -> None:
    """Raise `AddressOutsideLink` unless the address is a plain one below the link's application URL."""
    base = base_of(link)
    objection = _objection(base, address)
    if objection:
        raise AddressOutsideLink(
            f"{address[:200]!r} {objection}.",
            remedy=f"Give a path below {base}/, such as 'rest/api/2/myself'.",
            link=link.name,
            direction="outgoing",
        )


def _objection(base: str, address: str) -> str | None:
    if _FORBIDDEN.search(address):
        return "holds a blank, a control character, a backslash or a fragment"
    if address != base and not address.startswith((f"{base}/", f"{base}?")):
        return "is not below the link's application URL"
    below = address[len(base) :].partition("?")[0]
    segments = [part.partition(";")[0] for part in unquote(unquote(below)).replace("\\", "/").split("/")]
    if "." in segments or ".." in segments or "" in segments[1:-1]:
        return "has a dot segment or an empty one, which servers read differently"
    if urlsplit(address).username is not None:
        return "names a user"
    return None
