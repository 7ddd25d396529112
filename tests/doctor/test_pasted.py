"""Requests that somebody pastes."""

from __future__ import annotations

import pytest

from applinks.doctor import pasted
from applinks.errors import ConfigurationError
from applinks.wire.messages import FORM

URL = "https://wiki.example.test/wiki"


def test_a_request_is_read_as_it_goes_over_the_wire():
    text = "POST /wiki/rest/x?a=1 HTTP/1.1\r\nHost: inner:8090\r\nContent-Type: text/plain\r\n\r\nline\nanother"
    request = pasted.read(text, URL)
    assert (request.method, request.url) == ("POST", f"{URL}/rest/x?a=1")
    assert request.headers == (("host", "inner:8090"), ("content-type", "text/plain"))
    assert request.body == b"line\nanother"


def test_the_declared_address_decides_and_the_written_host_is_a_header():
    request = pasted.read("GET http://inner:8090/wiki/x#top", URL)
    assert (request.url, request.header("host")) == (f"{URL}/x", "inner:8090")


@pytest.mark.parametrize("path", ["/x", "/wikipedia"])
def test_where_a_proxy_has_taken_our_path_away_it_is_put_back(path):
    assert pasted.read(f"GET {path} HTTP/1.1", URL).url == f"{URL}{path}"


def test_blanks_before_it_line_ends_after_a_form_and_folded_headers_are_forgiven():
    text = f'\ufeff\n  POST /wiki/x HTTP/2\nAuthorization: OAuth a="b",\n  c="d"\nContent-Type: {FORM}\n\na=b\n'
    request = pasted.read(text, URL)
    assert request.header("authorization") == 'OAuth a="b", c="d"'
    assert request.body == b"a=b"


@pytest.mark.parametrize(
    ("command", "method", "url", "body"),
    [
        (f"curl {URL}/x", "GET", f"{URL}/x", b""),
        (f"curl -X PUT '{URL}/x?a=b&c=d'", "PUT", f"{URL}/x?a=b&c=d", b""),
        (f"curl -XDELETE {URL}/x", "DELETE", f"{URL}/x", b""),
        (f"curl --request=PATCH --url {URL}/x", "PATCH", f"{URL}/x", b""),
        (f"curl -d a=b --data-urlencode 'c=d e' {URL}/x", "POST", f"{URL}/x", b"a=b&c=d%20e"),
        (f"curl -G -d a=b \\\n  {URL}/x", "GET", f"{URL}/x?a=b", b""),
        (f"curl -sSI -o /dev/null {URL}/x", "GET", f"{URL}/x", b""),
        (f"curl -I -u ada:canary {URL}/x", "HEAD", f"{URL}/x", b""),
    ],
)
def test_a_curl_command_is_read_as_what_it_sends(command, method, url, body):
    request = pasted.read(command, URL)
    assert (request.method, request.url, request.body) == (method, url, body)
    assert request.is_form() == bool(body)
    assert request.header("authorization") is None


def test_headers_of_a_curl_command_are_taken():
    request = pasted.read(f"curl -H 'Authorization: OAuth a=\"b\"' -H 'Content-Type: application/json' -d '{{}}' {URL}/x", URL)
    assert request.header("authorization") == 'OAuth a="b"'
    assert not request.is_form()


@pytest.mark.parametrize(
    "text", ["", "hello", "GET", "GET x HTTP/1.1", "GET /x HTTP/1.1\nno header", "curl 'x", "curl", "GET /x\n" + "a" * 2**20]
)
def test_what_is_no_request_is_an_error_that_says_what_to_paste(text):
    with pytest.raises(ConfigurationError, match="no HTTP request") as error:
        pasted.read(text, URL)
    assert "curl" in error.value.remedy
