"""Joining a path to a link's address, and refusing to leave it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import AddressOutsideLink
from applinks.links import Link
from applinks.outgoing import address
from in_memory import InMemory, link_to

ROOT = link_to(InMemory("Wiki"))
BELOW = link_to(InMemory("Wiki", url="https://example.com/products/wiki"))
BASES = {"https://wiki.example.com": ROOT, "https://example.com/products/wiki": BELOW}

INSIDE = {
    "rest/api": "/rest/api",
    "/rest/api": "/rest/api",
    "rest/api/": "/rest/api/",
    "": "/",
    "/": "/",
    "?a=1": "/?a=1",
    "rest?a=1&a=2": "/rest?a=1&a=2",
    "rest?u=https://elsewhere.example.com/": "/rest?u=https://elsewhere.example.com/",
    "rest?p=../..": "/rest?p=../..",
    "rest?p=//x": "/rest?p=//x",
    "rest/a%20b": "/rest/a%20b",
    "rest/a%2Fb": "/rest/a%2Fb",
    "rest/a%252Fb": "/rest/a%252Fb",
    "rest/%3F": "/rest/%3F",
    "rest/a;v=1": "/rest/a;v=1",
    "rest/a:b": "/rest/a:b",
    "rest/...": "/rest/...",
    "rest/..a": "/rest/..a",
    "rest/a..": "/rest/a..",
    "rest/.hidden": "/rest/.hidden",
    "rest/@me": "/rest/@me",
    "rest/ü": "/rest/ü",
    "rest/%C3%BC": "/rest/%C3%BC",
    "rest/~alice": "/rest/~alice",
    "rest/%7Ealice": "/rest/%7Ealice",
    "rest/a+b": "/rest/a+b",
    "@elsewhere.example.com": "/@elsewhere.example.com",
    ":80/x": "/:80/x",
    ".example.com": "/.example.com",
}

OUTSIDE = [
    "..",
    "../",
    "../x",
    "/..",
    "/../x",
    "rest/..",
    "rest/../..",
    "rest/../../x",
    "rest/../x",
    ".",
    "./x",
    "rest/.",
    "rest/./x",
    "//elsewhere.example.com",
    "//elsewhere.example.com/x",
    "///elsewhere.example.com",
    "rest//x",
    "/rest//",
    "%2e%2e/x",
    "%2E%2E/x",
    ".%2e/x",
    "%2e./x",
    "rest/%2e%2e/x",
    "rest/%2e/x",
    "%2e%2e%2fx",
    "..%2fx",
    "..%2Fx",
    "rest/..%2f..%2fx",
    "%252e%252e/x",
    "%252e%252e%252fx",
    "%25%32%65%25%32%65/x",
    "..%5cx",
    "..%5Cx",
    "%2e%2e%5cx",
    "%252e%252e%255cx",
    "..;/x",
    "rest/..;/x",
    "rest/..;a=b/x",
    "rest/.;/x",
    "rest/%2e%2e;/x",
    "rest/..%3b/x",
    "rest/;/x",
    "rest/%2f/x",
    "\\elsewhere.example.com",
    "/\\elsewhere.example.com",
    "\\\\elsewhere.example.com",
    "..\\x",
    "rest\\..\\x",
    "rest\\x",
    "https:\\\\elsewhere.example.com",
    "rest#x",
    "#",
    "rest?a=1#x",
    "rest api",
    " rest",
    "rest ",
    "rest\tx",
    "\trest",
    "rest\nx",
    "rest\r\nHost: elsewhere.example.com",
    "rest?a=\r\nX: y",
    "rest\x00",
    "rest\x7f",
    "rest\x1b[31m",
    "https://elsewhere.example.com",
    "https://elsewhere.example.com/rest",
    "http://elsewhere.example.com/rest",
    "HTTPS://elsewhere.example.com/rest",
    "https:elsewhere.example.com",
    "https:/elsewhere.example.com",
    "https:rest",
    "https://",
    "ftp://wiki.example.com/rest",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:,x",
    "mailto:alice@example.com",
    "x:y",
]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("path", INSIDE)
def test_a_path_is_joined_below_the_links_address(base, path):
    """R-21: a slash in front makes no difference."""
    assert address.join(BASES[base], path) == base + INSIDE[path]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("path", OUTSIDE)
def test_whatever_leaves_it_or_could_be_read_so_is_refused(base, path):
    """T-70, T-63"""
    with pytest.raises(AddressOutsideLink) as refused:
        address.join(BASES[base], path)
    assert refused.value.link == "Wiki"
    assert refused.value.direction == "outgoing"
    assert base in refused.value.remedy
    assert str(refused.value).isprintable()


def test_the_corpus_is_large_enough_to_mean_something():
    assert len(INSIDE) + len(OUTSIDE) >= 60


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("rest", ["", "/", "/rest", "/rest/api?a=1", "?a=1", "/rest/a%2Fb"])
def test_an_absolute_address_that_lies_below_the_link_is_taken_as_it_is(base, rest):
    """R-21: far sides answer with such ones."""
    assert address.join(BASES[base], base + rest) == base + rest


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/products",
        "https://example.com/products/wiki2",
        "https://example.com/products/wiki.evil",
        "https://example.com/products/wiki/../x",
        "https://example.com/products/wiki/%2e%2e/x",
        "https://example.com/products/wiki/..;/x",
        "https://example.com/products/wiki//x",
        "https://example.com/products/Wiki/x",
        "http://example.com/products/wiki/x",
        "https://example.com:8443/products/wiki/x",
        "https://example.com.evil.com/products/wiki/x",
        "https://example.com@evil.com/products/wiki/x",
        "https://user@example.com/products/wiki/x",
        "https://user:pw@example.com/products/wiki/x",
        "https://example.com\\@evil.com/products/wiki/x",
        "https://evil.com/https://example.com/products/wiki/x",
        "https://example.com/products/wiki\\x",
        "https://example.com/products/wiki;x/y",
        "https://example.com/products/wiki%2fx",
        "https://example.com/products/wiki%2f..%2f..%2fx",
        "https://example.com/products/wiki@x",
        "https://example.com/products/wiki/x#y",
    ],
)
def test_an_absolute_address_elsewhere_is_refused(url):
    """T-70"""
    with pytest.raises(AddressOutsideLink):
        address.join(BELOW, url)
    with pytest.raises(AddressOutsideLink):
        address.check(BELOW, url)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://wiki.example.com:443", "https://wiki.example.com"),
        ("https://wiki.example.com:443/x/", "https://wiki.example.com/x"),
        ("http://wiki.example.com:80/x", "http://wiki.example.com/x"),
        ("https://Wiki.Example.com/X", "https://wiki.example.com/X"),
        ("https://wiki.example.com:8443", "https://wiki.example.com:8443"),
        ("http://wiki.example.com:443", "http://wiki.example.com:443"),
        ("https://wiki.example.com:80", "https://wiki.example.com:80"),
        ("https://[::1]:443/x", "https://[::1]/x"),
    ],
)
def test_a_link_whose_address_has_another_spelling_than_http_clients_use_works_all_the_same(written, sent):
    link = replace(ROOT, application_url=written)
    assert address.base_of(link) == sent
    assert address.join(link, "rest") == address.join(link, f"{written.rstrip('/')}/rest") == f"{sent}/rest"
    with pytest.raises(AddressOutsideLink):
        address.join(link, f"{written.rstrip('/')}x/rest")


TRICKY = st.text(st.sampled_from(list("abc./\\%2e5fF;:@?#&= \t\n\x00ü")), max_size=24)


@given(TRICKY | st.text(max_size=20), st.sampled_from([ROOT, BELOW]))
def test_whatever_is_joined_stays_below_for_a_reader_that_decodes_twice(path: str, link: Link):
    """T-70"""
    from urllib.parse import unquote, urljoin, urlsplit

    try:
        joined = address.join(link, path)
    except AddressOutsideLink:
        return
    base = urlsplit(link.application_url)
    for seen in (joined, urljoin(link.application_url, joined)):
        parts = urlsplit(seen)
        assert (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        decoded = unquote(unquote(parts.path))
        assert decoded.startswith(base.path)
        assert not {".", ".."} & {segment.partition(";")[0] for segment in decoded.split("/")}
    assert not set(joined) & set(" \t\r\n\x00\\#")
