"""Paths that everybody reads alike: no rule about paths, and no redirect, can be trusted with others."""

from __future__ import annotations

import re

_tricks = re.compile(r"//|/\.{1,2}(?:/|$)|%(?:2f|5c|2e|3b|25|00)|[;\\?#]|[^\x21-\x7e]", re.IGNORECASE).search
_is_local = re.compile(r"/(?![/\\])[!-\[\]-~]*").fullmatch


def is_plain_path(path: str) -> bool:
    """Whether no two servers read this raw path, which has no query, differently (T-26, T-51, T-70)."""
    return not _tricks(path)


def is_local_path(address: object) -> bool:
    """Whether an address is a path on this host and nothing that a browser could read otherwise (T-42, T-47)."""
    return isinstance(address, str) and _is_local(address) is not None
