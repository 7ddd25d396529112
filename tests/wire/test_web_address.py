"""Addresses that others wrote are read as browsers read them."""

from __future__ import annotations

import pytest

from applinks.wire import web_address
from web.hostile import ADDRESSES


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_hostile_address_is_no_link_and_has_no_origin(address):
    """T-46, T-47."""
    assert not web_address.is_web_address(address)
    assert web_address.origin_of(address) is None
    assert web_address.host_of(address) == address
    assert web_address.readable_host(address) is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://wiki.example.com/base?x=1", "https://wiki.example.com"),
        ("HTTPS://Wiki.Example.com", "https://wiki.example.com"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://wiki.example.com:443/", "https://wiki.example.com"),
        ("http://wiki.example.com:80/", "http://wiki.example.com"),
        ("http://wiki.example.com:443/", "http://wiki.example.com:443"),
        ("http://wiki_app:8090", "http://wiki_app:8090"),
        ("http://10.0.0.1/", "http://10.0.0.1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://straße.example/", "https://xn--strae-oqa.example"),
        ("https://ｗiki.example/", "https://wiki.example"),
        ("https://wiki。evil.example/", "https://wiki.evil.example"),
    ],
)
def test_the_origin_of_an_address_is_what_a_browser_looks_up(address, origin):
    """T-48."""
    assert web_address.is_web_address(address)
    assert web_address.origin_of(address) == origin
    assert web_address.host_of(address) == origin.partition("//")[2]


@pytest.mark.parametrize(
    ("address", "readable"),
    [
        ("https://wiki.example.com", None),
        ("https://bücher.example:8443/", "bücher.example"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        ("https://пример.рф", "пример.рф"),
        ("https://wіki.example", None),  # one Cyrillic letter among Latin ones
        ("https://аррӏе.example", None),  # Cyrillic letters below a Latin top
        ("https://xn--80ak6aa92e.com", None),
        ("https://例え.example", None),
    ],
)
def test_a_host_is_shown_in_its_own_script_only_if_that_is_one(address, readable):
    """T-48: the form that is looked up is shown in any case."""
    assert web_address.readable_host(address) == readable
    assert web_address.host_of(address).isascii()
