"""Requests of every kind that can be signed, drawn from a seed: odd encodings, odd hosts, odd paths."""

from __future__ import annotations

from random import Random
from urllib.parse import quote, quote_plus

from applinks.wire.messages import FORM, Pairs, Request

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND")
HOSTS = (
    "jira.example.test",
    "Jira.Example.TEST",
    "localhost",
    "10.0.0.7",
    "a_b.example",
    "xn--bcher-kva.example",
    "[::1]",
    "[2001:db8::7]",
)
PORTS = ("", "", "", ":80", ":443", ":8080", ":8443", ":1")
SEGMENTS = (
    "rest",
    "api",
    "2",
    "issue",
    "OPS-1",
    "a%20b",
    "a%2Fb",
    "%2e%2e",
    "b%C3%BCcher",
    "x;y=1",
    "x;",
    "~fred",
    "(a)",
    "a:b@c",
    "a,b",
    "*",
    "!",
    "",
)
LETTERS = "abcxyzABC0129-._~ =&+%/?:;,@!*()'$#[]{}\"<>|\\^`äßñ、😀\n\t\x7f"
RAW = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:;,*@!()/?")


def any_text(random: Random, shortest: int = 0) -> str:
    """A name or a value."""
    return "".join(random.choices(LETTERS, k=random.randint(shortest, 9)))


def any_pairs(random: Random, most: int = 6) -> Pairs:
    """Names and values; some names come twice."""
    pairs = [(any_text(random, 1), any_text(random)) for _ in range(random.randint(0, most))]
    if pairs and random.random() < 0.3:
        pairs.append((random.choice(pairs)[0], any_text(random)))
    return tuple(pairs)


def written(random: Random, text: str, *, is_name: bool = False) -> str:
    """The same text as one of many senders would write it."""
    ways = (
        lambda: quote(text, safe=""),
        lambda: quote_plus(text),
        lambda: "".join(letter if letter in RAW else quote(letter, safe="") for letter in text),
        lambda: "".join(f"%{byte:02x}" for byte in text.encode()),
        lambda: "".join(random.choice((f"%{byte:02X}", f"%{byte:02x}")) for byte in text.encode()),
    )
    return random.choice(ways[:3] if is_name and text.startswith("oauth_") else ways)()


def form_of(random: Random, pairs: Pairs) -> str:
    """A raw query or form with exactly these pairs."""
    pieces = []
    for name, value in pairs:
        piece = f"{written(random, name)}={written(random, value)}"
        pieces.append(piece[:-1] if piece.endswith("=") and not value and random.random() < 0.5 else piece)
        if random.random() < 0.03:
            pieces.append("")
    return "&".join(pieces)


def any_address(random: Random) -> str:
    """Scheme, host, port and path."""
    scheme = random.choice(("http", "https", "HTTPS"))
    path = "".join(f"/{random.choice(SEGMENTS)}" for _ in range(random.randint(0, 5)))
    return f"{scheme}://{random.choice(HOSTS)}{random.choice(PORTS)}{path}"


def any_request(random: Random) -> tuple[Request, Pairs]:
    """A request, and the pairs of its query and form."""
    method, url = random.choice(METHODS), any_address(random)
    query = any_pairs(random) if random.random() < 0.8 else ()
    form = any_pairs(random) if method in {"POST", "PUT", "PATCH"} and random.random() < 0.6 else ()
    if query or random.random() < 0.1:
        url += f"?{form_of(random, query)}"
    if not form:
        return Request(method, url, (("accept", "application/json"),)), query
    kind = random.choice((FORM, f"{FORM}; charset=UTF-8", f"{FORM};charset=utf-8"))
    return Request(method, url, (("content-type", kind),), form_of(random, form).encode()), query + form
