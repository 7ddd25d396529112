"""What others wrote, made fit to be shown: text, addresses, times (security.md T-46 to T-48).

Rules of this file:

- Text keeps its letters and loses its tricks: a character that is not seen but changes what is seen becomes `�`.
- What an address must be to be shown as a link is said by `applinks.wire.web_address`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from markupsafe import Markup, escape

DAY = 24 * 3600
YEAR = 365 * DAY

_is_plain = re.compile(r"[ -~]*").fullmatch
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_joins_letters = re.compile(r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_MARKS_IN_A_ROW = 3


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
