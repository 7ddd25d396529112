"""A request that somebody pastes: as it goes over the wire, or as the curl command that sends it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from applinks.errors import ConfigurationError
from applinks.wire.messages import FORM, Pairs, Request

LONGEST = 1024 * 1024
WITH_VALUE = {
    **dict.fromkeys(("-X", "--request"), "--request"),
    **dict.fromkeys(("-H", "--header"), "--header"),
    **dict.fromkeys(("-d", "--data", "--data-raw", "--data-ascii", "--data-binary"), "--data"),
    **{name: name for name in ("--data-urlencode", "--url", "-o", "--output", "-u", "--user", "-b", "--cookie", "-A", "-m")},
    **{name: name for name in ("--user-agent", "-e", "--referer", "--max-time", "--cacert", "-x", "--proxy", "-w")},
}
"""Options of curl that are followed by a value, and the name under which those are known that matter here."""
ALONE = {"-G": "--get", "-I": "--head"}

_first_line = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S+)(?: HTTP/[0-9.]+)?").fullmatch
_header = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*)").fullmatch


def read(text: str, declared: str) -> Request:
    """The request, put under our `declared` address as the middleware does. Raises `ConfigurationError`."""
    if len(text) > LONGEST:
        raise _no_request("it is longer than a megabyte")
    text = text.lstrip("\ufeff\r\n\t ")
    if text.startswith(("curl ", "curl.exe ")):
        return _of_curl(text, declared)
    head, body = _parted(text)
    lines = head.splitlines()
    first = _first_line(lines[0].strip()) if lines else None
    if first is None:
        raise _no_request("it does not begin with a line like `GET /path HTTP/1.1`")
    return _request(first[1], first[2], _headers(lines[1:]), body, declared)


def _parted(text: str) -> tuple[str, str]:
    """Head and body: at the first empty line."""
    found = re.search(r"\r?\n\r?\n", text)
    return (text, "") if found is None else (text[: found.start()], text[found.end() :])


def _headers(lines: list[str]) -> Pairs:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and headers:  # a long one, folded by whoever showed it
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
        elif found := _header(line.strip()):
            headers.append((found[1].lower(), found[2]))
        elif line.strip():
            raise _no_request(f"this is no header: {line.strip()[:50]!r}")
    return tuple(headers)


def _of_curl(text: str, declared: str) -> Request:
    try:
        words = shlex.split(re.sub(r"\\\r?\n", " ", text))[1:]
    except ValueError as wrong:
        raise _no_request(f"its quotes do not match ({wrong})") from None
    said = _Said()
    for option, value in _options(words):
        said.take(option, value)
    address, body = said.address, "&".join(said.data)
    if said.in_query and body:
        address, body = f"{address}{'&' if '?' in address else '?'}{body}", ""
    if body and not any(name == "content-type" for name, _ in said.headers):
        said.headers.append(("content-type", FORM))
    return _request(said.method or ("POST" if body else "GET"), address, tuple(said.headers), body, declared)


@dataclass(slots=True)
class _Said:
    """What a curl command says."""

    method: str = ""
    address: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    in_query: bool = False

    def take(self, option: str, value: str) -> None:
        """One option, under its long name; the address has none."""
        match option:
            case "--request":
                self.method = value
            case "--head":
                self.method = self.method or "HEAD"
            case "--get":
                self.method, self.in_query = self.method or "GET", True
            case "--header":
                self.headers += _headers([value])
            case "--data-urlencode":
                before, equals, after = value.partition("=")
                self.data.append(f"{before}={quote(after, safe='')}" if equals else quote(value, safe=""))
            case "--data":
                self.data.append(value)
            case "--url" | "":
                self.address = value


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value, under its long name; what is none, under no name."""
    rest = iter(words)
    for word in rest:
        name, joined, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        if not word.startswith("-"):
            yield "", word
        elif name in WITH_VALUE:
            yield WITH_VALUE[name], value if joined or value else next(rest, "")
        else:
            yield ALONE.get(word, word), ""


def _request(method: str, target: str, headers: Pairs, body: str, declared: str) -> Request:
    """Under our declared address; the host that was written is kept as a header, since it decides nothing."""
    ours = urlsplit(declared)
    prefix = ours.path.rstrip("/")
    if "://" in target:
        authority, slash, rest = target.partition("://")[2].partition("/")
        target = slash + rest or "/"
        headers = headers if any(name == "host" for name, _ in headers) else (*headers, ("host", authority))
    if not target.startswith("/"):
        raise _no_request(f"its address {target[:50]!r} is neither a path nor begins with http:// or https://")
    target = target.partition("#")[0]
    path = target.partition("?")[0]
    below = target if path == prefix or path.startswith(f"{prefix}/") else prefix + target
    body = body.rstrip("\r\n") if any(name == "content-type" and FORM in value.lower() for name, value in headers) else body
    return Request(method, f"{ours.scheme}://{ours.netloc}{below}", headers, body.encode())


def _no_request(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"What was pasted is no HTTP request: {why}.",
        remedy="Paste the request line, the headers, an empty line and the body; or a curl command.",
    )
