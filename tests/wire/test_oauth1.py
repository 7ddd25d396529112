"""OAuth 1.0a: what is signed is what is verified, and nothing else gets through."""

from __future__ import annotations

import ast
import base64
import dataclasses
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

import applinks.wire.oauth1 as module
from applinks.errors import BadProof, ConfigurationError, NoProof
from applinks.wire.encoding import encode, form
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import FORM, Request, first
from applinks.wire.oauth1 import Claim, Credentials, SharedSecret, SignatureMethod, check_window, read, sign, verify
from wire.any_request import any_request

PRIVATE = PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=1024))
SECRET = SharedSecret("consumer secret & more", "token secret")
NOW, NONCE = 1_700_000_000, "9f0c4a6e"
ADDRESS = "https://jira.example.test/jira/rest/api/2/myself"
GET = Request("GET", ADDRESS)
HMAC = Credentials("links-for-python", SECRET, SignatureMethod.HMAC_SHA1, "a token")
OAUTH = (
    ("oauth_consumer_key", "links-for-python"),
    ("oauth_token", ""),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_signature", "c2lnbmF0dXJl"),
    ("oauth_timestamp", str(NOW)),
    ("oauth_nonce", NONCE),
)


def credentials_for(method: SignatureMethod, token: str | None = "a token") -> Credentials:
    return Credentials("links-for-python", PRIVATE if method.startswith("RSA") else SECRET, method, token)


def proof_for(method: SignatureMethod) -> PublicKey | SharedSecret:
    return PRIVATE.public if method.startswith("RSA") else SECRET


def signed(request: Request, credentials: Credentials = HMAC, **more) -> Request:
    return sign(request, credentials, **{"timestamp": NOW, "nonce": NONCE} | more).request


def header_of(pairs) -> str:
    return "OAuth " + ", ".join(f'{name}="{encode(value)}"' for name, value in pairs)


def carried(pairs, place: str, request: Request = GET) -> Request:
    """The request with these parameters in one place."""
    if place == "header":
        return request.with_header("authorization", header_of(pairs))
    if place == "query":
        return dataclasses.replace(request, url=f"{request.url}{'&' if '?' in request.url else '?'}{form(pairs)}")
    body = "&".join(filter(None, (request.body.decode(), form(pairs))))
    return dataclasses.replace(request, method="POST", body=body.encode()).with_header("content-type", FORM)


def claimed(request: Request) -> Claim:
    claim = read(request)
    assert claim is not None
    return claim


def refused(request: Request) -> NoProof:
    with pytest.raises(NoProof) as caught:
        read(request)
    return caught.value


def problem_of(request: Request) -> NoProof | None:
    """What `read` complains of; any other error than `NoProof` is one of the test."""
    try:
        read(request)
    except NoProof as error:
        return error
    return None


def holds(request: Request, key=SECRET) -> bool:
    """Whether a request would be let through."""
    try:
        claim = read(request)
    except NoProof:
        return False
    return claim is not None and verify(claim, key)


# ---- there and back


@pytest.mark.parametrize("method", SignatureMethod)
@pytest.mark.parametrize("seed", range(4))
def test_what_was_signed_verifies_and_shows_every_parameter(method, seed):
    random = Random(seed)
    for _ in range(100):
        request, pairs = any_request(random)
        result = sign(request, credentials_for(method), timestamp=NOW, nonce=NONCE)
        claim = claimed(result.request)
        assert verify(claim, proof_for(method))
        assert claim.base_string == result.base_string
        assert claim.parameters == pairs
        assert (claim.consumer_key, claim.token, claim.method) == ("links-for-python", "a token", method)
        assert (claim.timestamp, claim.nonce) == (NOW, NONCE)


@given(st.text(), st.text(), st.text(), st.text(min_size=1), st.text())
def test_any_printable_text_survives_the_header(key, token, nonce, secret, token_secret):
    shared = SharedSecret(secret, token_secret)
    credentials = Credentials(key, shared, SignatureMethod.HMAC_SHA256, token)
    printable = (key + token + nonce).isprintable()
    try:
        request = signed(GET, credentials, nonce=nonce)
    except ConfigurationError:
        assert not printable
        return
    claim = claimed(request)
    assert printable
    assert verify(claim, shared)
    assert (claim.consumer_key, claim.token, claim.nonce) == (key, token, nonce)


def test_the_proof_is_one_header_and_the_rest_of_the_request_stays_as_it_was():
    request = Request("POST", f"{ADDRESS}?a=b", (("content-type", FORM), ("authorization", "Basic eA==")), b"c=d")
    result = sign(request, HMAC, timestamp=NOW, nonce=NONCE)
    assert result.request.headers == (("content-type", FORM), ("authorization", result.authorization))
    assert (result.request.method, result.request.url, result.request.body) == ("POST", f"{ADDRESS}?a=b", b"c=d")


