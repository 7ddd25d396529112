"""Where an application may lie: the addresses that a link may lead to, and the way to them (S-09)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from applinks.errors import PairingRefused
from applinks.links.identity import Identity, WhoWeAre
from applinks.questions import Flow, Question


@dataclass(frozen=True, slots=True)
class PlainHttpAllowed(Question):
    """Whether this application's settings allow links over plain http beyond this machine: True or False."""


@dataclass(frozen=True, slots=True)
class FormerUrl(Question):
    """The address at which this application was reached before it moved, while calls to it are still admitted; or None."""


def check_address(base: str, what: str) -> Flow[None]:
    """Http or https, a plain address, and plain http only within this machine unless the settings say otherwise (S-09)."""
    parts = _split(base)
    if parts is None:
        raise PairingRefused(
            f"{what} {base[:200]!r} is not a plain http(s) address.", remedy="Give it like https://wiki.example.com/base."
        )
    us: Identity = yield WhoWeAre()
    here = _is_on_this_machine(base)
    if here and not _is_on_this_machine(us.url):
        raise PairingRefused(
            f"{what} {base} is on this machine only, and {us.url} is not.",
            remedy="Give the address under which everybody reaches it: people will be sent there, too.",
        )
    if parts.scheme == "http" and not here and not (yield PlainHttpAllowed()):
        raise PairingRefused(
            f"{what} {base} is plain http: keys and calls could be changed on the way.",
            remedy="Use https, or accept the risk for all links with AppLinks(…, plain_http=True).",
        )


def _split(base: str) -> Any:
    try:
        parts = urlsplit(base) if _is_plain(base) else None
        return parts if parts is not None and parts.port != 0 else None
    except ValueError:
        return None


_HOST = r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_ESCAPE = r"%(?!00|2[5EFef]|5[Cc])[0-9A-Fa-f]{2}"  # none that hides a dot, a slash or another escape (T-32)
_SEGMENT = rf"/(?!\.{{1,2}}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,=:@-]|{_ESCAPE})+"
_is_plain = re.compile(rf"https?://{_HOST}(?:{_SEGMENT})*").fullmatch


def is_safe_way(address: str) -> bool:
    """Whether nobody on the way to an address can read or change what is sent: TLS, or this machine itself (T-27)."""
    return address.startswith("https://") or _is_on_this_machine(address)


def _is_on_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
