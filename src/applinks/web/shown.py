"""What others wrote, made fit to be shown: text, addresses, times (security.md T-46 to T-48).

Rules of this file:

- Text keeps its letters and loses its tricks: a character that is not seen but changes what is seen becomes `�`.
- An address is a link only if a browser reads it exactly as we do; otherwise it is text.
- A host is always shown as it is looked up (punycode), and readably as well where all of it is of one script.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

import idna
from markupsafe import Markup, escape

DAY = 24 * 3600
YEAR = 365 * DAY

_is_plain = re.compile(r"[ -~]*").fullmatch
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_joins_letters = re.compile(r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_MARKS_IN_A_ROW = 3
_is_host = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|\[[0-9a-f:.]+\])").fullmatch
_DEFAULT_PORTS = {("http", 80), ("https", 443)}


def harmless(text: str) -> str:
    """Text without controls, bidirectional ones included, and without towers of accents (T-48).

    The two joiners stay between letters that may need them (Persian, Hindi, emoji).
    """
    if _is_plain(text):
        return text
    joined = {match.start() for match in _joins_letters.finditer(text)}
    kept: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append("�" if category in _INVISIBLE and place not in joined else character)
    return "".join(kept)


def brief(text: str, longest: int = 100) -> str:
    """Text that leaves room for the rest of the page, however long somebody made it."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def in_lines(text: str, longest: int = 20_000) -> Markup:
    """Text of several lines, such as a field or a log shows it; each line is harmless, and the ends of lines stay."""
    lines = brief(text, longest).replace("\r\n", "\n").split("\n")
    return Markup("\n").join(harmless(line.replace("\t", "    ")) for line in lines)


_set_apart = re.compile(r"`([^`]+)`|\*([A-Z][\w -]*)\*").sub


def worded(text: str, longest: int = 500) -> Markup:
    """A sentence of ours, in which `commands` and *labels* are set apart.

    What it quotes can be set apart, too, and nothing else: all is escaped first.
    """
    escaped = str(escape(harmless(brief(text, longest))))
    return Markup(_set_apart(_as_element, escaped))  # noqa: S704 - escaped above; only our own elements are added


def _as_element(found: re.Match[str]) -> str:
    command, label = found.groups()
    return f"<code>{command}</code>" if command else f"<strong>{label}</strong>"


def initial(name: str) -> str:
    """The letter that stands for a name in a badge."""
    return harmless(name).strip()[:1].upper() or "?"


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


def day(moment: int) -> str:
    """`25 November 2026`, in UTC."""
    found = datetime.fromtimestamp(moment, UTC)
    return f"{found.day} {found:%B %Y}"


def moment(seconds: int) -> str:
    """`2026-11-25 02:28:26`, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def iso(moment: int) -> str:
    """`2026-11-25T02:28:26Z`."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(seconds: int) -> str:
    """A length of time, roughly and in words: `5 years`, `30 days`, `8 hours`."""
    for unit, name in ((YEAR, "year"), (DAY, "day"), (3600, "hour")):
        if seconds >= unit:
            count = round(seconds / unit)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than an hour"


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