def test_the_realm_travels_and_is_not_signed():
    with_realm, without = (sign(GET, HMAC, timestamp=NOW, nonce=NONCE, realm=realm) for realm in ("a & b", None))
    assert with_realm.authorization.startswith('OAuth realm="a%20%26%20b", oauth_consumer_key=')
    assert with_realm.base_string == without.base_string
    assert holds(with_realm.request)


def test_further_parameters_travel_and_are_signed():
    extra = (("oauth_callback", "https://links.example.test/cb?x=1&y=a b"), ("oauth_verifier", "é"))
    claim = claimed(signed(GET, extra=extra))
    assert set(extra) <= set(claim.oauth)
    assert verify(claim, SECRET)


@pytest.mark.parametrize(
    "extra",
    [
        (("user_id", "fred"),),
        (("oauth_nonce", "n"),),
        (("oauth_callback", "a"), ("oauth_callback", "b")),
        (('oauth_x="', "a"),),
        (("oauth_a b", ""),),
    ],
)
def test_further_parameters_are_proper_and_never_double_our_own(extra):
    with pytest.raises(ConfigurationError, match="further parameters"):
        signed(GET, extra=extra)


def test_a_two_legged_call_carries_an_empty_token_and_none_leaves_it_out():
    empty, absent = (signed(GET, credentials_for(SignatureMethod.RSA_SHA1, token)) for token in ("", None))
    assert 'oauth_token=""' in empty.header("authorization")
    assert "oauth_token" not in absent.header("authorization")
    assert claimed(empty).token == ""
    assert refused(absent).companions == (("oauth_parameters_absent", "oauth_token"),)
    claim = read(absent, token_needed=False)
    assert claim is not None
    assert claim.token == ""
    assert verify(claim, PRIVATE.public)


# ---- keys and methods


@pytest.mark.parametrize("key_of", SignatureMethod)
@pytest.mark.parametrize("method", SignatureMethod)
def test_the_key_decides_which_methods_fit_and_never_the_sender(key_of, method):
    """T-05, C-15."""
    claim = claimed(signed(GET, credentials_for(method)))
    assert verify(claim, proof_for(key_of)) is (key_of.startswith("RSA") == method.startswith("RSA"))


@pytest.mark.parametrize("spki", [PRIVATE.public.text, PRIVATE.public.der.hex()])
def test_a_public_key_used_as_a_shared_secret_opens_nothing(spki):
    """C-15."""
    request = signed(GET, Credentials("links-for-python", SharedSecret(spki), SignatureMethod.HMAC_SHA1))
    assert not holds(request, PRIVATE.public)


def test_another_hash_of_the_same_kind_does_not_verify():
    claim = claimed(signed(GET, credentials_for(SignatureMethod.RSA_SHA1)))
    assert not verify(dataclasses.replace(claim, method=SignatureMethod.RSA_SHA256), PRIVATE.public)


@pytest.mark.parametrize("method", SignatureMethod)
def test_a_key_of_the_wrong_kind_cannot_sign(method):
    with pytest.raises(ConfigurationError, match=f"{method} cannot be used with this kind of key"):
        Credentials("c", SECRET if method.startswith("RSA") else PRIVATE, method)


def test_an_empty_shared_secret_does_not_exist():
    """T-07."""
    with pytest.raises(ConfigurationError, match="may not be empty"):
        SharedSecret("")
    with pytest.raises(ConfigurationError):
        SharedSecret("\ud800")


def test_plaintext_does_not_exist():
    """T-06."""
    assert {str(method) for method in SignatureMethod} == {"RSA-SHA1", "RSA-SHA256", "RSA-SHA512", "HMAC-SHA1", "HMAC-SHA256"}
    for name in ("PLAINTEXT", "plaintext", "hmac-sha1", "HMAC-SHA1 ", "RSA-MD5", ""):
        pairs = tuple((key, name if key == "oauth_signature_method" else value) for key, value in OAUTH)
        assert refused(carried(pairs, "header")).problem == "signature_method_rejected"


def test_no_repr_shows_a_secret_a_token_or_a_signature():
    result = sign(GET, HMAC, timestamp=NOW, nonce=NONCE)
    shown = repr((HMAC, SECRET, result, claimed(result.request)))
    for hidden in ("consumer secret", "token secret", "a token", "a%20token", claimed(result.request).signature):
        assert hidden not in shown


@pytest.mark.parametrize("method", SignatureMethod)
@pytest.mark.parametrize(
    "signature", ["", "=", "a", "ab", "abc", "????", "ä", "c2lnbmF0dXJl", "c2ln\nbmF0", "A" * 8000, "AA==AA==", "😀"]
)
def test_no_signature_makes_verifying_fail_otherwise_than_by_no(method, signature):
    claim = dataclasses.replace(claimed(signed(GET, credentials_for(method))), signature=signature)
    assert verify(claim, proof_for(method)) is False


