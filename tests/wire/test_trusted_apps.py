"""Trusted Applications: certificates made, read, opened and verified; each refusal is a row of protocol.md 2.3."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import BadProof, ConfigurationError, MalformedAnswer, NoProof, NotAdmitted
from applinks.wire import trusted_apps as trusted
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Request
from applinks.wire.trusted_failures import Code

FOLDER = Path(__file__).parents[2] / "vectors"
KEY = PrivateKey.read(json.loads((FOLDER / "community.json").read_text())[0]["inputs"]["private_key"])
OTHER = PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))
VECTORS = json.loads((FOLDER / "trusted_apps.json").read_text())
URL = "https://wiki.example.test/rest/api/content?title=a%20b"
MADE = 1_700_000_000_000
RC4_KEY = bytes(range(1, 17))
BLINDING = 2**900 + 12_345

ADDRESSES = st.tuples(*[st.integers(0, 255)] * 4).map(lambda parts: ".".join(map(str, parts)))
USERS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=255)


def those(kind):
    found = [vector for vector in VECTORS if vector["kind"] == kind]
    assert found
    return pytest.mark.parametrize("vector", found, ids=lambda vector: vector["id"])


def certified(url=URL, user="fred", key=KEY, app_id="jira:1", *, milliseconds=MADE, rc4_key=RC4_KEY, blinding=BLINDING):
    return trusted.certify(url, user, key, app_id, milliseconds=milliseconds, rc4_key=rc4_key, blinding=blinding)


def request(*without: str, **changed: str) -> Request:
    """A certified request, some of its headers left out (`id`, `cert` …) or changed."""
    headers = {name.rpartition("-")[2]: value for name, value in certified()} | changed
    kept = ((f"x-seraph-trusted-app-{name}", value) for name, value in headers.items() if name not in without)
    return Request("GET", URL, tuple(kept))


def claim(*without: str, oldest: int = 2, **changed: str) -> trusted.Claim:
    found = trusted.read(request(*without, **changed), oldest=oldest)
    assert found is not None
    return found


def sealed(plain: bytes, rc4_key: bytes = RC4_KEY) -> str:
    """A certificate with any text in it, as it travels."""
    return b64encode(trusted.rc4(rc4_key, plain)).decode()


def opened(plain: bytes) -> trusted.Certificate:
    return trusted.open_certificate(claim(cert=sealed(plain)), KEY.public)


def raised_with(message: bytes, key: PrivateKey = KEY) -> str:
    return b64encode(key.raw(message, BLINDING)).decode()


def refused(code: Code, kind: type[NotAdmitted] = BadProof):
    """The block is refused with that code."""
    return pytest.raises(kind, check=lambda error: error.problem == code.value)


@contextmanager
def refused_at_most(*codes: Code):
    """The block may be refused with one of these, and must not fail in another way."""
    try:
        yield
    except (NoProof, BadProof) as refusal:
        if refusal.problem not in codes:
            raise


# ---- RC4


@those("rc4")
def test_the_key_stream_is_the_published_one(vector):
    """RFC 6229."""
    offset = vector["inputs"]["offset"]
    stream = trusted.rc4(bytes.fromhex(vector["inputs"]["key"]), bytes(offset + 16))
    assert stream[offset:].hex() == vector["expected"]["keystream"]


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=300))
def test_rc4_is_that_of_the_library_and_its_own_inverse(key, data):
    sent = trusted.rc4(key, data)
    assert sent == Cipher(ARC4(key), None).encryptor().update(data)
    assert trusted.rc4(key, sent) == data


def test_a_key_that_begins_with_zero_is_made_fit_and_others_are_left_alone():
    """protocol.md 2.2: leading zeros are lost in raw RSA."""
    assert trusted.fit_key(bytes(16)) == b"\1" + bytes(15)
    assert trusted.fit_key(RC4_KEY) == RC4_KEY
    assert len(trusted.fit_key(bytes(40))) == 16


# ---- sending


@those("certificate")
def test_the_headers_are_those_of_the_vector(vector):
    """TA1."""
    given_, expected = vector["inputs"], vector["expected"]
    headers = dict(
        certified(
            given_["url"],
            given_["user"],
            app_id=given_["application_id"],
            milliseconds=given_["milliseconds"],
            rc4_key=bytes.fromhex(given_["rc4_key"]),
        )
    )
    assert headers == {
        "x-seraph-trusted-app-id": given_["application_id"],
        "x-seraph-trusted-app-cert": expected["certificate"],
        "x-seraph-trusted-app-key": expected["key"],
        "x-seraph-trusted-app-magic": expected["magic"],
        "x-seraph-trusted-app-version": expected["version"],
        "x-seraph-trusted-app-signature": expected["signature"],
    }
    plain = trusted.rc4(bytes.fromhex(given_["rc4_key"]), b64decode(expected["certificate"]))
    assert plain.decode() == expected["plaintext"]


def test_the_blinding_leaves_no_trace_in_what_is_sent():
    assert certified(key=OTHER, blinding=2**100) == certified(key=OTHER, blinding=2**2000 + 1)


def test_the_magic_number_is_the_signed_reading_of_0xbadc0fee():
    assert int(trusted.MAGIC_TEXT) % 2**32 == 0xBADC0FEE
    assert -(2**31) <= int(trusted.MAGIC_TEXT) < 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": ""},
        {"user": "fred\nadmin"},
        {"user": "fred\0"},
        {"user": "x" * 256},
        {"user": "\ud800"},
        {"app_id": ""},
        {"app_id": "a\r\nx-evil: 1"},
        {"app_id": " a"},
        {"app_id": "jïra"},
        {"url": "https://wiki.example.test/a b"},
        {"url": "https://wiki.example.test/\n1700000000000"},
        {"url": "https://wiki.example.test/#top"},
        {"url": "/relative"},
        {"milliseconds": -1},
        {"milliseconds": 10**15},
        {"rc4_key": bytes(16)},
        {"rc4_key": RC4_KEY[:15]},
        {"rc4_key": b""},
        {"blinding": 1},
        {"blinding": 0},
    ],
    ids=repr,
)
def test_what_could_not_be_read_back_is_never_certified(wrong):
    """T-26, T-63."""
    with pytest.raises(ConfigurationError):
        certified(**wrong)


@given(st.text(), st.text(), st.text(), st.integers(), st.binary(max_size=20), st.integers(min_value=0))
def test_certifying_anything_whatever_gives_plain_headers_or_says_why_not(url, user, app_id, milliseconds, rc4_key, blinding):
    """T-63."""
    try:
        headers = trusted.certify(url, user, KEY, app_id, milliseconds=milliseconds, rc4_key=rc4_key, blinding=blinding)
    except ConfigurationError:
        return
    assert all(value.isascii() and value.isprintable() for _, value in headers)


@given(USERS, st.integers(0, 10**15 - 1), st.binary(min_size=16, max_size=16), st.integers(2**64, 2**1000))
def test_what_is_certified_is_what_is_read(user, milliseconds, drawn, blinding):
    key = trusted.fit_key(drawn)
    headers = certified(user=user, milliseconds=milliseconds, rc4_key=key, blinding=blinding)
    found = trusted.read(Request("GET", URL, headers))
    certificate = trusted.open_certificate(found, KEY.public)
    assert (certificate.created, certificate.user, found.application_id, found.version) == (milliseconds, user, "jira:1", 2)
    assert trusted.verify(found, certificate, KEY.public, URL)


# ---- reading: protocol.md 2.3, steps 1 to 5


@pytest.mark.parametrize("found", [request("cert"), request(cert=""), request(cert=" \t"), Request("GET", URL)], ids=range(4))
def test_row_1_without_a_certificate_there_is_no_attempt(found):
    """protocol.md 2.3, row 1."""
    assert trusted.read(found) is None


@pytest.mark.parametrize("found", [request("id"), request(id=" "), request("id", "key", "magic", "version")], ids=range(3))
def test_row_2_a_blank_id_is_app_id_not_found(found):
    """protocol.md 2.3, row 2."""
    with refused(Code.APP_ID_NOT_FOUND, NoProof):
        trusted.read(found)


@pytest.mark.parametrize("found", [request("key"), request(key=" "), request("key", "magic", version="x")], ids=range(3))
def test_row_3_a_blank_key_is_secret_key_not_found(found):
    """protocol.md 2.3, row 3."""
    with refused(Code.SECRET_KEY_NOT_FOUND, NoProof):
        trusted.read(found)


@pytest.mark.parametrize("version", ["", "x", "-1", "2.0", "1e0", "0x2", "²", "02", "+2", "9" * 50])
def test_row_4_a_version_that_is_no_number_is_bad_protocol_version(version):
    """protocol.md 2.3, row 4; before the magic number is missed."""
    with refused(Code.BAD_PROTOCOL_VERSION, NoProof):
        trusted.read(request("magic", version=version), oldest=1)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("without", [{"magic": ""}, {"magic": "  "}])
def test_row_5_a_blank_magic_number_is_magic_number_not_found(version, without):
    """protocol.md 2.3, row 5."""
    with refused(Code.MAGIC_NUMBER_NOT_FOUND, NoProof):
        trusted.read(request(version=version, **without), oldest=1)


@pytest.mark.parametrize("oldest", [2, 1, 0, -1])
def test_version_0_is_refused_however_it_is_said_and_whatever_is_asked_for(oldest):
    """T-26, protocol.md 2.6."""
    for found in (request("version"), request(version="0")):
        with refused(Code.BAD_PROTOCOL_VERSION, NoProof):
            trusted.read(found, oldest=oldest)


def test_version_1_is_read_only_where_it_is_asked_for():
    """T-26, protocol.md 2.6."""
    with refused(Code.BAD_PROTOCOL_VERSION, NoProof):
        trusted.read(request(version="1"))
    assert claim(version="1", oldest=1).version == 1


@pytest.mark.parametrize("version", ["3", "4", "99"])
def test_later_versions_which_sign_another_text_are_refused(version):
    """T-26: version confusion."""
    with refused(Code.BAD_PROTOCOL_VERSION, NoProof):
        trusted.read(request(version=version))


@pytest.mark.parametrize("name", ["id", "cert", "key", "magic", "version", "signature"])
def test_a_header_that_is_there_twice_is_refused_whichever_is_first(name):
    """T-02."""
    once = request()
    for extra in ("x", ""):
        twice = (f"x-seraph-trusted-app-{name}", extra)
        for headers in ((twice, *once.headers), (*once.headers, twice)):
            with refused(Code.SYSTEM, NoProof):
                trusted.read(Request("GET", URL, headers))


@pytest.mark.parametrize("name", ["id", "cert", "key", "magic", "version", "signature"])
def test_a_header_that_is_too_long_is_refused_before_it_is_looked_at(name):
    """T-73."""
    with refused(Code.SYSTEM, NoProof):
        trusted.read(request(**{name: "A" * 5000}))


@pytest.mark.parametrize("name", ["a" * 256, "jira\x00", "jïra", "a\x1b[31m"])
def test_an_id_that_is_no_plain_text_is_refused(name):
    """T-63, T-67."""
    with refused(Code.SYSTEM, NoProof):
        trusted.read(request(id=name))


@given(st.lists(st.tuples(st.sampled_from([*trusted._REQUEST_HEADERS, "accept"]), st.text()), max_size=9), st.integers(-2, 5))
def test_no_headers_make_reading_fail_otherwise(headers, oldest):
    with refused_at_most(*Code):
        trusted.read(Request("GET", URL, tuple(headers)), oldest=oldest)


def test_no_repr_shows_what_could_be_sent_again():
    """T-66."""
    found = claim()
    shown = repr(found) + repr(trusted.open_certificate(found, KEY.public))
    for value in (found.certificate, found.key, found.magic, found.signature):
        assert value not in shown


# ---- opening: protocol.md 2.3, step 7


@those("certificate")
def test_the_vectors_certificate_opens_and_its_signature_verifies(vector):
    """TA1."""
    given_, expected = vector["inputs"], vector["expected"]
    found = claim(
        id=given_["application_id"],
        cert=expected["certificate"],
        key=expected["key"],
        magic=expected["magic"],
        version=expected["version"],
        signature=expected["signature"],
    )
    certificate = trusted.open_certificate(found, KEY.public)
    assert (certificate.created, certificate.user) == (given_["milliseconds"], given_["user"])
    assert trusted.verify(found, certificate, KEY.public, given_["url"])


def test_base64_with_line_breaks_is_read_and_never_written():
    """protocol.md 2.2."""
    plain = dict(certified())
    assert not any(set(value) & set("\r\n\t ") for value in plain.values())
    wrapped = {name: f" {value[:40]}\r\n {value[40:]}" for name, value in plain.items() if name.endswith(("key", "magic"))}
    found = trusted.read(Request("GET", URL, tuple((plain | wrapped).items())))
    assert trusted.open_certificate(found, KEY.public).user == "fred"


@pytest.mark.parametrize(
    "magic",
    [
        raised_with(b"-1159983121"),
        raised_with(b"1159983122"),
        raised_with(b""),
        raised_with(b"-1159983122", OTHER),
        b64encode(b"-1159983122").decode(),
        b64encode(b"\xff" * 128).decode(),
        "!",
        "A",
        "é",
    ],
    ids=range(9),
)
def test_row_7_a_wrong_magic_number_in_its_header_is_bad_magic(magic):
    """protocol.md 2.3, row 7."""
    with refused(Code.BAD_MAGIC):
        trusted.open_certificate(claim(magic=magic), KEY.public)


@pytest.mark.parametrize("last", [b"\n-1159983121", b"\n", b"", b"\n-1159983122 ", b"\n01159983122"])
def test_row_7_a_wrong_magic_number_in_the_certificate_is_bad_magic(last):
    """protocol.md 2.3, row 7."""
    with refused(Code.BAD_MAGIC):
        opened(b"1700000000000\nfred" + last)


@pytest.mark.parametrize(
    "key",
    [
        raised_with(RC4_KEY, OTHER),
        raised_with(RC4_KEY[:15]),
        raised_with(RC4_KEY + b"\1"),
        raised_with(b"\1"),
        b64encode(bytes(127) + b"\1").decode(),
        b64encode(bytes(128)).decode(),
        "?",
    ],
    ids=range(7),
)
def test_row_7_a_key_that_the_application_did_not_make_is_bad_magic(key):
    """protocol.md 2.3, row 7; among them the numbers 0 and 1, which anybody can raise."""
    with refused(Code.BAD_MAGIC):
        trusted.open_certificate(claim(key=key), KEY.public)


def test_row_7_a_key_whose_first_byte_is_zero_is_bad_magic():
    """protocol.md 2.2: it is a byte short when it arrives."""
    zero = b"\0" + RC4_KEY[1:]
    cert = sealed(f"{MADE}\nfred\n{trusted.MAGIC_TEXT}".encode(), zero)
    with refused(Code.BAD_MAGIC):
        trusted.open_certificate(claim(key=raised_with(zero), cert=cert), KEY.public)


@pytest.mark.parametrize(
    "time", [b"", b"x", b"-1", b"1.5", b"1e9", b" 1", b"+1", b"01", b"0x1", "١".encode(), b"9" * 16, b"1_0"]
)
def test_row_7_a_time_that_is_no_number_is_system(time):
    """protocol.md 2.3, row 7; T-12."""
    with refused(Code.SYSTEM):
        opened(time + b"\nfred\n-1159983122")


@pytest.mark.parametrize("user", ["", "fr\red", "fr\0ed", "\x1b[31m", "a\u202eb", "x" * 256, "a\u2028b"])
def test_row_7_a_user_name_with_control_characters_or_without_end_is_system(user):
    """protocol.md 2.6; T-22."""
    with refused(Code.SYSTEM):
        opened(f"1\n{user}\n-1159983122".encode())


@pytest.mark.parametrize("plain", [b"1\nfred\n-1159983122\n", b"1\nfred\n-1159983122\nadmin", b"\xff\nfred\n-1159983122"])
def test_row_7_a_certificate_that_is_not_three_lines_of_text_is_system(plain):
    """protocol.md 2.3, row 7."""
    with refused(Code.SYSTEM):
        opened(plain)


def test_a_certificate_is_opened_with_the_key_of_its_application_only():
    with refused(Code.BAD_MAGIC):
        trusted.open_certificate(claim(), OTHER.public)


def test_what_is_put_together_from_certificates_seen_before_is_not_new():
    """T-09, T-26: another key, time and name in front of a captured signature are still that signature's one request."""
    captured = claim()
    once = trusted.open_certificate(captured, KEY.public)
    later = dict(certified(milliseconds=MADE + 5000, rc4_key=bytes(reversed(RC4_KEY))))
    forged = sealed(f"{MADE}\nadmin\n{trusted.MAGIC_TEXT}".encode(), bytes(reversed(RC4_KEY)))
    found = claim(cert=forged, key=later[trusted.KEY])
    again = trusted.open_certificate(found, KEY.public)
    assert trusted.verify(found, again, KEY.public, URL), "the protocol itself does not notice"
    assert (again.user, again.created, again.nonce) == ("admin", once.created, once.nonce)


