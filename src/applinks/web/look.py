"""Turns views into pages: templates that escape all they are given, and the headers that go with every page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from applinks.errors import ConfigurationError
from applinks.web import shown
from applinks.web.views import Consent, Notice, View
from applinks.web.words import NOTICES, OUTCOMES
from applinks.wire.messages import Pairs, Response
from applinks.wire.paths import is_local_path
from applinks.wire.web_address import host_of, is_web_address, origin_of, readable_host

_HERE = Path(__file__).parent
_SHEETS = ("pico.min.css", "pages.css")


def _static() -> dict[str, tuple[str, bytes]]:
    """All in one sheet: no page is ever seen with the first half only."""
    content = b"\n".join((_HERE / "static" / sheet).read_bytes() for sheet in _SHEETS)
    return {f"pages.{sha256(content).hexdigest()[:12]}.css": ("text/css; charset=utf-8", content)}


STATIC = _static()
"""What the pages load from below `Frame.static_path`: name to content type and bytes. The name changes with the content."""

STATIC_HEADERS: Pairs = (
    ("cache-control", "private, max-age=31536000, immutable"),  # the host may add a session cookie
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
)


def page(view: View, *, status: int = 200, form_targets: Iterable[str] = (), refresh_after: int | None = None) -> Response:
    """The whole answer: status, headers, page. Raises `ConfigurationError` for a path that does not lie on this host.

    With `refresh_after`, browsers ask for it again after so many seconds, without any script.
    """
    status = NOTICES[view.kind].status if isinstance(view, Notice) else status
    targets = (view.callback,) if isinstance(view, Consent) and view.callback else tuple(form_targets)
    headers = (("content-type", "text/html; charset=utf-8"), *security_headers(targets))
    if refresh_after is not None:
        headers = (*headers, ("refresh", str(refresh_after)))
    return Response(status, headers, render(view).encode())


def render(view: View) -> str:
    """The page that shows a view. Raises `ConfigurationError` for a path that does not lie on this host."""
    name = re.sub("(?<=[a-z])(?=[A-Z])", "-", type(view).__name__).lower()
    return _TEMPLATES.get_template(f"{name}.html").render(view=view, frame=view.frame)


def security_headers(form_targets: Iterable[str] = ()) -> Pairs:
    """The headers of every page (T-41, T-46, T-49); `form_targets` are addresses to which an answered form may redirect.

    Browsers apply `form-action` to the redirects that follow a form, too: without the callback's origin in it, "Allow" would
    lead nowhere. Raises `ConfigurationError` for a target that is no web address.
    """
    targets = " ".join(["'self'", *map(_origin, form_targets)])
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    return (("content-security-policy", policy), *_FIXED_HEADERS)


def _origin(address: str) -> str:
    origin = origin_of(address)
    if origin is None:
        raise ConfigurationError(f"{address!r} is no web address.", remedy="Give a callback that begins with https://.")
    return origin


_FIXED_HEADERS: Pairs = (
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


_FILTERS = (
    shown.brief,
    shown.day,
    host_of,
    shown.in_lines,
    shown.initial,
    shown.iso,
    shown.moment,
    origin_of,
    readable_host,
    shown.span,
    shown.worded,
)


def _finalized(value: object) -> object:
    """What each expression in a template becomes before it is escaped, so that no field can be forgotten."""
    return shown.harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _own_path(path: str) -> str:
    if not is_local_path(path):
        raise ConfigurationError(f"{path!r} is no path on this host.", remedy="Give a path that begins with one slash.")
    return path


def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {shows.__name__: shows for shows in _FILTERS} | {"own_path": _own_path}
    found.tests |= {"local_path": is_local_path, "web_address": is_web_address}
    found.globals |= {"sheets": tuple(STATIC), "NOTICES": NOTICES, "OUTCOMES": OUTCOMES}
    return found


_TEMPLATES = _templates()