@pytest.mark.parametrize("method", SignatureMethod)
def test_a_signature_has_one_spelling(method):
    claim = claimed(signed(GET, credentials_for(method)))
    raw = base64.b64decode(claim.signature)
    same = [
        claim.signature + "\n",
        claim.signature.rstrip("="),
        claim.signature + "=",
        " " + claim.signature,
        base64.urlsafe_b64encode(raw).decode().replace("=", ""),
    ]
    twins = [
        claim.signature[:-2] + letter + "="
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        if base64.b64decode(claim.signature[:-2] + letter + "=") == raw
    ]
    for other in same + twins:
        assert verify(dataclasses.replace(claim, signature=other), proof_for(method)) is (other == claim.signature)


# ---- every byte counts


def flipped(random: Random, text: str, start: int = 0, letters: str = "abcxyz019") -> str:
    """The text with one letter replaced by another."""
    place = random.choice([place for place in range(start, len(text)) if text[place].isalnum() and text[place] != "%"])
    return (
        text[:place]
        + random.choice([letter for letter in letters if letter.lower() != text[place].lower()])
        + text[place + 1 :]
    )


@pytest.mark.parametrize("method", [SignatureMethod.HMAC_SHA1, SignatureMethod.RSA_SHA1])
def test_one_changed_character_anywhere_and_the_proof_is_void(method):
    random, key = Random(5849), proof_for(method)
    request = Request(
        "POST", "https://jira.example.test:8443/jira/rest?user_id=fred&b=2", (("content-type", FORM),), b"c=3&d=four"
    )
    good = signed(request, credentials_for(method))
    header = good.header("authorization")
    assert holds(good, key)
    for _ in range(200):
        for bad in (
            dataclasses.replace(good, method=flipped(random, good.method, letters="ABCXYZ")),
            dataclasses.replace(good, url=flipped(random, good.url, len("https://"))),
            dataclasses.replace(good, url=good.url.replace("https", "http")),
            dataclasses.replace(good, body=flipped(random, good.body.decode()).encode()),
            *(
                changed_in_header(random, good, header, name)
                for name in ("consumer_key", "token", "nonce", "timestamp", "signature", "version")
            ),
        ):
            assert bad != good
            assert not holds(bad, key), bad


def changed_in_header(random: Random, request: Request, header: str, name: str) -> Request:
    before, mark, rest = header.partition(f'oauth_{name}="')
    value, _, after = rest.partition('"')
    value = value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    return request.with_header("authorization", f'{before}{mark}{encode(flipped(random, value))}"{after}')


@pytest.mark.parametrize("seed", range(4))
def test_a_parameter_added_dropped_or_moved_between_names_voids_the_proof(seed):
    random = Random(seed)
    for _ in range(250):
        request, pairs = any_request(random)
        good = signed(request)
        name, value = ("extra", "1") if not pairs else random.choice(pairs)
        joint = "&" if "?" in good.url else "?"
        assert not holds(dataclasses.replace(good, url=f"{good.url}{joint}{encode(name)}={encode(value)}"))
        assert not holds(dataclasses.replace(good, url=f"{good.url}{joint}="))


def test_a_parameter_may_move_between_query_and_form_since_oauth_signs_no_place():
    """RFC 5849, 3.4.1.3: the sources are one list. The path and the names decide, not the place."""
    query = signed(Request("POST", f"{ADDRESS}?a=b"))
    moved = dataclasses.replace(query, url=ADDRESS, body=b"a=b").with_header("content-type", FORM)
    assert holds(moved)
    assert claimed(moved).parameters == claimed(query).parameters


@pytest.mark.parametrize("seed", range(4))
def test_unequal_requests_never_share_a_base_string(seed):
    """T-03, 20,000 requests."""
    random, seen = Random(f"injective {seed}"), {}
    for _ in range(5_000):
        request, pairs = any_request(random)
        meaning = (request.method, *meaning_of(request.url), tuple(sorted(pairs)))
        text = sign(request, HMAC, timestamp=NOW, nonce=NONCE).base_string
        assert seen.setdefault(text, meaning) == meaning
        assert seen.setdefault(meaning, text) == text


