"""Replies with tokens, and the address people are sent back to: written to the letter, read without trust."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError, MalformedAnswer, NoProof
from applinks.wire import tokens
from applinks.wire.messages import FORM, Response
from applinks.wire.tokens import TemporaryCredentials, TokenCredentials

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "tokens.json").read_text())
CONFIRMED = "&oauth_callback_confirmed=true"
PAIR = "oauth_token=t&oauth_token_secret=s"

TOKENS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
SECONDS = st.none() | st.integers(0, 9_999_999_999)


def those(kind):
    found = [vector for vector in VECTORS if vector["kind"] == kind]
    assert found
    return pytest.mark.parametrize("vector", found, ids=lambda vector: vector["id"])


def answered(body: str | bytes, content_type: str | None = "text/plain", status: int = 200) -> Response:
    headers = () if content_type is None else (("content-type", content_type),)
    return Response(status, headers, body.encode() if isinstance(body, str) else body)


# ---- written


@those("request-token")
def test_a_request_token_reply_is_written_and_read_as_published(vector):
    """protocol.md 1.7, step 1."""
    credentials = TemporaryCredentials(**vector["expected"])
    response = tokens.request_token_reply(credentials)
    assert response.body.decode() == vector["inputs"]["body"]
    assert tokens.read_request_token(answered(vector["inputs"]["body"])) == credentials


@those("access-token")
def test_an_access_token_reply_is_written_and_read_as_published(vector):
    """protocol.md 1.7, step 4: names and order."""
    credentials = TokenCredentials(**vector["expected"])
    response = tokens.access_token_reply(credentials)
    assert response.body.decode() == vector["inputs"]["body"]
    assert tokens.read_access_token(answered(vector["inputs"]["body"])) == credentials


@pytest.mark.parametrize(
    "response",
    [tokens.request_token_reply(TemporaryCredentials("t", "s")), tokens.access_token_reply(TokenCredentials("t", "s"))],
    ids=["request token", "access token"],
)
def test_replies_are_plain_text_that_nobody_keeps(response):
    """protocol.md 1.7, step 1; T-49."""
    assert response.status == 200
    assert response.header("content-type") == "text/plain"
    assert response.header("cache-control") == "no-store"


@given(TOKENS, TOKENS)
def test_what_is_written_about_a_request_token_is_what_is_read(token, secret):
    credentials = TemporaryCredentials(token, secret)
    assert tokens.read_request_token(tokens.request_token_reply(credentials)) == credentials


@given(TOKENS, TOKENS, SECONDS, st.none() | TOKENS, SECONDS)
def test_what_is_written_about_an_access_token_is_what_is_read(token, secret, life, handle, end):
    credentials = TokenCredentials(token, secret, life, handle, end)
    assert tokens.read_access_token(tokens.access_token_reply(credentials)) == credentials


def test_a_token_that_is_no_text_is_never_written():
    with pytest.raises(ConfigurationError):
        tokens.request_token_reply(TemporaryCredentials("\ud800", "s"))
    with pytest.raises(ConfigurationError):
        tokens.access_token_reply(TokenCredentials("t", "\ud800"))


def test_no_repr_shows_a_token_or_its_secret():
    """T-66."""
    shown = repr(TemporaryCredentials("canary", "canary")) + repr(TokenCredentials("canary", "canary", 1, "canary", 2))
    assert "canary" not in shown


# ---- read


@pytest.mark.parametrize("content_type", [None, "text/plain", FORM, f"{FORM};charset=UTF-8", "text/html", "application/json"])
def test_the_declared_type_does_not_matter(content_type):
    """protocol.md 14: a client that insists on the form type fails."""
    assert tokens.read_request_token(answered(PAIR + CONFIRMED, content_type)) == TemporaryCredentials("t", "s")
    assert tokens.read_access_token(answered(PAIR, content_type)) == TokenCredentials("t", "s")


@pytest.mark.parametrize(
    "body",
    [
        f"{PAIR}{CONFIRMED}\r\n",
        f" {PAIR}{CONFIRMED}&",
        f"oauth_callback_confirmed=true&&{PAIR}",
        f"{PAIR}{CONFIRMED}&user_id=7&screen_name=fred&empty",
        "oauth%5Ftoken=%74&oauth_token_secret=s&oauth_callback_confirmed=true",
    ],
    ids=range(5),
)
def test_order_blanks_around_and_further_members_do_not_matter(body):
    assert tokens.read_request_token(answered(body)) == TemporaryCredentials("t", "s")


def test_a_secret_may_be_empty_since_rsa_needs_none():
    assert tokens.read_access_token(answered("oauth_token=t&oauth_token_secret=")) == TokenCredentials("t", "")


@pytest.mark.parametrize(
    "confirmed",
    [
        "",
        "&oauth_callback_confirmed=false",
        "&oauth_callback_confirmed=",
        "&oauth_callback_confirmed=TRUE",
        "&callback_confirmed=true",
    ],
)
def test_a_reply_that_does_not_confirm_the_callback_is_refused(confirmed):
    """T-14, C-14: OAuth 1.0 without the "a"."""
    with pytest.raises(MalformedAnswer, match="oauth_callback_confirmed=true"):
        tokens.read_request_token(answered(PAIR + confirmed))


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("oauth_token_secret=s", "no oauth_token"),
        ("oauth_token=t", "no oauth_token_secret"),
        ("oauth_token=&oauth_token_secret=s", "no oauth_token"),
        ("x=1", "no oauth_token and no oauth_token_secret"),
        ("", "no oauth_token and no oauth_token_secret"),
    ],
)
@pytest.mark.parametrize("read", [tokens.read_request_token, tokens.read_access_token])
def test_what_is_missing_is_named(read, body, missing):
    with pytest.raises(MalformedAnswer, match=rf"has {missing}\."):
        read(answered(body + CONFIRMED))


@pytest.mark.parametrize("name", ["oauth_token", "oauth_token_secret", "oauth_callback_confirmed", "oauth_expires_in", "x"])
def test_a_member_that_is_there_twice_is_refused(name):
    """T-02."""
    body = f"{PAIR}{CONFIRMED}&oauth_expires_in=1&x=1&{name}=1"
    for read in (tokens.read_request_token, tokens.read_access_token):
        with pytest.raises(MalformedAnswer, match=f"'{name}' twice"):
            read(answered(body))


@pytest.mark.parametrize("value", ["a%0d%0ax: y", "%00", "%1b[31m", "%E2%80%AE", "x" * 5000, "%FF", "%", "é"])
def test_a_value_with_control_characters_or_without_end_is_refused(value):
    """T-63, T-73."""
    for body in (f"oauth_token={value}&oauth_token_secret=s{CONFIRMED}", f"{PAIR}{CONFIRMED}&x={value}"):
        with pytest.raises(MalformedAnswer):
            tokens.read_request_token(answered(body))


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Sign in: oauth_token=t&oauth_token_secret=s</body>",
        b'{"oauth_token": "t", "oauth_token_secret": "s"}',
        b"\xff\xfe",
        "&".join([PAIR, *(f"x{number}=1" for number in range(60))]).encode(),
        "&".join([PAIR, *(f"x{number}={'1' * 3000}" for number in range(6))]).encode(),
    ],
    ids=["a page", "JSON", "no text", "many members", "too large"],
)
def test_what_is_no_reply_is_refused(body):
    """T-35, T-36."""
    with pytest.raises(MalformedAnswer):
        tokens.read_access_token(answered(body))


@pytest.mark.parametrize("status", [100, 199, 300, 302, 401, 500])
def test_a_reply_with_another_status_gives_no_token(status):
    with pytest.raises(MalformedAnswer, match=str(status)):
        tokens.read_access_token(answered(PAIR, status=status))


@pytest.mark.parametrize("name", ["oauth_expires_in", "oauth_authorization_expires_in"])
@pytest.mark.parametrize("value", ["", "-1", "1.5", "1e9", "never", "0x1", "%D9%A1", "1" * 11, "%201"])
def test_a_life_that_is_no_number_of_seconds_is_refused(name, value):
    with pytest.raises(MalformedAnswer, match=name):
        tokens.read_access_token(answered(f"{PAIR}&{name}={value}"))


def test_no_error_repeats_a_token():
    """T-66."""
    for body in ("oauth_token=canary", "oauth_token=canary&oauth_token=canary", "oauth_token=canary%00&oauth_token_secret=s"):
        with pytest.raises(MalformedAnswer) as refused:
            tokens.read_access_token(answered(body))
        assert "canary" not in str(refused.value)


BODIES = st.binary() | st.lists(
    st.sampled_from(
        ["oauth_token", "oauth_token_secret", "oauth_callback_confirmed", "oauth_expires_in", "=", "&", "true", "%", "1", "+"]
    )
).map(lambda pieces: "".join(pieces).encode())


@given(BODIES, st.integers())
def test_no_response_makes_reading_fail_otherwise(body, status):
    for read in (tokens.read_request_token, tokens.read_access_token):
        for code in (200, status):
            with suppress(MalformedAnswer):
                read(Response(code, (), body))


# ---- the callback

GOOD = (
    "https://a.example.test",
    "https://a.example.test/",
    "http://a.example.test/cb",
    "HTTPS://A.Example.TEST:8443/Cb/",
    "http://localhost:5000/callback",
    "http://127.0.0.1/cb",
    "http://[::1]:8080/cb",
    "https://a.example.test?state=1",
    "https://a.example.test/cb?",
    "https://a.example.test/cb?state=a%20b&b=+&c",
    "https://a.example.test/~fred/cb;v=1?next=https://a.example.test/x?y",
    "https://xn--bcher-kva.example/cb",
    "https://a_b.example.test:65535/cb?oauth_callback=x",
)

BAD = (
    "",
    "oob ",
    "OOB",
    "/cb",
    "//a.example.test/cb",
    "a.example.test/cb",
    "ftp://a.example.test/cb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "javascript://a.example.test/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "about:blank",
    "blob:https://a.example.test/x",
    "http:",
    "http:/a.example.test",
    "http:a.example.test",
    "http://",
    "http:///cb",
    "http://?x",
    "https://a.example.test/cb#top",
    "https://a.example.test#",
    "https://fred@a.example.test/cb",
    "https://fred:secret@a.example.test/cb",
    "https://a.example.test@evil.test/cb",
    "https://a.example.test:80@evil.test/",
    "http://localhost:80@evil.test",
    "https://@a.example.test/",
    "https://a.example.test\\@evil.test/",
    "https:\\\\a.example.test\\cb",
    "https://a.example.test\\.evil.test",
    "https:/\\a.example.test",
    "https://a.example.test/cb\\x",
    "https://a.example.test/c b",
    " https://a.example.test/cb",
    "https://a.example.test/cb ",
    "https://a.example.test/cb\t",
    "https://a.example.test/cb\n",
    "https://a.example.test/cb\r\nlocation: https://evil.test",
    "https://a.example.test/\0",
    "https://a.example.test/cb\x7f",
    "\ufeffhttps://a.example.test/cb",
    "https://a.exa\u0301mple.test/cb",
    "https://a.example。test/cb",
    "https://ａ.example.test/cb",
    "https://a.example.test/é",
    "https://a.example.test/\u202e",
    "httpſ://a.example.test/cb",
    "https://a.example.test:/cb",
    "https://a.example.test:0/cb",
    "https://a.example.test:65536/cb",
    "https://a.example.test:99999999/cb",
    "https://a.example.test:８０/cb",
    "https://a.example.test:80:80/cb",
    "https://a.example.test:-1/cb",
    "https://.example.test/cb",
    "https://a.example.test./cb",
    "https://-a.test/cb",
    "https://*.example.test/cb",
    "https://a.example.test%2fevil.test/",
    "https://a.example.test%00.evil.test/",
    "https://[::1/cb",
    "https://::1/cb",
    "https://[fe80::1%25eth0]/cb",
    "https://[evil.test]/cb",
    "https://a.example.test/cb?x=%zz",
    "https://a.example.test/cb?x=%ff",
    "https://a.example.test/cb?x=%00",
    "https://a.example.test/cb?oauth_token=x",
    "https://a.example.test/cb?a=b&oauth_verifier=x",
    "https://a.example.test/cb?oauth%5Ftoken",
    "https://a.example.test/cb?a='\"><script>",
    "https://a.example.test/cb?" + "x" * 2000,
    "https://a.example.test/cb\u2028",
    "https://a.example.test/{x}",
    "https://a.example.test/`x`",
    "https://a.example.test/^|",
)


@pytest.mark.parametrize("address", GOOD)
def test_an_absolute_http_address_is_a_callback_letter_by_letter(address):
    assert tokens.is_callback(address)
    assert tokens.read_callback(address) == address


@pytest.mark.parametrize("address", BAD)
def test_anything_else_is_parameter_rejected_with_an_advice_that_names_it(address):
    """T-42, T-43, T-47, C-30, C-32, C-35; protocol.md 1.6 and 1.7."""
    assert not tokens.is_callback(address)
    with pytest.raises(NoProof) as refused:
        tokens.read_callback(address)
    told = dict(refused.value.companions)
    assert refused.value.problem == "parameter_rejected"
    assert told["oauth_parameters_rejected"] == "oauth_callback"
    assert ascii(address[:200]) in told["oauth_problem_advice"]


def test_a_comma_is_a_letter_of_a_path_and_never_parts_two_addresses():
    """T-43."""
    assert urlsplit("https://a.example.test/cb,https://evil.test/").hostname == "a.example.test"
    assert tokens.is_callback("https://a.example.test/cb,https://evil.test/")


@pytest.mark.parametrize("value", ["oob", None])
def test_out_of_band_and_nothing_mean_the_same(value):
    """protocol.md 1.3."""
    assert tokens.read_callback(value) is None


def test_the_literal_of_refusal_is_denied():
    """protocol.md 1.7, step 3."""
    assert tokens.DENIED == "denied"


@those("return")
def test_the_return_address_is_the_published_one(vector):
    assert tokens.return_address(**vector["inputs"]) == vector["expected"]["address"]


@pytest.mark.parametrize("callback", GOOD)
def test_token_and_verifier_are_added_once_and_the_callbacks_own_query_is_kept(callback):
    """protocol.md 1.7, step 3."""
    address = tokens.return_address(callback, "a&b=c", "d e")
    assert address.startswith(callback)
    own = parse_qsl(urlsplit(callback).query, keep_blank_values=True)
    assert parse_qsl(urlsplit(address).query, keep_blank_values=True) == [
        *own,
        ("oauth_token", "a&b=c"),
        ("oauth_verifier", "d e"),
    ]
    assert urlsplit(address)[:3] == urlsplit(callback)[:3]


@pytest.mark.parametrize(("end", "joint"), [("", "?"), ("?", ""), ("?a=b", "&"), ("?a=b&", ""), ("?a=?", "&"), ("/x&", "?")])
def test_nothing_stands_twice_between_the_callback_and_what_is_added(end, joint):
    address = tokens.return_address(f"https://a.example.test/cb{end}", "t", "v")
    assert address == f"https://a.example.test/cb{end}{joint}oauth_token=t&oauth_verifier=v"


@pytest.mark.parametrize(
    "callback", ["oob", "javascript:alert(1)", "https://fred@a.example.test/", "https://a.example.test/#x"]
)
def test_nobody_is_sent_to_what_is_no_callback_whoever_stored_it(callback):
    """T-42."""
    with pytest.raises(ConfigurationError):
        tokens.return_address(callback, "t", "v")


@given(st.sampled_from(GOOD), st.text(), st.text())
def test_no_token_or_verifier_leads_elsewhere(callback, token, verifier):
    """T-42, T-63."""
    try:
        address = tokens.return_address(callback, token, verifier)
    except ConfigurationError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert urlsplit(address)[:3] == urlsplit(callback)[:3]
    assert urlsplit(address).fragment == ""


@given(
    st.text()
    | st.lists(
        st.sampled_from(["https://", "a.test", "/", "?", "@", ":", "#", "\\", "%", "80", " ", "[", "]", "oauth_token"])
    ).map("".join)
)
def test_no_callback_makes_reading_fail_otherwise(text):
    with suppress(NoProof):
        kept = tokens.read_callback(text)
        assert kept == text or text == "oob"
        assert kept is None or (urlsplit(kept).username is None and urlsplit(kept).hostname)
