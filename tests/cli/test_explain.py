"""`applinks refusals` and `applinks explain`."""

from __future__ import annotations

from dataclasses import replace
from time import time

import pytest

from applinks.incoming import receive
from applinks.wire import oauth1
from applinks.wire.messages import Request, Response
from in_memory import InMemory

URL = "https://forge.example.com/rest/x"


def signed(name: str, url: str) -> oauth1.Signed:
    """A request that this application has signed just now."""
    sender = InMemory(name)
    credentials = oauth1.Credentials(sender.identity.consumer_key, sender.key, oauth1.SignatureMethod.RSA_SHA256)
    return oauth1.sign(Request("GET", url), credentials, timestamp=int(time()), nonce=name)


def pasted(request: Request) -> str:
    path = request.url.removeprefix("https://forge.example.com")
    return f"{request.method} {path} HTTP/1.1\nAuthorization: {request.header('authorization')}\n\n"


@pytest.fixture
def refused(applinks):
    """Wiki has signed for http, Tracker with a repeated name that it signs once."""
    for name, url in (("Wiki", "http://forge.example.com/rest/x?user_id=alice"), ("Tracker", f"{URL}?user_id=alice&q=canary")):
        request = replace(
            signed(name, url).request, url=f"{URL}?user_id=alice{'&q=canary&q=other' if name == 'Tracker' else ''}"
        )
        assert isinstance(applinks.run(receive(request)), Response)
        applinks.refusals()
    return {refusal.link_id: refusal.id for refusal in applinks.refusals()}


def test_what_was_refused_is_listed_in_columns_the_newest_first(run, refused):
    lines = run("refusals").out.splitlines()
    assert lines[0].split() == ["id", "when", "link", "request", "problem"]
    assert [line.split()[3:] for line in lines[1:]] == [[name, "GET", URL, "signature_invalid"] for name in ("Tracker", "Wiki")]


def test_those_of_one_link_can_be_picked_and_are_data_without_a_query_t66(run, refused):
    (refusal,) = run("refusals", "--link", "Tracker", "--json").data
    assert (refusal["link"], refusal["request"], refusal["problem"]) == ("Tracker", f"GET {URL}", "signature_invalid")
    assert "canary" not in str(refusal)


def test_where_nothing_was_refused_it_says_so(run, files):
    assert run("refusals").out == "No request over a link was refused lately.\n"
    assert "paste one with --request" in run("explain", "--last", status=1).err


def test_a_refused_request_is_explained_in_words(run, refused):
    """M-08"""
    ran = run("explain", "--last", "--link", "Wiki")
    assert ran.out.splitlines()[:4] == [
        f"GET {URL}, from Wiki",
        "scheme (certain)",
        (
            "  It was signed for another scheme than that of our declared address: something between the two ends TLS or "
            "redirects, or the link over there leads to the wrong one."
        ),
        (
            "  → On the calling side, set the application URL of the link to https://forge.example.com. If this application is "
            'really reached as http://forge.example.com, declare that: AppLinks(…, url="http://forge.example.com") or '
            "APPLINKS_URL."
        ),
    ]
    assert "→  scheme" in ran.out
    assert "First difference: character 8, scheme: s / %3A" in ran.out


@pytest.mark.parametrize(("words", "shown"), [((), False), (("--show-values",), True)])
def test_values_that_may_be_private_are_masked_unless_they_are_asked_for_t66(run, refused, words, shown):
    for more in ((), ("--json",)):
        out = run("explain", "--last", *words, *more).out
        assert "repeated name, signed once" in out
        assert ("canary" in out) is shown


def test_one_is_picked_by_its_id_and_is_data(run, refused, applinks):
    id = refused[applinks.link("Wiki").id]  # noqa: A001
    data = run("explain", id, "--json").data
    assert (data["difference"], data["certain"], data["link"]) == ("scheme", True, "Wiki")
    assert [row["part"] for row in data["sides"] if not row["same"]] == ["scheme"]
    assert data["first_difference"]["part"] == "scheme"
    assert data["checks"]["signature"] == "does not hold"


def test_a_request_is_pasted_in_a_file_or_into_standard_input(run, files, tmp_path):
    request = signed("Wiki", f"{URL}?user_id=alice").request
    assert "\nholds (certain)\n" in run("explain", "--request", "-", stdin=pasted(request)).out
    (tmp_path / "request").write_text(pasted(replace(request, method="DELETE")))
    assert "\nmethod (certain)\n" in run("explain", "--request", str(tmp_path / "request")).out


def test_a_curl_command_is_a_request_too(run, files):
    request = signed("Wiki", f"{URL}?user_id=alice").request
    command = f"curl -X PUT -H 'Authorization: {request.header('authorization')}' '{request.url}'"
    assert "\nmethod (certain)\n" in run("explain", "--request", "-", stdin=command).out


def test_the_base_string_that_the_sender_logged_is_laid_beside_it(run, files, tmp_path):
    sent = signed("Wiki", f"{URL}?user_id=alice&q=1")
    (tmp_path / "base").write_text(f"{sent.base_string}\n")
    request = replace(sent.request, url=f"{URL}?user_id=alice&q=2")
    out = run("explain", "--request", "-", "--base-string", str(tmp_path / "base"), stdin=pasted(request)).out
    assert "\nvalue differs (certain)\n" in out
    assert "base string: the signature holds over it" in out


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("1", "--last"),
        ("--last", "--request", "-"),
        ("--last", "--base-string", "x"),
        ("--request", "-", "--base-string", "-"),
    ],
)
def test_one_request_must_be_said(run, files, words):
    assert run("explain", *words, status=1).err.startswith("applinks: ")


def test_what_is_not_there_is_an_error(run, files):
    assert "no such refused request" in run("explain", "nothing", status=1).err
    assert "cannot be read" in run("explain", "--request", "nowhere", status=1).err
    assert "no HTTP request" in run("explain", "--request", "-", stdin="hello", status=1).err


def test_what_strangers_wrote_cannot_speak_to_the_terminal_t67(run, files):
    text = 'GET /rest/x HTTP/1.1\nAuthorization: OAuth oauth_consumer_key="%1B%5B31mred%0AError"\n\n'
    out = run("explain", "--request", "-", stdin=text).out
    assert "\x1b" not in out
    assert "\nError" not in out