def test_another_spelling_of_the_signature_is_the_same_signature():
    """T-09: base64 has spare bits, and line breaks are read."""
    once = claim().signature
    spare = once.rstrip("=")[:-1] + chr(ord(once.rstrip("=")[-1]) + 1) + "="
    nonces = {
        trusted.open_certificate(claim(signature=text), KEY.public).nonce for text in (once, once[:9] + " " + once[9:], spare)
    }
    assert b64decode(spare) == b64decode(once)
    assert len(nonces) == 1


def test_other_times_addresses_and_keys_may_each_be_spent():
    certificates = [certified(), certified(milliseconds=MADE + 1), certified(url=URL + "c")]
    claims = [trusted.read(Request("GET", URL, headers)) for headers in certificates]
    unsigned = [
        claim("signature", version="1", oldest=1, key=raised_with(key), cert=sealed(b"1\nfred\n-1159983122", key))
        for key in (RC4_KEY, bytes(reversed(RC4_KEY)))
    ]
    assert len({trusted.open_certificate(found, KEY.public).nonce for found in (*claims, *unsigned)}) == 5


def test_a_name_keeps_its_case():
    """protocol.md 2.3 tells that products make it lower case; two people's names may differ in case only."""
    assert opened(b"1\nFred\n-1159983122").user == "Fred"


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_no_claim_makes_opening_fail_otherwise(certificate, key, magic, signature):
    whatever = trusted.Claim("jira:1", 2, certificate, key, magic, signature)
    with pytest.raises(BadProof):
        trusted.open_certificate(whatever, KEY.public)


