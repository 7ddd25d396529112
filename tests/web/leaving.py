"""Return addresses that lead away from a site, or that some browser or parser once took for one that stays (T-42, C-75)."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

AWAY = [
    "//evil.example", "///evil.example", "////evil.example", "//evil.example/%2f..", "//evil.example/%2e%2e",
    "//evil.example:443/", "//user@evil.example", "//evil.example@wiki.example.com", "//wiki.example.com@evil.example",
    "//[::1]/", "//①②⑦.0.0.1/", "//evil。example", "//EVIL.example", "//evil.example\\@wiki.example.com", "//2130706433/",
    "/\\evil.example", "/\\/evil.example", "\\/evil.example", "\\\\evil.example", "\\evil.example", "/\\\\evil.example",
    "//\\evil.example", "/\\\t/evil.example", "/a\\..\\..\\evil.example", "/a\\b",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "/\r\n/evil.example", "\t//evil.example", "\n//evil.example",
    "/\t\\evil.example", "/\x08/evil.example", "/\x0b/evil.example", "/\x0c/evil.example", "/\x1f/evil.example",
    "/\x7f/evil.example", "/\x85/evil.example", "/\u2028/evil.example", "/\u200b/evil.example", "/\ufeff/evil.example",
    " //evil.example", "\u00a0//evil.example", "\u3000//evil.example", "/\u2215/evil.example", "／／evil.example", "/／evil.example",
    "https://evil.example", "http://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "https:\\\\evil.example", "https:\\evil.example", "https://evil.example\\wiki.example.com",
    "https://wiki.example.com@evil.example", "https://wiki.example.com.evil.example", "https://wiki.example.com",
    "https://wiki.example.com/base/", "https://wiki.example.com:8443/base/", "wiki.example.com", "ht\ttps://evil.example",
    "h\nttps://evil.example", " https://evil.example", "\x01https://evil.example", "http:evil.example", "ftp://evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)",
    "javascript://wiki.example.com/%0aalert(1)", "/javascript:alert(1)\r\nLocation: https://evil.example",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd", "blob:https://wiki.example.com/1",
    "about:blank", "view-source:https://evil.example", "", "back", "../../evil.example", "?next=//evil.example",
    "#//evil.example", ".//evil.example", "/base\r\nSet-Cookie: stolen=1", "/base\r\n\r\n<script>alert(1)</script>", "/é",
    "/%0d%0aSet-Cookie:x\n", "@evil.example", ":80@evil.example", ";//evil.example", "*",
]  # fmt: skip
"""None of these may be followed."""

STAYING = [
    "/", "/base/", "/base/page?x=1&y=%2F%2Fevil.example", "/a//b", "/.//evil.example", "/..//evil.example", "/%2f/evil.example",
    "/%5cevil.example", "/%09/evil.example", "/;//evil.example", "/@evil.example", "/:80/", "/x?to=https://evil.example",
    "/x#//evil.example", "/javascript:alert(1)", "/base/page#part",
]  # fmt: skip
"""These look worse than they are: a browser stays on the host."""


def destination(address: str, page: str) -> str:
    """Where a browser goes that is sent to an address by a page: as the URL standard of browsers reads it, roughly."""
    read = re.sub("[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    special = re.match(r"(?i)(https?):(?=[/\\]{0,1}[^/\\]|[/\\]*)", read)
    path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", read, re.DOTALL).groups()  # type: ignore[union-attr]
    read = f"{path.replace(chr(92), '/')}{mark}{rest}"
    if special:
        read = re.sub(r"(?i)^(https?):/*", r"\1://", read)
    return urljoin(page, re.sub("^//+", "//", read))


def stays(address: str, page: str) -> bool:
    """Whether a browser that is sent there by a page is still where it was."""
    return urlsplit(destination(address, page))[:2] == urlsplit(page)[:2]
