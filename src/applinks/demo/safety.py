"""What keeps a signed-in person's browser safe, whichever framework serves the pages.

A session is any mutable mapping that the browser keeps for us, signed. It holds only what is set here:
`name` of who is signed in, `since` and `seen` in seconds, `token` against forged forms, and `said`, one message's fields.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

Session = MutableMapping[str, Any]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer of the applications that does not say otherwise itself."""

IDLE = 30 * 60
LONGEST = 12 * 3600
"""Seconds: a session ends half an hour after it was last used, and after half a day in any case."""


def safe_headers(url: str) -> dict[str, str]:
    """The headers for an application at this public address."""
    https = {"Strict-Transport-Security": "max-age=31536000"} if url.startswith("https:") else {}
    return HEADERS | https


def cookie_name(application: str, url: str) -> str:
    """A name of its own for each application: one host's ports share their cookies."""
    name = f"{application.lower()}-session"
    return f"__Host-{name}" if url.startswith("https:") else name


def begin_session(session: Session, name: str) -> None:
    """Sign somebody in, in a session that holds nothing from before."""
    session.clear()
    session.update(name=name, since=int(time.time()), seen=int(time.time()))


def signed_in(session: Session) -> str | None:
    """Who is signed in, if the session still holds; it then lives on for another while."""
    now = int(time.time())
    if "name" not in session or now - session["since"] > LONGEST or now - session["seen"] > IDLE:
        return None
    session["seen"] = now
    return str(session["name"])


def form_token(session: Session) -> str:
    """The secret that every form of this session carries."""
    return str(session.setdefault("token", secrets.token_urlsafe(32)))


def genuine(session: Session, given: str, *, url: str, site: str | None, origin: str | None) -> bool:
    """Whether a form was sent from one of our own pages, by the person whose session it is (security.md T-40).

    `given` is the token in the form; `site` and `origin` are the headers `Sec-Fetch-Site` and `Origin`, `url` is our address.
    `Referrer-Policy: no-referrer` makes browsers send `Origin: null` from our own forms, so that value says nothing.
    """
    ours = site in {None, "same-origin", "none"} and origin in {None, "null", own_origin(url)}
    return ours and hmac.compare_digest(form_token(session).encode(), given.encode(errors="replace"))


def own_origin(url: str) -> str:
    """The origin of a public address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def target(path: str, query: str) -> str:
    """A path with its query, if it has one."""
    return f"{path}?{query}" if query else path


def local_path(address: str) -> str:
    """The address, if it is a path on this host and nothing that a browser could read otherwise; else `/` (T-42)."""
    return address if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", address) else "/"


def is_web_address(address: object) -> bool:
    """Whether an address that others gave us may be shown as a link (security.md T-47)."""
    if not isinstance(address, str) or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