@given(st.binary(min_size=1, max_size=300))
def test_no_text_in_a_certificate_makes_opening_fail_otherwise(plain):
    with refused_at_most(Code.BAD_MAGIC, Code.SYSTEM):
        opened(plain)


# ---- age


@pytest.mark.parametrize("apart", [-10_000, -9_999, 0, 1, 10_000])
def test_a_certificate_holds_to_the_last_millisecond_in_both_directions(apart):
    """T-26."""
    trusted.check_age(trusted.Certificate(MADE + apart, "fred", "n"), MADE / 1000, 10_000)


@pytest.mark.parametrize("apart", [-10_001, 10_001, -(10**14), 10**14])
def test_row_7_older_is_old_cert_and_so_is_one_from_the_future(apart):
    """protocol.md 2.3, row 7; T-26."""
    with refused(Code.OLD_CERT):
        trusted.check_age(trusted.Certificate(MADE + apart, "fred", "n"), MADE / 1000, 10_000)


def test_an_age_of_zero_is_no_licence_for_ever():
    """protocol.md 2.5: for products 0 means never too old."""
    with refused(Code.OLD_CERT):
        trusted.check_age(trusted.Certificate(MADE - 1, "fred", "n"), MADE / 1000, 0)


# ---- signature: protocol.md 2.3, step 8


