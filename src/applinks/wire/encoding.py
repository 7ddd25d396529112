"""Percent-encoding and form parsing, the one way that OAuth knows (RFC 5849, 3.6 and 3.4.1.3).

Rules of this file:

- Canonical text leaves letters, digits and `-._~` as they are; every other byte of its UTF-8 is `%` and two digits,
  upper case.
- An *encoded pair* is one string: canonical name, a blank, canonical value. A blank sorts below everything that a
  canonical name can hold, so encoded pairs sorted as plain strings are sorted by name, then by value (3.4.1.3.2).
- Nearly all text that travels is canonical already. A regular expression recognises it, and it is not touched.
- No one decodes twice, and nothing is mended: what cannot be read in exactly one way is `Malformed`.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable
from urllib.parse import quote, unquote

from applinks.wire.messages import Pairs

_PLAIN = r"[A-Za-z0-9\-._~]*+"
# Escapes of ASCII bytes that need one. NUL is never read; bytes above ASCII must first prove to be UTF-8.
_ESCAPE = r"%(?:0[1-9A-F]|1[0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])"
CANONICAL = rf"{_PLAIN}(?:{_ESCAPE}{_PLAIN})*+"

_is_plain = re.compile(_PLAIN).fullmatch
_is_canonical_pair = re.compile(rf"{CANONICAL}={CANONICAL}").fullmatch
_is_canonical_form = re.compile(rf"{CANONICAL}={CANONICAL}(?:&{CANONICAL}={CANONICAL})*+").fullmatch
_unreadable = re.compile(r"[^\x20-\x7e]|#|%(?![0-9A-Fa-f]{2})").search


class Malformed(ValueError):
    """Text that cannot be read in exactly one way. Whose fault it is, the caller knows."""


def encode(text: str) -> str:
    """Text in canonical form."""
    if _is_plain(text):
        return text
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise Malformed("half a surrogate pair is not text") from None


def decode(text: str) -> str:
    """Text that was percent-encoded, well or less well; `+` stands for itself. Raises `Malformed`."""
    if _unreadable(text):
        raise Malformed("a character that must be percent-encoded, or a `%` without its two digits")
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise Malformed("percent-encoded bytes that are not UTF-8") from None
    if "\0" in plain:
        raise Malformed("a NUL character")
    return plain


def encoded_pair(name: str, value: str) -> str:
    """Name and value as one encoded pair."""
    return f"{encode(name)} {encode(value)}"


def decoded_pair(pair: str) -> tuple[str, str]:
    """Name and value of an encoded pair."""
    name, _, value = pair.partition(" ")
    return (_unescaped(name), _unescaped(value)) if "%" in pair else (name, value)


def _unescaped(canonical: str) -> str:
    # Quoted-printable is percent-encoding with another sign, one that canonical text never holds; it is read in C.
    return a2b_qp(canonical.replace("%", "=")).decode()


def canonical_pair(piece: str) -> str:
    """The encoded pair of one `name=value` as it travelled; without `=` the value is empty. Raises `Malformed`."""
    if _is_canonical_pair(piece):
        return piece.replace("=", " ")
    name, _, value = piece.partition("=")
    return encoded_pair(decode(name), decode(value))


def encoded_pairs(text: str) -> list[str]:
    """The encoded pairs of a raw query or form, in their order; `+` means a blank. Raises `Malformed`."""
    if not text:
        return []
    text = text.replace("+", "%20")
    if _is_canonical_form(text):
        return text.replace("=", " ").split("&")
    return [canonical_pair(piece) for piece in text.split("&") if piece]


def parse_form(text: str) -> Pairs:
    """The names and values of a raw query or form, in their order; names may repeat. Raises `Malformed`."""
    return tuple(map(decoded_pair, encoded_pairs(text)))


def form(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values as OAuth writes a form: a blank is `%20`, never `+`."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
