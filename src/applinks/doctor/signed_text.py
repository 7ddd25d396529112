"""The text that a signature covers (RFC 5849, 3.4.1), in parts that can be changed one at a time.

Signatures are made and verified in `applinks.wire.oauth1`, and nowhere else. This is for asking, of a request that was refused,
what else its sender may have signed: a part is replaced, and the text written anew. Left as it was read, it writes what
`oauth1.read` makes of the same request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

from applinks.wire.messages import FORM, Pairs, Request, media_type

HEADER, QUERY, BODY = "header", "query", "form"
DEFAULT_PORTS = {"http": "80", "https": "443"}
UNSIGNED = frozenset({"oauth_signature"})

EncodedPair = tuple[str, str]
Order = Callable[[Iterable[EncodedPair]], Iterable[EncodedPair]]


KEPT = 500
"""Letters of a part whose encoding is kept."""


def encoded(text: str) -> str:
    """Percent-encoded as OAuth wants it."""
    return _encoded(text) if len(text) <= KEPT else quote(text, safe="", errors="surrogateescape")


@lru_cache(maxsize=2048)  # the same parts are put together in thousands of ways
def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogateescape")


def decoded(text: str) -> str:
    """Percent-decoded; bytes that are not UTF-8 stay what they are when it is encoded again."""
    return unquote_to_bytes(text).decode(errors="surrogateescape")


def as_it_is(text: str) -> str:
    """No change."""
    return text


def with_equals(name: str, value: str) -> str:
    """A pair as OAuth writes it."""
    return f"{name}={value}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One pair, wherever it travelled. `name` and `value` are in canonical encoding, `raw` is the pair as it travelled."""

    place: str
    name: str
    value: str = field(repr=False)
    raw: str = field(default="", repr=False)

    @property
    def is_proof(self) -> bool:
        """Whether it belongs to OAuth itself."""
        return self.name.startswith("oauth_")


@dataclass(frozen=True, slots=True)
class SignedText:
    """What may have been signed. `more` follows the path; `inner` writes names and values, which are in canonical encoding."""

    method: str
    scheme: str
    host: str
    port: str
    path: str
    parameters: tuple[Parameter, ...] = field(repr=False)
    more: str = ""
    order: Order = sorted
    inner: Callable[[str], str] = as_it_is
    pair: Callable[[str, str], str] = with_equals
    outer: Callable[[str], str] = encoded
    outer_parameters: Callable[[str], str] | None = None

    @property
    def address(self) -> str:
        """Scheme, host, port and path, and what else was taken for a part of the address."""
        return f"{self.scheme}://{self.host}{':' if self.port else ''}{self.port}{self.path}{self.more}"

    def pairs(self) -> list[EncodedPair]:
        """Names and values, written and in order."""
        return list(self.order([(self.inner(each.name), self.inner(each.value)) for each in self.parameters]))

    def text(self) -> str:
        """The base string."""
        parameters = "&".join(self.pair(name, value) for name, value in self.pairs())
        outer = self.outer_parameters or self.outer
        return "&".join((self.outer(self.method), self.outer(self.address), outer(parameters)))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known of a request that was refused: hints for what its sender may have signed instead.

    `declared` is our own address; `prefix` its path; `hosts` other names by which this application is known.
    """

    request: Request = field(repr=False)
    declared: str
    prefix: str
    hosts: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The raw query."""
        return self.request.url.partition("?")[2]

    def header(self, name: str) -> str:
        """The first value of a header, or nothing; of a list its first item."""
        return (self.request.header(name) or "").partition(",")[0].strip()


# ---- reading

_parts_of_address = re.compile(r"(?i)(https?)://(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?([^?]*)(?:\?(.*))?", re.DOTALL).fullmatch
_items = re.compile(r'([^\s=,"]+)\s*=\s*(?:"([^"]*)"|([^\s,"]*))').findall
_after_oauth = re.compile(r"\s*OAuth(?:\s+|$)", re.IGNORECASE).match


def read_leniently(request: Request) -> SignedText:
    """The text of a request, also of one that could not be read; raises nothing for what strangers send."""
    found = _parts_of_address(request.url)
    scheme, host, port, path, query = found.groups() if found else ("https", "", "", request.url, "")
    scheme, port = scheme.lower(), (port or "").lstrip("0")
    parameters = [*_of_header(request.headers), *_of_text(QUERY, query or "")]
    if request.body and media_type(request.header("content-type")) == FORM:
        parameters += _of_text(BODY, request.body.decode("latin-1"))
    signed = tuple(each for each in parameters if each.name not in UNSIGNED)
    port = "" if port == DEFAULT_PORTS[scheme] else port
    return SignedText(request.method.upper(), scheme, host.lower(), port, path or "/", signed)


def proof_of(request: Request) -> dict[str, str]:
    """The decoded `oauth_…` parameters of a request, wherever they travel; the first of each."""
    parameters = [*_of_header(request.headers), *_of_text(QUERY, request.url.partition("?")[2])]
    if media_type(request.header("content-type")) == FORM:
        parameters += _of_text(BODY, request.body.decode("latin-1"))
    proof: dict[str, str] = {}
    for each in parameters:
        if each.is_proof:
            proof.setdefault(decoded(each.name), decoded(each.value))
    return proof


def form_parameters(text: str) -> tuple[Parameter, ...]:
    """The parameters of a body, taken for a form."""
    return tuple(_of_text(BODY, text))


def realm_of(headers: Pairs) -> str | None:
    """The realm that an OAuth header names."""
    return next((value for name, value in _header_items(headers) if name.lower() == "realm"), None)


def _of_header(headers: Pairs) -> list[Parameter]:
    items = [(name, value) for name, value in _header_items(headers) if name.lower() != "realm"]
    return [Parameter(HEADER, _canonical(name), _canonical(value), f"{name}={value}") for name, value in items]


def _header_items(headers: Pairs) -> list[tuple[str, str]]:
    values = [value[scheme.end() :] for name, value in headers if name == "authorization" and (scheme := _after_oauth(value))]
    return [(name, quoted or bare) for value in values[:1] for name, quoted, bare in _items(value)]


def _of_text(place: str, text: str) -> list[Parameter]:
    found = []
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.replace("+", "%20").partition("=")
            found.append(Parameter(place, _canonical(name), _canonical(value), piece))
    return found


def _canonical(text: str) -> str:
    try:
        raw = unquote_to_bytes(text.encode("latin-1"))
    except UnicodeEncodeError:
        raw = unquote_to_bytes(text)
    return quote_from_bytes(raw, safe="")