def test_row_8_version_2_without_a_signature_is_bad_signature():
    """protocol.md 2.3, row 8."""
    for found in (claim("signature"), claim(signature=" ")):
        assert not trusted.verify(found, trusted.open_certificate(found, KEY.public), KEY.public, URL)
    refusal = trusted.bad_signature(URL)
    assert (refusal.problem, refusal.companions) == ("BAD_SIGNATURE", (("0", URL),))


@pytest.mark.parametrize(
    "url",
    [
        URL + "1",
        URL.partition("?")[0],
        URL.replace("https", "http"),
        URL.replace("%20", "+"),
        URL.replace("wiki", "jira"),
        URL + "\n",
        "",
        "é",
    ],
)
def test_row_8_a_signature_for_another_address_is_bad_signature(url):
    """protocol.md 2.3, row 8: other URL, other query."""
    found = claim()
    assert not trusted.verify(found, trusted.open_certificate(found, KEY.public), KEY.public, url)


def test_row_8_a_signature_for_another_time_is_bad_signature():
    """protocol.md 2.3, row 8: the time is the certificate's."""
    found = claim(cert=sealed(f"{MADE + 1}\nfred\n{trusted.MAGIC_TEXT}".encode()))
    assert not trusted.verify(found, trusted.open_certificate(found, KEY.public), KEY.public, URL)


