"""Web addresses that others wrote, read exactly as browsers read them, or not at all (security.md T-46 to T-48).

Rules of this file:

- An address may become a link only if a browser reads it exactly as we do; otherwise it is text.
- A host is always known as it is looked up (punycode), and readable as well where all of it is of one script.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

import idna

_is_host = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|\[[0-9a-f:.]+\])").fullmatch
_DEFAULT_PORTS = {("http", 80), ("https", 443)}


def is_web_address(address: object) -> bool:
    """Whether an address that others gave us may be shown as a link (T-46, T-47)."""
    return isinstance(address, str) and _parts(address) is not None


def host_of(address: str) -> str:
    """The host of an address as it is looked up, with the port if it names one; of anything else, the text as it is."""
    parts = _parts(address)
    return _host_and_port(parts) if parts else address


def origin_of(address: str) -> str | None:
    """Scheme, host and port of a web address, in ASCII; None for anything else."""
    parts = _parts(address)
    return f"{parts.scheme}://{_host_and_port(parts)}" if parts else None


def readable_host(address: str) -> str | None:
    """The host in its own script, where that differs from `host_of` and all of it is of one script (T-48)."""
    parts = _parts(address)
    host = _host(parts) if parts else ""
    readable = idna.decode(host) if "xn--" in host else host
    return readable if readable != host and len(_scripts(readable)) == 1 else None


def _parts(address: str) -> SplitResult | None:
    if not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        web = parts.scheme in {"http", "https"} and "@" not in parts.netloc and parts.port != 0
        return parts if web and _is_host(_host(parts)) else None
    except ValueError:
        return None


def _host_and_port(parts: SplitResult) -> str:
    named = parts.port and (parts.scheme, parts.port) not in _DEFAULT_PORTS
    return f"{_host(parts)}:{parts.port}" if named else _host(parts)


def _host(parts: SplitResult) -> str:
    """The host as browsers look it up. Raises `ValueError` for a name that has no such form."""
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() and "xn--" not in host else idna.encode(host, uts46=True).decode()


def _scripts(text: str) -> set[str]:
    """The scripts of the letters: a letter's name begins with it."""
    return {unicodedata.name(letter, "?").partition(" ")[0] for letter in text if letter.isalpha()}
