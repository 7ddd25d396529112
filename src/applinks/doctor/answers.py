"""What a failure of the way, or the shape of an answer, means: which cause fits, and why. Pure."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from applinks.audit import as_word
from applinks.errors import MalformedAnswer, TransportFailed
from applinks.wire import manifest
from applinks.wire.manifest import Manifest
from applinks.wire.messages import Response, media_type

REASONS = {
    "unknown-host": "UNKNOWN_HOST",
    "address": "UNKNOWN_HOST",
    "refused": "CONNECTION_REFUSED",
    "connect-timeout": "CONNECT_TIMEOUT",
    "read-timeout": "READ_TIMEOUT",
    "tls-untrusted": "TLS_UNTRUSTED",
    "tls-host": "TLS_HOST_MISMATCH",
    "tls-expired": "TLS_EXPIRED",
    "tls-protocol": "TLS_PROTOCOL",
    "proxy": "PROXY_REFUSED",
    "broken": "BROKEN_OFF",
    "too-large": "UNEXPECTED_BODY",
}
"""Reason of a `TransportFailed` → cause."""
_GATEWAY = frozenset({502, 504})
_SHOWN = 200
_login = re.compile(r"log-?_?in\b|sign-?_?in\b|\bsso\b|saml|\bidp\b|oauth2|openid|/authorize", re.IGNORECASE).search


@dataclass(frozen=True, slots=True)
class Sign:
    """A cause that fits, why, and what its remedy speaks of. `certain` is None where probes decide."""

    cause: str
    evidence: str
    found: str = ""
    certain: bool | None = None


def of_failure(failure: TransportFailed) -> Sign:
    """What a failure on the way means."""
    return Sign(REASONS.get(failure.reason, "BROKEN_OFF"), failure.message, failure.message, certain=True)


def of_way(response: Response, asked: str) -> Sign | None:
    """What an answer means that does not come from the application itself; None for one that may. `asked` is the address."""
    status = response.status
    if status == 407 or status in _GATEWAY:
        proxy = response.header("via") or response.header("server") or ""
        return Sign("PROXY_REFUSED", f"status {status} {proxy}".strip(), certain=status == 407 or bool(response.header("via")))
    if 300 <= status < 400 and (location := response.header("location")) is not None:
        return _of_redirect(location, asked)
    if status == 429 or (status == 503 and response.header("retry-after")):
        seconds = response.header("retry-after") or "some"
        return Sign("RATE_LIMITED", f"status {status}", f"{seconds} seconds", certain=True)
    return None


def wall_in(heard: Sequence[Response], asked: str) -> Sign | None:
    """The sign-in page for people to which a call was led, by a redirect or at once; None if it met none."""
    for response in heard:
        sign = of_way(response, asked)
        if sign is not None and sign.cause == "LOGIN_WALL":
            return sign
        if response.status == 200 and media_type(response.header("content-type")) == "text/html":
            return Sign("LOGIN_WALL", "a page for people, where who-am-I was asked for")
    return None


def _of_redirect(location: str, asked: str) -> Sign:
    try:
        target = urljoin(asked, location)
    except ValueError:
        target = location
    shown = target.partition("?")[0][:_SHOWN]
    if _login(target):
        return Sign("LOGIN_WALL", f"it redirects to {shown}")
    below = re.sub(r"/(?:rest|plugins|admin)/.*", "", shown)
    return Sign("REDIRECTED_ELSEWHERE", f"it redirects to {shown}", as_word(below))


def of_manifest(response: Response, asked: str) -> Manifest | Sign:
    """The manifest, or what stands in its place."""
    if (sign := of_way(response, asked)) is not None:
        return sign
    kind = media_type(response.header("content-type"))
    if response.status in {401, 403} and kind == "text/html":
        return Sign("LOGIN_WALL", f"status {response.status} and a page, where the manifest was asked for")
    if response.status in {404, 410}:
        return Sign("NOT_AN_APPLINKS_PEER", f"status {response.status} where the manifest was asked for")
    if response.status != 200:
        return unexpected(response, "the manifest")
    try:
        return manifest.read(response.body, kind)
    except MalformedAnswer as wrong:
        stranger = wrong.instead == "other" or (wrong.instead is None and "xml" not in kind and "json" not in kind)
        name = "LOGIN_WALL" if wrong.instead == "page" else "NOT_AN_APPLINKS_PEER" if stranger else "UNEXPECTED_BODY"
        return Sign(name, wrong.message, wrong.message)


def unexpected(response: Response, what: str) -> Sign:
    """A status that nothing else explains, with what may be told of the answer."""
    kind = media_type(response.header("content-type")) or "no type"
    words = f"status {response.status} ({kind}) where {what} was asked for"
    return Sign("UNEXPECTED_STATUS", words, words, certain=True)


def ahead(response: Response, now: float) -> float | None:
    """By how many seconds our clock is ahead of the one in its Date header; None if there is none."""
    try:
        return now - timegm(parsedate_to_datetime(response.header("date") or "").utctimetuple())
    except (ValueError, OverflowError, TypeError):
        return None