@pytest.mark.parametrize(
    "signature",
    [
        "A",
        "????",
        "é",
        b64encode(bytes(128)).decode(),
        b64encode(OTHER.sign(f"{MADE}\n{URL}".encode(), hashes.SHA1())).decode(),
        b64encode(KEY.sign(f"{MADE}\n{URL}".encode(), hashes.SHA256())).decode(),
        b64encode(KEY.sign(f"{MADE}\n{URL}\nfred".encode(), hashes.SHA1())).decode(),
    ],
    ids=range(7),
)
def test_row_8_a_signature_that_is_wrong_or_none_is_bad_signature(signature):
    """protocol.md 2.3, row 8; the last one is what later versions may sign."""
    found = claim(signature=signature)
    assert not trusted.verify(found, trusted.open_certificate(found, KEY.public), KEY.public, URL)


def test_row_8_a_signature_that_comes_with_version_1_is_still_checked():
    """protocol.md 2.3, row 8."""
    certificate = trusted.open_certificate(claim(), KEY.public)
    assert trusted.verify(claim("signature", version="1", oldest=1), certificate, KEY.public, URL)
    assert trusted.verify(claim(version="1", oldest=1), certificate, KEY.public, URL)
    assert not trusted.verify(claim(version="1", signature="AAAA", oldest=1), certificate, KEY.public, URL)


