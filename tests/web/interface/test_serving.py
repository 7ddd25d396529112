"""One request to the interface: path, method, query, body, and what is said of them."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from applinks.errors import StoreUnavailable
from applinks.links import Incoming, LinkById
from applinks.web.interface.serving import LONGEST_BODY, matched
from in_memory import InMemory, link_to
from putting import put
from web.hostile import MARKUP
from web.interface.rig import Rig, problem

JSON = {"content-type": "application/json"}


def errors(answer: httpx2.Response) -> dict[str, str]:
    assert problem(answer) == (400, "invalid")
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


# ---- paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/links/",
        "//links",
        "/./links",
        "/links;x=1",
        "/LINKS",
        "/%6cinks",
        "/links%2f",
        "/audit/../links",
        "/links.",
        "/a",
    ],
)
def test_another_spelling_of_a_path_is_another_path(path: str):
    """T-51"""
    assert matched(path) == ({}, {})


@pytest.mark.parametrize("id", ["%00", "%0a", "a%2fb", "..", "%2e%2e", "a%25b", "", "%C2%85"])
def test_no_odd_id_is_looked_up(id: str):  # noqa: A002
    """T-51, T-63"""
    assert matched(f"/links/{id}") == ({}, {})


def test_an_id_is_read_as_it_was_meant():
    assert matched("/links/caf%C3%A9%20one")[1] == {"link": "café one"}


def test_what_is_not_there_is_not_found(client: httpx2.Client):
    assert problem(client.get("/nothing")) == (404, "not-found")
    assert problem(client.get("/links/nothing")) == (404, "link-not-found")
    assert problem(client.delete("/grants/nothing")) == (404, "not-found")
    assert problem(client.delete("/tokens/nothing")) == (404, "not-found")


def test_a_method_that_is_not_there_is_told_which_are(client: httpx2.Client):
    answer = client.put("/links")
    assert problem(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    asked = client.options("/links")
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, "GET, POST, HEAD, OPTIONS", b"")
    assert problem(client.request("TRACE", "/links"))[0] == 405


def test_head_is_get_without_the_body(client: httpx2.Client):
    got, head = client.get("/grants"), client.head("/grants")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize("path", ["/links", "/nothing", "/openapi.json", "/links/nothing"])
def test_no_answer_is_kept_framed_or_guessed_at(client: httpx2.Client, path: str):
    """T-41, T-46, T-49: and no cookie is set."""
    headers = client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "set-cookie" not in headers


# ---- what is sent


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/jsonx"},
    ],
)
def test_a_body_is_declared_as_json(client: httpx2.Client, headers: dict[str, str]):
    answer = client.post("/tokens", content=b'{"label": "x"}', headers=headers)
    assert problem(answer) == (415, "not-json")
    assert answer.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    "declared", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_may_be_declared_in_any_usual_way(client: httpx2.Client, declared: str):
    assert client.post("/tokens", content=b'{"label": "x"}', headers={"content-type": declared}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"label": "a", "label": "b"}',
        b'{"label": NaN}',
        b'{"label": "x", "days": 1e999}',
        b'{"label": "\\ud800"}',
        b'{"label": "x", "days": ' + b"9" * 5000 + b"}",
        b"[" * 30_000,
        b'{"a":' * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_in_one_sense_only_is_refused(client: httpx2.Client, body: bytes):
    """T-02, T-73"""
    answer = client.post("/tokens", content=body, headers=JSON)
    assert problem(answer) == (400, "invalid")


def test_a_body_has_a_limit(client: httpx2.Client):
    """T-73"""
    body = json.dumps({"label": "x" * LONGEST_BODY}).encode()
    assert problem(client.post("/tokens", content=body, headers=JSON)) == (413, "too-large")
    assert problem(client.post("/tokens", content=b"x" * 1_000_000, headers=JSON)) == (413, "too-large")


def test_each_error_points_to_its_place(client: httpx2.Client, made: Rig):
    answer = client.post(
        "/links",
        json={"name": 7, "consumer": {"key": "", "secret": "a\nb", "signature_method": "ROT13"}, "same_users": "yes", "a/b": 1},
    )
    assert errors(answer) == {
        "/name": "must be a text",
        "/consumer/key": "must have 1 to 255 letters",
        "/consumer/secret": "must not hold control characters",
        "/consumer/signature_method": "must be one of: RSA-SHA1, RSA-SHA256, RSA-SHA512, HMAC-SHA1, HMAC-SHA256",
        "/same_users": "must be true or false",
        "/a~1b": "is not known; known are: name, url, type, consumer, provider, same_users",
    }
    link = made.id("Tracker")
    assert errors(client.patch(f"/links/{link}", json={"max_age": True, "excluded": ["a", 1], "fixed_user": None})) == {
        "/max_age": "must be a whole number",
        "/excluded/1": "must be a text",
        "/fixed_user": "must be true or false",
    }
    assert errors(client.put(f"/links/{link}/policy", json=[])) == {"": "must be an object"}
    assert errors(client.post("/tokens", json={"days": 367})) == {"/label": "is missing", "/days": "must be 1 to 366"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=1001", "/limit"),
        ("limit=ten", "/limit"),
        ("limit=%D9%A1", "/limit"),
        ("limit=99999999999999999999999", "/limit"),
        ("before=-1", "/before"),
        ("kind=%07", "/kind"),
        ("link=", "/link"),
        ("x=1", "/x"),
        ("limit=1&limit=2", ""),
        ("kind=%00", ""),
        ("%ff=1", ""),
        ("kind=" + "x" * 9000, ""),
    ],
)
def test_a_query_is_checked_like_a_body(client: httpx2.Client, query: str, pointer: str):
    """T-02, T-73"""
    assert list(errors(client.get(f"/audit?{query}"))) == [pointer]


def test_what_a_query_needs_must_be_there(client: httpx2.Client, made: Rig):
    assert errors(client.get(f"/links/{made.id('Tracker')}/explanation")) == {"/user": "is missing"}


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5"]
)
def test_who_takes_json_gets_it(client: httpx2.Client, accept: str):
    assert client.get("/grants", headers={"accept": accept}).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "application/json;q=0", "application/jsonx", "*/*; q=0.000"]
)
def test_who_does_not_is_told(client: httpx2.Client, accept: str, made: Rig):
    assert problem(client.get("/grants", headers={"accept": accept})) == (406, "not-acceptable")
    before = made.applinks.tokens()
    assert problem(client.post("/tokens", json={"label": "x"}, headers={"accept": accept})) == (406, "not-acceptable")
    assert made.applinks.tokens() == before


# ---- what fails, and what is told


def test_where_the_records_cannot_be_reached_it_says_so_and_when_to_ask_again(client: httpx2.Client, made: Rig):
    def away(question: Any) -> Any:
        raise StoreUnavailable("The records cannot be reached.", remedy="Look at the database.")

    made.applinks._answers[LinkById] = away
    answer = client.get(f"/links/{made.id('Tracker')}")
    assert problem(answer) == (503, "store-unavailable")
    assert answer.headers["retry-after"] == "5"


def test_our_log_says_what_was_wrong_with_a_token_and_the_answer_does_not(made: Rig, caplog: pytest.LogCaptureFixture):
    """T-28, T-53"""
    secret = made.token("grace")
    del made.directory.people["grace"]
    with caplog.at_level(logging.WARNING, "applinks.web"), made.client(secret) as client:
        answer = client.get("/links")
    assert "grace" in caplog.text
    assert "grace" not in answer.text
    assert secret not in caplog.text
    assert answer.headers["www-authenticate"] == 'Bearer realm="application links", error="invalid_token"'
    with made.client() as stranger:
        assert stranger.get("/links").headers["www-authenticate"] == 'Bearer realm="application links"'


def test_no_text_is_ever_served_as_a_page(client: httpx2.Client, made: Rig):
    """T-46: whatever is stored is told word for word, as JSON, and no browser takes it for anything else."""
    texts = [text for text in MARKUP if text.isprintable()]
    names = [f"{text} {number}" for number, text in enumerate(texts)]
    for number, name in enumerate(names):
        put(made.applinks, replace(link_to(InMemory("Far")), id=f"far-{number}", name=name, incoming=Incoming()))
    listed = client.get("/links", params={"limit": 1000})
    assert {link["name"] for link in listed.json()["links"]} > set(names)
    missing = [client.get("/links", params={"type": text}) for text in texts]
    for answer in (listed, *missing):
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
        assert answer.headers["x-content-type-options"] == "nosniff"