def meaning_of(url: str) -> tuple[str, str]:
    """Origin and path, told apart by other means than the signer's."""
    scheme, _, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    origin = f"{scheme}://{host}".lower()
    default = ":80" if scheme.lower() == "http" else ":443"
    return origin.removesuffix(default), slash + path or "/"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a=b&c=d", "a=b%26c%3Dd"),
        ("a=b&c=d", "a=b%2526c%253Dd"),
        ("a=&b=", "a=%26b%3D"),
        ("a%3D=b", "a=%3Db"),
        ("a=b+c", "a=b%2Bc"),
        ("a=%2541", "a=A"),
        ("a=b;c=d", "a=b&c=d"),
        ("a=b&a=b", "a=b"),
        ("a%20=b", "a=%20b"),
        ("ab=", "a=b"),
        ("", "="),
    ],
)
def test_look_alikes_have_base_strings_of_their_own(one, other):
    """T-03."""
    texts = {sign(Request("GET", f"{ADDRESS}?{query}"), HMAC, timestamp=NOW, nonce=NONCE).base_string for query in (one, other)}
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h/a%2Fb", "https://h/a/b"),
        ("https://h/a%2fb", "https://h/a%2Fb"),
        ("https://h//a", "https://h/a"),
        ("https://h/./a", "https://h/a"),
        ("https://h/a;x", "https://h/a"),
        ("https://h/a/", "https://h/a"),
        ("https://h/A", "https://h/a"),
        ("https://h/%61", "https://h/a"),
        ("https://h:80/a", "https://h/a"),
        ("http://h:443/a", "http://h/a"),
        ("https://h.a/", "https://h/a"),
        ("https://h:1/23", "https://h:12/3"),
    ],
)
def test_paths_and_origins_that_differ_in_bytes_differ_in_the_base_string(one, other):
    """T-03: the path is signed as it travels, never decoded and never tidied."""
    texts = {sign(Request("GET", url), HMAC, timestamp=NOW, nonce=NONCE).base_string for url in (one, other)}
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("HTTPS://Jira.Example.test:443", "https://jira.example.test/"),
        ("https://h?a=b", "https://h/"),
        ("https://h:/a", "https://h/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://h/a%2fb/%7Efred;v=1/(x)", "http://h/a%2fb/%7Efred;v=1/(x)"),
    ],
)
def test_the_base_string_uri_is_that_of_the_rfc(url, uri):
    """RFC 5849, 3.4.1.2."""
    assert sign(Request("get", url), HMAC, timestamp=NOW, nonce=NONCE).base_string.split("&")[:2] == ["GET", encode(uri)]