def test_a_platform_that_forbids_sha_1_is_told_in_words_on_both_sides(monkeypatch):
    def forbid(*_):
        raise UnsupportedAlgorithm("no")

    class Forbidding:
        def __init__(self, key):
            self.private_numbers, self.public_numbers, self.key_size = (
                getattr(key, "private_numbers", None),
                getattr(key, "public_numbers", None),
                key.key_size,
            )

        sign = verify = forbid

    key = PrivateKey.read(KEY.to_der())
    found, certificate = claim(), trusted.open_certificate(claim(), KEY.public)
    key._key = Forbidding(key._key)
    with pytest.raises(ConfigurationError, match="SHA1"):
        certified(key=key)
    public = PublicKey(rsa.RSAPublicNumbers(65537, (1 << 2047) | 1).public_key())
    public._key = Forbidding(public._key)
    with pytest.raises(ConfigurationError, match="SHA1"):
        trusted.verify(found, certificate, public, URL)


# ---- from where: protocol.md 2.3 step 7, 2.5


@pytest.mark.parametrize(
    ("patterns", "peer", "forwarded"),
    [
        ((), None, ["anything"]),
        ((), "2001:db8::1", []),
        (("10.0.0.7",), "10.0.0.7", []),
        (("10.0.0.7",), "::ffff:10.0.0.7", []),
        (("10.0.0.7",), "::FFFF:10.0.0.7", [""]),
        (("10.0.*.7", "192.168.0.*"), "192.168.0.255", ["10.0.9.7, 192.168.0.1", "10.0.0.7"]),
        (("*.*.*.*",), "0.0.0.0", []),
    ],
    ids=range(7),
)
def test_addresses_that_fit_a_pattern_are_let_in(patterns, peer, forwarded):
    """protocol.md 2.5."""
    trusted.check_addresses(patterns, peer, forwarded)


