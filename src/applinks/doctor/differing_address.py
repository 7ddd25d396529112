"""Classes of difference in method and address: the proxy, the port, the path (protocol.md 1.4, 11)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from applinks.doctor.differences import ADDRESS, METHOD, Difference
from applinks.doctor.signed_text import DEFAULT_PORTS, QUERY, SignedText, Surroundings, as_it_is, encoded

COMMON_PORTS = ("80", "443", "8080", "8443", "2990", "7990", "8090", "8085", "8000", "5000", "3000", "9000")
"""Where products and Python applications listen behind a proxy."""
COMMON_PREFIXES = ("/jira", "/confluence", "/wiki", "/bitbucket", "/stash", "/bamboo", "/tracker", "/app")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
OTHER_SCHEME = {"http": "https", "https": "http"}

_host_and_port = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d+))?").fullmatch
_escape = re.compile(r"%[0-9A-Fa-f]{2}")


# ---- scheme, host, port


def other_scheme(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Https for http, or http for https; a port that is written stays."""
    yield replace(text, scheme=OTHER_SCHEME[text.scheme])


def default_port_written(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`:443` or `:80`, which OAuth leaves out."""
    if not text.port:
        yield replace(text, port=DEFAULT_PORTS[text.scheme])


def port_missing(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Without the port that our address has."""
    if text.port:
        yield replace(text, port="")


def other_port(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """A port that a header names, or a common one."""
    ports = [port for _, port in _seen_hosts(around)] + [around.header("x-forwarded-port"), *COMMON_PORTS]
    for port in dict.fromkeys(ports):
        if port.isdecimal() and port not in {text.port, DEFAULT_PORTS[text.scheme]}:
            yield replace(text, port=port)


def host_as_typed(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """The host in upper case, or as somebody typed it."""
    typed = [urlsplit(around.declared).netloc.partition(":")[0], *(host for host, _ in _seen_hosts(around))]
    for host in (*typed, text.host.upper(), text.host.title(), text.host.capitalize()):
        if host != text.host and host.lower() == text.host:
            yield replace(text, host=host)


def other_host(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """Another name of the same machine."""
    bare = text.host.removeprefix("www.")
    names = [host.lower() for host, _ in _seen_hosts(around)] + [*around.hosts, bare, f"www.{bare}", bare.partition(".")[0]]
    for host in dict.fromkeys((*names, "localhost", "127.0.0.1", "[::1]")):
        if host and host != text.host:
            yield replace(text, host=host)


def internal_address(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """What a server behind a proxy sees: another host *and* port, by http or https."""
    seen = [(host.lower(), port) for host, port in _seen_hosts(around)]
    local = [(host, port) for host in ("localhost", "127.0.0.1") for port in COMMON_PORTS]
    for host, port in dict.fromkeys((*seen, *local)):
        for scheme in ("http", "https"):
            shown = "" if port == DEFAULT_PORTS[scheme] else port
            if host and (host, shown) != (text.host, text.port):
                yield replace(text, scheme=scheme, host=host, port=shown)


def no_brackets(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """An IPv6 address without its brackets."""
    if text.host.startswith("["):
        yield replace(text, host=text.host[1:-1])


def _seen_hosts(around: Surroundings) -> list[tuple[str, str]]:
    """Hosts and ports that headers name."""
    named = [around.header("host"), around.header("x-forwarded-host"), around.header("x-original-host")]
    found = [_host_and_port(name) for name in named if name]
    return [(match[1], match[2] or "") for match in found if match]


# ---- path


def context_path_missing(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """Without the path of our declared address."""
    if around.prefix and text.path.startswith(around.prefix):
        yield replace(text, path=text.path.removeprefix(around.prefix) or "/")


def context_path_doubled(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """With the path of our address twice."""
    if around.prefix:
        yield replace(text, path=around.prefix + text.path)


def context_path_added(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """With a path in front that our declared address does not have."""
    for prefix in dict.fromkeys((around.header("x-forwarded-prefix").rstrip("/"), *COMMON_PREFIXES)):
        if prefix and prefix != around.prefix:
            yield replace(text, path=prefix + text.path)
            yield replace(text, path=prefix + text.path.removeprefix(around.prefix))


def trailing_slash(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """One slash more, or less, at the end of the path."""
    yield replace(text, path=text.path[:-1] if text.path.endswith("/") else f"{text.path}/")


def double_slash(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`//` joined to one, or one that was two where addresses were put together."""
    if "//" in text.path:
        yield replace(text, path=re.sub("//+", "/", text.path))
    for place in [place for place, letter in enumerate(text.path) if letter == "/"][:20]:
        yield replace(text, path=f"{text.path[:place]}/{text.path[place:]}")


def path_decoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Decoded before it was signed, `%2F` and all, or only slashes."""
    if "%" in text.path:
        yield replace(text, path=unquote(text.path))
        yield replace(text, path=text.path.replace("%2F", "/").replace("%2f", "/"))


def path_encoded_again(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Percent-encoded once more than it travelled."""
    if "%" in text.path:
        yield replace(text, path=quote(text.path, safe="/"))
        yield replace(text, path=text.path.replace("%", "%25"))


def path_spelled_otherwise(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """The same path with other characters encoded, or hex digits in another case."""
    plain = unquote(text.path)
    for safe in ("/", "/:@!$&'()*+,;=-._~", "/:@", "/;", "/~"):
        yield replace(text, path=quote(plain, safe=safe))
    yield replace(text, path=_escape.sub(lambda found: found[0].upper(), text.path))
    yield replace(text, path=_escape.sub(lambda found: found[0].lower(), text.path))
    yield replace(text, path=text.path.replace("%20", "+"))
    yield replace(text, path=text.path.replace("+", "%20"))


def path_normalised(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`.` and `..` resolved."""
    for path in (text.path, re.sub("(?i)%2e", ".", text.path)):
        if "/." in path:
            end = "/" if path.endswith(("/", "/.", "/..")) else ""
            yield replace(text, path=(posixpath.normpath(path).rstrip("/") + end) or "/")


def path_parameters_dropped(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """What follows a `;` left out, as servlet containers do."""
    if ";" in text.path:
        yield replace(text, path=re.sub(";[^/]*", "", text.path))


def path_in_other_case(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """The path in lower case."""
    yield replace(text, path=text.path.lower())


def query_in_address(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """The address signed with its query, which belongs to the parameters; or with an empty one."""
    if around.query:
        yield replace(text, more=f"?{around.query}")
        yield replace(text, more=f"?{around.query}", parameters=tuple(p for p in text.parameters if p.place != QUERY))
    yield replace(text, more="?")


def fragment(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """An empty fragment; what another one was, nobody here can know."""
    yield replace(text, more="#")


def address_not_encoded(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """The address put into the text as it is."""
    yield replace(text, outer=as_it_is, outer_parameters=text.outer_parameters or encoded)


# ---- method


def method_in_small_letters(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`get` for `GET`."""
    yield replace(text, method=text.method.lower())
    yield replace(text, method=text.method.title())


def method_overridden(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """The method that an override header names."""
    for header in ("x-http-method-override", "x-http-method", "x-method-override"):
        if named := around.header(header).upper():
            yield replace(text, method=named)


def other_method(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Any other common method."""
    yield from (replace(text, method=method) for method in METHODS if method != text.method)


_DECLARE = 'If this application is really reached as {origin}, declare that: AppLinks(…, url="{origin}") or APPLINKS_URL.'
_CALL_US = "On the calling side, set the application URL of the link to {url}."

TABLE = (
    Difference(
        "scheme",
        ADDRESS,
        "It was signed for another scheme than that of our declared address: something between the two ends "
        "TLS or redirects, or the link over there leads to the wrong one.",
        f"{_CALL_US} {_DECLARE}",
        texts=other_scheme,
    ),
    Difference(
        "default port written",
        ADDRESS,
        "The sender signs the default port (`:443`, `:80`), which OAuth leaves out (RFC 5849, 3.4.1.2).",
        "On the calling side, write the application URL without a port: {url}.",
        texts=default_port_written,
    ),
    Difference(
        "port missing",
        ADDRESS,
        "The sender leaves out the port of our address, which is not the default one: it signs the Host "
        "header without its port, or the link over there has none.",
        f"{_CALL_US} {_DECLARE}",
        texts=port_missing,
    ),
    Difference(
        "port",
        ADDRESS,
        "It was signed for another port: a proxy or a container maps ports, and the sender calls the inner one.",
        f"{_CALL_US} {_DECLARE}",
        texts=other_port,
    ),
    Difference(
        "host in other letters",
        ADDRESS,
        "The sender signs the host as it was typed; OAuth wants it in lower case.",
        "On the calling side, write the application URL in lower case: {url}.",
        texts=host_as_typed,
    ),
    Difference(
        "host",
        ADDRESS,
        "It was signed for another name of this machine: an internal one, the display URL, or one that a proxy replaces.",
        f"{_CALL_US} {_DECLARE}",
        texts=other_host,
    ),
    Difference(
        "internal address",
        ADDRESS,
        "It was signed for the address at which this application listens behind its proxy.",
        f"{_CALL_US} {_DECLARE}",
        texts=internal_address,
        alone=True,
    ),
    Difference(
        "brackets of IPv6",
        ADDRESS,
        "The sender leaves out the brackets around the IPv6 address.",
        "Use a host name in place of the number: on the calling side as application URL, and here as declared address.",
        texts=no_brackets,
    ),
    Difference(
        "context path missing",
        ADDRESS,
        "It was signed without the path of our declared address.",
        f"{_CALL_US} If a proxy here adds the path, and nobody outside uses it, declare {{origin}} instead.",
        texts=context_path_missing,
    ),
    Difference(
        "context path doubled",
        ADDRESS,
        "It was signed with the path of our declared address twice: the sender joins a path that holds it already.",
        "On the calling side, give paths below the application URL {url}. If a proxy does not strip the path, "
        "do not say stripped=True to the middleware.",
        texts=context_path_doubled,
    ),
    Difference(
        "context path added",
        ADDRESS,
        "It was signed with a path in front that is not part of our declared address: a proxy strips it.",
        'Declare it: AppLinks(…, url="{origin}"), and say stripped=True to the middleware.',
        texts=context_path_added,
    ),
    Difference(
        "slash at the end",
        ADDRESS,
        "A slash at the end of the path was added or taken away after signing, by a redirect or a proxy, or by the client.",
        "Call {signed} as it was signed, or let the proxy leave paths alone.",
        texts=trailing_slash,
    ),
    Difference(
        "double slash",
        ADDRESS,
        "Two slashes in the path became one on the way, or one became two: a proxy joins them, or the "
        "sender puts an address with a slash at its end before a path that begins with one.",
        "On the calling side, write the application URL without a slash at its end: {url}. With nginx: merge_slashes off.",
        texts=double_slash,
    ),
    Difference(
        "path decoded",
        ADDRESS,
        "The path was signed decoded, while it travels encoded; or a proxy encoded it.",
        "Sign the path as it travels. With nginx: proxy_pass without a path, so that it passes paths on as they came.",
        texts=path_decoded,
    ),
    Difference(
        "path encoded again",
        ADDRESS,
        "The path was signed percent-encoded once more than it travels; or a proxy decoded it.",
        "Sign the path as it travels. With nginx: proxy_pass without a path; with Apache: AllowEncodedSlashes NoDecode.",
        texts=path_encoded_again,
    ),
    Difference(
        "path spelled otherwise",
        ADDRESS,
        "The same path was signed in another spelling: other characters are percent-encoded.",
        "Let the proxy pass paths on as they come, and the client send what it signed. Under WSGI, use a server that tells "
        "REQUEST_URI or RAW_URI.",
        texts=path_spelled_otherwise,
    ),
    Difference(
        "path normalised",
        ADDRESS,
        "`.` or `..` in the path was resolved on one side only.",
        "Call the plain path {signed}.",
        texts=path_normalised,
    ),
    Difference(
        "path parameters dropped",
        ADDRESS,
        "What follows a `;` in the path was left out on one side only.",
        "Call the path without `;`, or sign it as it travels.",
        texts=path_parameters_dropped,
    ),
    Difference(
        "path in other letters",
        ADDRESS,
        "The path was signed in other letters than it travels in.",
        "Sign the path as it travels.",
        texts=path_in_other_case,
    ),
    Difference(
        "query in the address",
        ADDRESS,
        "The sender signs the address with its query, which belongs to the parameters (RFC 5849, 3.4.1.2).",
        "Hand the client the address and the parameters apart, or use another OAuth 1.0a library there.",
        texts=query_in_address,
    ),
    Difference(
        "fragment",
        ADDRESS,
        "The sender signs the address with its fragment, which never travels.",
        "On the calling side, cut the address off before its `#`.",
        texts=fragment,
        alone=True,
    ),
    Difference(
        "address not encoded",
        ADDRESS,
        "The sender puts the address into the signed text without percent-encoding it.",
        "Use another OAuth 1.0a library there.",
        texts=address_not_encoded,
        alone=True,
    ),
    Difference(
        "method in small letters",
        METHOD,
        "The sender signs the method in small letters; OAuth wants capitals.",
        "On the calling side, give the method as {method}.",
        texts=method_in_small_letters,
    ),
    Difference(
        "method overridden",
        METHOD,
        "It was signed for the method that an override header names; such headers decide nothing here.",
        "On the calling side, send the real method and no X-HTTP-Method-Override.",
        texts=method_overridden,
    ),
    Difference(
        "method",
        METHOD,
        "It was signed for another method: a redirect was followed, or a client or proxy changed it.",
        "Send the method that was signed ({signed_method}), and sign anew after each redirect.",
        texts=other_method,
    ),
)