@pytest.mark.parametrize(
    "url",
    [
        "https://user@h/",
        "https://user:password@h/",
        "http://localhost:80@attacker/",
        "https://h/a#b",
        "https://h/a?b#c",
        "https://h/a b",
        "https://h/ä",
        "https://hä/",
        "https://h\\@x/",
        "https:///a",
        "https://h:123456/",
        "https://h:x/",
        "ftp://h/",
        "//h/a",
        "/a",
        "",
        "https://h/a\n",
        "https://h\r\n/",
        "https://[::1/",
        "http://\u212a/",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_neither_signed_nor_verified(url):
    """T-03, C-74: user names in addresses are never accepted."""
    with pytest.raises(ConfigurationError, match="cannot be signed"):
        signed(Request("GET", url))
    assert refused(Request("GET", url, (("authorization", header_of(OAUTH)),))).problem == "parameter_rejected"


@pytest.mark.parametrize("method", ["", "GE T", "GET\n", "G\u00c9T", "GET&x"[:3] + "(", "\u017fEARCH"])
def test_a_method_that_is_no_token_is_refused(method):
    with pytest.raises(ConfigurationError):
        signed(Request(method, ADDRESS))


# ---- what the signature covers


@pytest.mark.parametrize("seed", range(4))
def test_whoever_reads_only_the_claim_sees_only_what_was_signed(seed):
    """T-01, 20,000 requests: every visible parameter stands in the base string, and no other does."""
    random = Random(f"covered {seed}")
    for _ in range(5_000):
        request, _ = any_request(random)
        claim = claimed(signed(request))
        visible = sorted(
            f"{encode(name)}={encode(value)}" for name, value in (*claim.parameters, *claim.oauth) if name != "oauth_signature"
        )
        assert sorted(visible, key=lambda piece: piece.split("=")) == covered(claim.base_string)


def covered(base_string: str) -> list[str]:
    """The signed parameters, taken from the base string itself."""
    joined = base_string.split("&")[2].replace("%26", "&").replace("%3D", "=").replace("%25", "%")
    return joined.split("&")


TYPES = [
    FORM,
    f"{FORM};charset=UTF-8",
    f"{FORM} ; charset=utf-8",
    FORM.upper(),
    f" {FORM}",
    f"{FORM};",
    "application/x-www-form-urlencoded2",
    "application/x-www-form-urlencode",
    "x-application/x-www-form-urlencoded",
    f"text/plain, {FORM}",
    f"text/plain;{FORM}",
    f'"{FORM}"',
    "application/json",
    "application/json;charset=UTF-8",
    "application/vnd.api+json",
    "application/xml",
    "text/xml",
    "text/plain",
    "text/html",
    "text/csv",
    "multipart/form-data",
    "multipart/form-data; boundary=a",
    "multipart/mixed; boundary=a",
    "multipart/related",
    "application/octet-stream",
    "application/x-www-form+urlencoded",
    "application/*",
    "*/*",
    "",
    "form",
]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("content_type", TYPES)
def test_a_body_counts_as_a_form_only_if_its_type_says_exactly_that(content_type, method):
    """T-04: 30 content types and every method."""
    request = Request(method, f"{ADDRESS}?a=b", (("content-type", content_type),), b"user_id=fred")
    is_form = content_type.partition(";")[0].strip().lower() == FORM
    good = signed(request)
    claim = claimed(good)
    assert first(claim.parameters, "user_id") == ("fred" if is_form else None)
    changed = dataclasses.replace(good, body=b"user_id=admin")
    assert holds(good)
    assert holds(changed) is not is_form
    assert first(claimed(changed).parameters, "user_id") == ("admin" if is_form else None)


def test_the_table_of_types_has_thirty_rows():
    assert len(set(TYPES)) == 30


def test_a_method_override_header_changes_nothing():
    """T-03."""
    request = signed(Request("POST", ADDRESS, (("x-http-method-override", "DELETE"),)))
    assert claimed(request).base_string.startswith("POST&")


# ---- which requests attempt OAuth


@pytest.mark.parametrize(
    "request_",
    [
        GET,
        Request("GET", f"{ADDRESS}?oauth_token=t&oauth_verifier=v"),
        Request("GET", f"{ADDRESS}?a=oauth_signature&b=%26oauth_signature%3D"),
        Request("GET", f"{ADDRESS}?xoauth_signature=1&oauth_signature_methods=2&oauth_consumer_key2=3"),
        Request("GET", ADDRESS, (("authorization", "Basic b2F1dGg6"),)),
        Request("GET", ADDRESS, (("authorization", "Bearer OAuth oauth_consumer_key"),)),
        Request("GET", ADDRESS, (("authorization", "OAuth2 token"),)),
        Request("POST", ADDRESS, (("content-type", "application/json"),), b"oauth_signature=1"),
        Request("POST", f"{ADDRESS}?%zz=%ff&{'a&' * 500}", (("content-type", FORM),), b"\xff\x00%" + b"a=b&" * 5000),
        Request("GET", "not an address"),
    ],
    ids=range(10),
)
def test_a_request_that_attempts_no_oauth_is_none_of_ours_whatever_else_is_wrong_with_it(request_):
    assert read(request_) is None


@pytest.mark.parametrize("header", ["OAuth", "OAuth ", 'oauth realm="x"', "OAUTH  ", 'OAuth realm="x"', "oAuth\t"])
def test_the_scheme_alone_in_any_case_is_an_attempt(header):
    error = refused(Request("GET", ADDRESS, (("authorization", header),)))
    assert error.problem == "parameter_absent"
    assert first(error.companions, "oauth_parameters_absent") == "oauth_token&" + "&".join(module._REQUIRED)


@pytest.mark.parametrize("name", ["oauth_consumer_key", "oauth_signature", "oauth_signature_method"])
@pytest.mark.parametrize("place", ["query", "form"])
def test_one_telling_parameter_in_query_or_form_is_an_attempt(name, place):
    assert refused(carried(((name, "x"),), place)).problem == "parameter_absent"


@pytest.mark.parametrize("token", ["header", "query", "form"])
@pytest.mark.parametrize("rest", ["header", "query", "form"])
def test_parameters_may_travel_in_any_place_and_mixed(token, rest):
    start = carried((("oauth_token", ""),), token, dataclasses.replace(GET, method="POST"))
    others = tuple(pair for pair in OAUTH if pair[0] != "oauth_token")
    request = carried(OAUTH, rest, dataclasses.replace(GET, method="POST")) if token == rest else carried(others, rest, start)
    method, text = request.method, claimed(request).base_string
    expected = sign(
        Request(method, ADDRESS), Credentials("links-for-python", SECRET, SignatureMethod.HMAC_SHA1), timestamp=NOW, nonce=NONCE
    )
    assert text == expected.base_string.replace("%26oauth_version%3D1.0", "")
    assert dict(claimed(request).oauth) == dict(OAUTH)


# ---- what is refused, and what the sender is told


PROTOCOL = [name for name, _ in OAUTH] + [
    "oauth_version",
    "oauth_callback",
    "oauth_verifier",
    "oauth_token_secret",
    "oauth_session_handle",
]


@pytest.mark.parametrize(
    "places", [(one, two) for one in ("header", "query", "form") for two in ("header", "query", "form")], ids="-".join
)
@pytest.mark.parametrize("name", PROTOCOL)
def test_a_protocol_parameter_that_comes_twice_is_refused(name, places):
    """T-02: each parameter, in each pair of places, whether the values are equal or not."""
    for second in ("1.0", "other"):
        value = dict(OAUTH).get(name, "1.0")
        here = (*tuple(pair for pair in OAUTH if pair[0] != name), (name, value))
        request = dataclasses.replace(GET, method="POST")
        if places[0] == places[1]:
            request = carried((*here, (name, second)), places[0], request)
        else:
            request = carried(((name, second),), places[1], carried(here, places[0], request))
        error = refused(request)
        assert error.problem == "parameter_rejected"
        told = first(error.companions, "oauth_parameters_rejected")
        assert sorted(told.split("&")) == sorted(f"{name}={encode(each)}" for each in (value, second))


def test_a_sender_is_told_only_the_beginning_of_a_long_value():
    error = refused(carried((*OAUTH, ("oauth_callback", "x" * 8000), ("oauth_callback", "y")), "query"))
    assert error.companions == (("oauth_parameters_rejected", f"oauth_callback={'x' * 100}&oauth_callback=y"),)


@pytest.mark.parametrize("name", [name for name, _ in OAUTH])
def test_a_missing_parameter_is_named(name):
    error = refused(carried((*tuple(pair for pair in OAUTH if pair[0] != name), ("oauth_version", "1.0")), "header"))
    assert error.problem == "parameter_absent"
    assert error.companions == (("oauth_parameters_absent", name),)


@pytest.mark.parametrize("version", ["1.0", "1", "1.00"])
def test_version_one_is_accepted_however_it_is_written(version):
    """T-19; protocol: it is read as a number."""
    assert claimed(carried((*OAUTH, ("oauth_version", version)), "header"))


@pytest.mark.parametrize("version", ["", "2.0", "1.0a", "1.", "01.0", "1.1", "0.9", "1,0", "١.٠", " 1.0", "1.0 "])
def test_any_other_version_is_rejected(version):
    """T-19."""
    error = refused(carried((*OAUTH, ("oauth_version", version)), "header"))
    assert error.problem == "version_rejected"
    assert error.companions == (("oauth_acceptable_versions", "1.0-1.0"),)


@pytest.mark.parametrize(
    "timestamp", ["", "-1", "+1", "1.0", "1e9", "0x10", " 1", "1 ", "12345678901", "١٢٣", "²", "1_000", "NaN", "infinity"]
)
def test_a_timestamp_is_one_to_ten_decimal_digits(timestamp):
    """T-12."""
    pairs = tuple((name, timestamp if name == "oauth_timestamp" else value) for name, value in OAUTH)
    error = refused(carried(pairs, "header"))
    assert error.problem == "parameter_rejected"
    assert error.companions == (("oauth_parameters_rejected", f"oauth_timestamp={encode(timestamp)}"),)


GOOD_HEADER = header_of(OAUTH)


@pytest.mark.parametrize(
    "header",
    [
        GOOD_HEADER.replace("links-for-python", "%zz"),
        GOOD_HEADER.replace("links-for-python", "%4"),
        GOOD_HEADER.replace("links-for-python", "%FF"),
        GOOD_HEADER.replace("links-for-python", "%C0%AF"),
        GOOD_HEADER.replace("links-for-python", "a%00b"),
        GOOD_HEADER.replace("links-for-python", "a%0Ab"),
        GOOD_HEADER.replace("links-for-python", "ä"),
        GOOD_HEADER.replace("links-for-python", "\ud800"),
        GOOD_HEADER.replace('"links-for-python"', "links-for-python"),
        GOOD_HEADER.replace('"links-for-python"', "'links-for-python'"),
        GOOD_HEADER.replace('"links-for-python"', '"links-for-python'),
        GOOD_HEADER.replace("=", " = "),
        GOOD_HEADER.replace(", ", " "),
        GOOD_HEADER.replace(", ", ";"),
        GOOD_HEADER + ', "',
        GOOD_HEADER + " x",
        GOOD_HEADER + ', oauth_x%0A="1"',
        "OAuth 00Dxx!token",
        "OAuth ,",
        'OAuth ="a"',
    ],
    ids=range(20),
)
def test_a_malformed_header_is_rejected(header):
    assert refused(Request("GET", ADDRESS, (("authorization", header),))).problem == "parameter_rejected"


@pytest.mark.parametrize(
    "header",
    [
        GOOD_HEADER.replace(", ", ","),
        GOOD_HEADER.replace(", ", " ,\t "),
        GOOD_HEADER.replace(", ", ",   "),
        GOOD_HEADER + ",",
        GOOD_HEADER + "  ",
        GOOD_HEADER.replace("OAuth ", 'oauth   Realm="https://a, b", '),
        GOOD_HEADER + ', realm=""',
        GOOD_HEADER.replace("OAuth ", 'OAuth REALM="x", '),
        GOOD_HEADER.replace("links-for-python", "%6cinks-%66or-python"),
        GOOD_HEADER.replace("oauth_nonce", "oauth%5Fnonce"),
    ],
    ids=range(10),
)
def test_a_header_written_by_another_hand_means_the_same(header):
    ours = claimed(Request("GET", ADDRESS, (("authorization", GOOD_HEADER),)))
    theirs = claimed(Request("GET", ADDRESS, (("authorization", header),)))
    assert (theirs.base_string, theirs.oauth) == (ours.base_string, ours.oauth)


def test_a_plus_in_the_header_is_a_plus_and_in_the_query_a_blank():
    header = GOOD_HEADER.replace("c2lnbmF0dXJl", "a+b/c=")
    assert claimed(Request("GET", ADDRESS, (("authorization", header),))).signature == "a+b/c="
    assert claimed(carried(OAUTH, "header", Request("GET", f"{ADDRESS}?a=b+c"))).parameters == (("a", "b c"),)


def test_a_parameter_called_realm_is_signed_unless_it_is_the_headers():
    claim = claimed(carried((("realm", "x"), *OAUTH), "header", Request("GET", f"{ADDRESS}?realm=y")))
    assert claim.parameters == (("realm", "y"),)
    assert "realm%3Dy" in claim.base_string


def test_two_headers_of_a_kind_that_decides_are_refused():
    """T-02, T-04: whoever reads the other one would see another request."""
    once = signed(Request("POST", ADDRESS, (("content-type", FORM),), b"a=b"))
    for name, value in (
        ("authorization", once.header("authorization")),
        ("authorization", "Basic eA=="),
        ("content-type", "text/plain"),
    ):
        assert refused(dataclasses.replace(once, headers=(*once.headers, (name, value)))).problem == "parameter_rejected"


@pytest.mark.parametrize(
    "more",
    [
        "a=1&" * 194 + "b=2",
        "n" * 257 + "=1",
        "é" * 129 + "=1",
        "a=" + "v" * 8193,
        "a=" + "%C3%A9" * 4097,
        "&" * 200,
    ],
    ids=["parameters", "name", "name in bytes", "value", "value in bytes", "empty parameters"],
)
@pytest.mark.parametrize("place", ["query", "form"])
def test_more_than_the_limits_is_rejected(more, place):
    """S-30."""
    raw = more.replace("é", "%C3%A9")
    request = (
        dataclasses.replace(GET, url=f"{ADDRESS}?{raw}")
        if place == "query"
        else dataclasses.replace(GET, method="POST", headers=(("content-type", FORM),), body=raw.encode())
    )
    assert refused(carried(OAUTH, "header", request)).problem == "parameter_rejected"


@pytest.mark.parametrize(
    "raw", ["a=1&" * 193 + "b=2", "n" * 256 + "=" + "v" * 8192, "%C3%A9" * 128 + "=1"], ids=["parameters", "value", "name"]
)
def test_the_limits_themselves_are_accepted(raw):
    """S-30: 200 parameters, names of 256 bytes, values of 8192."""
    assert claimed(carried(OAUTH, "header", dataclasses.replace(GET, url=f"{ADDRESS}?{raw}")))


def test_a_header_or_a_form_beyond_its_limit_is_rejected():
    """S-30."""
    assert (
        refused(GET.with_header("authorization", GOOD_HEADER + ', realm="' + "x" * 8192 + '"')).problem == "parameter_rejected"
    )
    body = Request("POST", ADDRESS, (("content-type", FORM),), b"&".join([b"a=" + b"b" * 2_000] * 150))
    assert refused(carried(OAUTH, "header", body)).problem == "parameter_rejected"


@given(
    st.lists(st.tuples(st.sampled_from(["authorization", "content-type"]), st.text() | st.sampled_from([FORM, "OAuth "]))).map(
        tuple
    ),
    st.text(),
    st.text(),
    st.binary(),
    st.text(),
)
@settings(max_examples=1_000)
def test_no_garbage_makes_reading_raise_anything_but_no_proof(headers, method, url, body, query):
    error = problem_of(Request(method, f"{url}?{query}", headers, body))
    assert error is None or (error.problem and form(error.companions).isascii())


PIECES = [
    "OAuth ",
    "oauth_",
    "consumer_key",
    "signature",
    "signature_method",
    "token",
    "timestamp",
    "nonce",
    "version",
    "=",
    '"',
    '="',
    '", ',
    "&",
    "%",
    "%0",
    "%00",
    "%FF",
    "%C3%A9",
    "+",
    " ",
    ",",
    "1",
    "HMAC-SHA1",
    "RSA-SHA1",
    "a",
    "realm",
    "é",
    "\n",
    "\ud800",
    "#",
    "?",
    "/",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
)
@settings(max_examples=2_000)
def test_nothing_that_looks_like_oauth_makes_reading_raise_anything_but_no_proof(header, query, body):
    request = Request(
        "POST",
        f"{ADDRESS}?{query}",
        (("content-type", FORM), ("authorization", f"OAuth {header}")),
        body.encode("utf-8", "surrogatepass"),
    )
    error = problem_of(request)
    known = {"parameter_rejected", "parameter_absent", "version_rejected", "signature_method_rejected"}
    assert error is None or error.problem in known


@settings(max_examples=500)
@given(st.permutations(OAUTH), st.dictionaries(st.sampled_from([name for name, _ in OAUTH]), st.text(), max_size=3))
def test_parameters_with_any_values_are_read_or_refused_and_verifying_them_only_says_no(pairs, changes):
    changed = tuple((name, changes.get(name, value)) for name, value in pairs)
    try:
        claim = claimed(carried(changed, "header"))
    except NoProof:
        return
    assert verify(claim, SECRET) is False
    assert verify(claim, PRIVATE.public) is False


# ---- control characters


@given(
    st.text(),
    st.sampled_from(["consumer_key", "token", "nonce", "realm", "callback"]),
    st.sampled_from("\r\n\0\t\x7f\x85\u2028\u202e"),
    st.integers(0, 20),
)
def test_no_control_character_comes_near_a_header(text, where, control, place):
    """T-63."""
    bad = text[:place] + control + text[place:]
    values = {"consumer_key": "c", "token": "t", "nonce": "n", "realm": "r", "callback": "https://h/"} | {where: bad}
    credentials = Credentials(values["consumer_key"], SECRET, SignatureMethod.HMAC_SHA1, values["token"])
    with pytest.raises(ConfigurationError, match="control character"):
        signed(GET, credentials, nonce=values["nonce"], realm=values["realm"], extra=(("oauth_callback", values["callback"]),))


def test_a_line_end_inside_a_form_value_is_ordinary_text():
    request = signed(Request("POST", ADDRESS, (("content-type", FORM),), b"comment=two%0D%0Alines"))
    assert holds(request)
    assert claimed(request).parameters == (("comment", "two\r\nlines"),)


@pytest.mark.parametrize("query", ["a=%00", "a=%", "a=%FF", "a=\0", "a=ä", "a=\n"])
def test_a_query_that_nobody_could_read_back_is_not_signed(query):
    with pytest.raises(ConfigurationError, match="cannot be signed"):
        signed(Request("GET", f"{ADDRESS}?{query}"))


# ---- the clock


@pytest.mark.parametrize("offset", [-300, -299, -1, 0, 1, 299, 300])
def test_a_timestamp_within_five_minutes_is_accepted(offset):
    """T-12."""
    check_window(NOW + offset, NOW)


@pytest.mark.parametrize("offset", [-(10**9), -301, 301, 10**9])
def test_a_timestamp_beyond_is_refused_with_the_range_that_would_do(offset):
    """T-12."""
    with pytest.raises(BadProof) as caught:
        check_window(NOW + offset, NOW + 0.4)
    assert caught.value.problem == "timestamp_refused"
    assert caught.value.companions == (("oauth_acceptable_timestamps", f"{NOW - 300}-{NOW + 300}"),)


def test_the_future_may_be_narrower_than_the_past():
    """T-12: future stamps outlive the memory of nonces."""
    check_window(NOW + 60, NOW, future=60)
    for bad in (NOW + 61, NOW - 301):
        with pytest.raises(BadProof):
            check_window(bad, NOW, future=60)


def test_half_a_second_is_rounded_in_favour_of_nobody():
    check_window(NOW + 301, NOW + 0.5)
    with pytest.raises(BadProof):
        check_window(NOW - 300, NOW + 0.5)


# ---- the source itself


def test_no_secret_and_no_signature_is_compared_with_an_equals_sign():
    """T-08: in the whole of wire/, only numbers and public names meet `==`."""
    guarded = ("secret", "signature", "digest", "hmac", "written", "password")
    for path in Path(module.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(sign_, ast.Eq | ast.NotEq) for sign_ in node.ops):
                named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} | {
                    part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
                }
                found = [name for name in named if any(word in name.lower() for word in guarded)]
                assert not found, f"{path.name}:{node.lineno} compares {found} with =="


def test_the_compare_that_guards_a_shared_secret_is_constant_in_time(monkeypatch):
    """T-08: HMAC verification goes through compare_digest, with bytes of equal length."""
    seen = []
    monkeypatch.setattr(module, "compare_digest", lambda ours, theirs: seen.append((ours, theirs)) or ours == theirs)
    assert holds(signed(GET))
    assert [len(ours) == len(theirs) for ours, theirs in seen] == [True, True]