@pytest.mark.parametrize(
    "peer",
    [
        None,
        "",
        "10.0.0.8",
        "10.0.0.70",
        "10.0.0.7.1",
        "10.0.0",
        "010.0.0.7",
        "10.0.0.07",
        "0xa.0.0.7",
        "167772167",
        "10.0.0.7:80",
        " 10.0.0.7",
        "10.0.0.7\n",
        "::ffff:0a00:0007",
        "::1",
        "localhost",
        "١٠.0.0.7",
        "*.*.*.*",
    ],
)
def test_row_7_another_socket_address_is_bad_remote_ip(peer):
    """protocol.md 2.3, row 7; T-26, T-32."""
    with refused(Code.BAD_REMOTE_IP):
        trusted.check_addresses(("10.0.0.7",), peer)


@pytest.mark.parametrize(
    "forwarded",
    [
        ["10.0.0.8"],
        ["10.0.0.7, 10.0.0.8"],
        ["10.0.0.8, 10.0.0.7"],
        ["10.0.0.7", "10.0.0.8"],
        ["10.0.0.7,"],
        [","],
        ["10.0.0.7, unknown"],
        ["10.0.0.7:1234"],
        ["[::1]"],
    ],
    ids=range(9),
)
def test_row_7_one_forwarded_address_that_does_not_fit_is_bad_xforward_ip(forwarded):
    """protocol.md 2.3, row 7, and 2.5; T-26."""
    with refused(Code.BAD_XFORWARD_IP):
        trusted.check_addresses(("10.0.0.7",), "10.0.0.7", forwarded)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "*",
        "10.0.0",
        "10.0.0.0.0",
        "10.0.0.0/8",
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0.1*",
        "::1",
        "a.b.c.d",
        "10.0.0.-1",
        "10.0.0.*\n",
    ],
)
def test_what_is_no_pattern_cannot_be_kept(pattern):
    """protocol.md 2.5: exactly four parts, decimal or *."""
    with pytest.raises(ConfigurationError):
        trusted.check_patterns([pattern], [])


def test_a_pattern_that_nobody_checked_lets_nobody_in():
    with refused(Code.BAD_REMOTE_IP):
        trusted.check_addresses(("10.0.0",), "10.0.0.7")


@given(ADDRESSES, ADDRESSES)
def test_an_address_fits_itself_and_no_other(one, other):
    trusted.check_patterns([one], [])
    trusted.check_addresses([one], one)
    if one != other:
        with refused(Code.BAD_REMOTE_IP):
            trusted.check_addresses([one], other)


@given(st.text(), st.lists(st.text()))
def test_no_address_makes_checking_fail_otherwise(peer, forwarded):
    with refused_at_most(Code.BAD_REMOTE_IP, Code.BAD_XFORWARD_IP):
        trusted.check_addresses(("10.0.*.*",), peer, forwarded)


# ---- for what


