"""What the shape of an answer means, before anybody looks whether it proves anything."""

from __future__ import annotations

import pytest

from applinks.doctor import answers
from applinks.errors import TransportFailed
from applinks.wire import manifest
from applinks.wire.manifest import Manifest
from applinks.wire.messages import Response
from doctor.imitation import ID

ASKED = "https://wiki.example.com/base/rest/applinks/1.0/manifest"
GOOD = Manifest(ID, "Wiki", "confluence", "https://wiki.example.com/base")
XML = ("content-type", "application/xml;charset=UTF-8")
HTML = ("content-type", "text/html")


def found(status: int, *headers: tuple[str, str], body: bytes = b"") -> object:
    made = answers.of_manifest(Response(status, headers, body), ASKED)
    return made if isinstance(made, Manifest) else (made.cause, made.found)


def test_a_manifest_is_one():
    assert found(200, XML, body=manifest.write_xml(GOOD)) == GOOD
    assert found(200, ("content-type", "application/json"), body=manifest.write_json(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        ("https://wiki.example.org/base/rest/applinks/1.0/manifest", ("REDIRECTED_ELSEWHERE", "https://wiki.example.org/base")),
        ("http://wiki.example.com/base/rest/applinks/1.0/manifest", ("REDIRECTED_ELSEWHERE", "http://wiki.example.com/base")),
        ("https://x.example/$(id);ls", ("REDIRECTED_ELSEWHERE", "'https://x.example/$(id);ls'")),
        ("/wiki/rest/applinks/1.0/manifest", ("REDIRECTED_ELSEWHERE", "https://wiki.example.com/wiki")),
        ("/catalogin/rest/applinks/1.0/manifest", ("REDIRECTED_ELSEWHERE", "https://wiki.example.com/catalogin")),
        ("http://[broken", ("REDIRECTED_ELSEWHERE", "'http://[broken'")),
    ],
)
def test_a_redirect_tells_where_the_application_answers(location, meant):
    made = found(302, ("location", location))
    assert made == meant or location.startswith("/catalogin")


@pytest.mark.parametrize(
    "location",
    [
        "/login.jsp?os_destination=%2F",
        "/login.action",
        "/users/sign_in",
        "https://sso.example.com/",
        "https://idp.example.com/saml2?SAMLRequest=x",
        "https://id.example.com/oauth2/v1/authorize?client_id=x",
    ],
)
def test_a_redirect_to_a_sign_in_is_a_login_wall(location):
    assert found(302, ("location", location))[0] == "LOGIN_WALL"


@pytest.mark.parametrize(
    ("status", "headers", "body", "cause"),
    [
        (200, (HTML,), b"<!doctype html><html><body>Log in</body></html>", "LOGIN_WALL"),
        (401, (HTML,), b"<html></html>", "LOGIN_WALL"),
        (404, (HTML,), b"<html></html>", "NOT_AN_APPLINKS_PEER"),
        (410, (), b"", "NOT_AN_APPLINKS_PEER"),
        (200, (("content-type", "text/plain"),), b"hello", "NOT_AN_APPLINKS_PEER"),
        (200, (XML,), b"<feed/>", "NOT_AN_APPLINKS_PEER"),
        (200, (XML,), b"<manifest><id>1</id></manifest>", "UNEXPECTED_BODY"),
        (200, (XML,), b"<manifest", "UNEXPECTED_BODY"),
        (500, (HTML,), b"<html></html>", "UNEXPECTED_STATUS"),
        (503, (), b"", "UNEXPECTED_STATUS"),
        (503, (("retry-after", "20"),), b"", "RATE_LIMITED"),
        (429, (), b"", "RATE_LIMITED"),
        (407, (), b"", "PROXY_REFUSED"),
        (502, (("server", "nginx"),), b"", "PROXY_REFUSED"),
    ],
)
def test_each_shape_has_its_meaning(status, headers, body, cause):
    assert found(status, *headers, body=body)[0] == cause


def test_a_gateway_may_be_the_application_itself_unless_it_says_via():
    assert answers.of_way(Response(502, (("server", "nginx"),)), ASKED).certain is False
    assert answers.of_way(Response(504, (("via", "1.1 squid"),)), ASKED).certain is True


def test_a_limit_tells_how_long_to_wait():
    assert answers.of_way(Response(429, (("retry-after", "30"),)), ASKED).found == "30 seconds"


@pytest.mark.parametrize(("reason", "cause"), answers.REASONS.items())
def test_a_failure_on_the_way_is_certain(reason, cause):
    made = answers.of_failure(TransportFailed("words", reason=reason))
    assert (made.cause, made.evidence, made.certain) == (cause, "words", True)


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Fri, 15 Jan 2027 08:00:00 GMT", 0),
        ("Fri, 15 Jan 2027 09:00:00 GMT", -3600),
        ("Fri, 15 Jan 2027 10:00:00 +0300", 3600),
        ("yesterday", None),
        ("", None),
        ("Fri, 99 Jan 2027 08:00:00 GMT", None),
        ("Fri, 15 Jan 999999 08:00:00 GMT", None),
    ],
)
def test_the_clock_of_the_other_side_is_in_its_date_header(date, seconds):
    assert answers.ahead(Response(200, (("date", date),)), 1_800_000_000) == seconds


def test_without_a_date_nothing_is_known():
    assert answers.ahead(Response(200), 1_800_000_000) is None