@pytest.mark.parametrize(
    ("prefixes", "path"),
    [
        ((), "/../anything;at//all"),
        (("/rest/api",), "/rest/api"),
        (("/rest/api",), "/rest/api/2/myself"),
        (("/rest/api",), "/rest/apis"),
        (("/sr/jira.issueviews:searchrequest",), "/sr/jira.issueviews:searchrequest-xml/1/x.xml"),
        (("/a", "/b"), "/b/%C3%BC%20x"),
        (("/",), "/anything"),
    ],
    ids=range(7),
)
def test_paths_that_begin_as_allowed_are_let_in(prefixes, path):
    """protocol.md 2.5: plain prefixes, empty means all."""
    trusted.check_patterns([], prefixes)
    trusted.check_path(prefixes, path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/rest",
        "/Rest/api",
        "rest/api",
        "//rest/api",
        "/rest//api",
        "/rest/./api",
        "/x/../rest/api",
        "/rest/api/../../admin",
        "/rest/api/..",
        "/rest/api/.",
        "/rest/api/%2e%2e/admin",
        "/rest/api/.%2E/admin",
        "/rest/api/..%2fadmin",
        "/rest/api/%2Fadmin",
        "/rest/api/..;/admin",
        "/rest/api;x=1/../admin",
        "/rest/api/%3b/..",
        "/rest/api/..\\admin",
        "/rest/api/%5c..%5cadmin",
        "/rest/api/%252e%252e/admin",
        "/rest/api%00/admin",
        "/rest/api/\0",
        "/rest/api/\n",
        "/rest/api/é",
        "/rest/api#/admin",
        "/admin?/rest/api",
        "/%72est/api",
    ],
)
def test_row_7_another_path_is_bad_url_however_it_is_spelt(path):
    """protocol.md 2.3, row 7; T-26, T-70."""
    with refused(Code.BAD_URL):
        trusted.check_path(("/rest/api",), path)


@pytest.mark.parametrize("prefix", ["", "rest", "/a b", "/a//b", "/a/../b", "/%2e", "/a;b", "/a?b", "https://x/a", "/é"])
def test_what_is_no_plain_path_cannot_be_kept(prefix):
    with pytest.raises(ConfigurationError):
        trusted.check_patterns([], [prefix])


@given(st.text())
def test_no_path_makes_checking_fail_otherwise(path):
    with refused_at_most(Code.BAD_URL):
        trusted.check_path(("/rest/",), path)


# ---- the certificate endpoint


@those("application")
def test_an_application_describes_itself_in_four_lines(vector):
    """protocol.md 2.5; no line feed at the end."""
    given_ = vector["inputs"]
    application = trusted.TrustedApplication(given_["application_id"], PublicKey.read(given_["public_key"]), given_["version"])
    assert trusted.publish(application).decode() == vector["expected"]["text"]
    assert trusted.read_published(vector["expected"]["text"].encode()) == application


def test_line_ends_of_any_kind_and_blanks_around_are_read():
    text = trusted.publish(trusted.TrustedApplication("jira:1", KEY.public, 1)).replace(b"\n", b" \r\n") + b"\r\n"
    assert trusted.read_published(text) == trusted.TrustedApplication("jira:1", KEY.public, 1)


@pytest.mark.parametrize("line", range(4))
def test_four_lines_with_one_wrong_are_refused(line):
    lines = trusted.publish(trusted.TrustedApplication("jira:1", KEY.public)).split(b"\n")
    for wrong in (b"", b"\xff", b"<html>\0"):
        with pytest.raises(MalformedAnswer):
            trusted.read_published(b"\n".join([*lines[:line], wrong, *lines[line + 1 :]]))
    with pytest.raises(MalformedAnswer):
        trusted.read_published(b"\n".join(lines[:line] + lines[line + 1 :]))


def test_the_private_key_pasted_for_the_public_one_is_not_repeated():
    """T-66."""
    pem = "-----BEGIN PRIVATE KEY-----canary-----END PRIVATE KEY-----"
    with pytest.raises(MalformedAnswer, match="private key") as refused_:
        trusted.read_published(f"jira:1\n{pem}\n2\n{trusted.MAGIC_TEXT}".encode())
    assert "canary" not in str(refused_.value)


@given(
    st.one_of(
        st.binary(), st.lists(st.text(), min_size=4, max_size=4).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
    )
)
def test_no_bytes_make_reading_a_description_fail_otherwise(body):
    with pytest.raises(MalformedAnswer):
        trusted.read_published(body)


def test_a_description_too_large_is_not_even_parsed():
    """T-35."""
    with pytest.raises(MalformedAnswer):
        trusted.read_published(b"x" * 10_000_000)
