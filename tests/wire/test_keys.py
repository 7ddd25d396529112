"""RSA keys: read from whatever an administrator pastes, refused in words, never shown."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError
from applinks.wire import keys
from applinks.wire.keys import PrivateKey, PublicKey

Encoding, Private, Public = serialization.Encoding, serialization.PrivateFormat, serialization.PublicFormat
WIKI = json.loads((Path(__file__).parents[2] / "vectors" / "community.json").read_text())[0]
SHA256 = hashes.SHA256()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def spki(public) -> bytes:
    return public.public_bytes(Encoding.DER, Public.SubjectPublicKeyInfo)


def pem_of(public, shape=Public.SubjectPublicKeyInfo) -> str:
    return public.public_bytes(Encoding.PEM, shape).decode()


def pkcs8(key, encoding=Encoding.PEM, lock=None) -> bytes:
    return key.private_bytes(encoding, Private.PKCS8, lock or serialization.NoEncryption())


def test_every_form_of_a_public_key_is_the_same_key(key):
    bare = base64.b64encode(spki(key.public_key())).decode()
    wrapped = "\r\n".join(bare[start : start + 64] for start in range(0, len(bare), 64))
    forms = [
        pem_of(key.public_key()),
        f"\n  {pem_of(key.public_key())}\n",
        bare,
        f"{bare} \n",
        f"  {wrapped}\t",
        pem_of(key.public_key(), Public.PKCS1),
    ]
    assert {PublicKey.read(text) for text in forms} == {PrivateKey(key).public}
    assert {PublicKey.read(text).text for text in forms} == {bare}


def test_a_certificate_counts_as_its_public_key():
    pem = f"-----BEGIN CERTIFICATE-----\n{WIKI['inputs']['certificate']}\n-----END CERTIFICATE-----"
    assert PublicKey.read(pem).text == WIKI["expected"]["public_key"]


def test_a_public_key_is_parsed_once(key):
    text = PrivateKey(key).public.text
    assert PublicKey.read(text) is PublicKey.read(text)
    assert keys._read_public.cache_info().maxsize == 1024


def test_the_fingerprint_is_sha_256_of_the_key_for_people_to_compare():
    public = PublicKey.read(WIKI["expected"]["public_key"])
    assert public.fingerprint.startswith("SHA256:92:9f:67:e9:")
    assert len(public.fingerprint) == len("SHA256:") + 32 * 3 - 1


def test_keys_that_differ_are_not_equal(key):
    ours, theirs = PrivateKey(key).public, PublicKey.read(WIKI["expected"]["public_key"])
    assert ours != theirs
    assert ours != ours.text
    assert ours.bits == 2048
    assert theirs.bits == 1024


@pytest.mark.parametrize("trusted", [False, True])
def test_every_form_of_a_private_key_is_the_same_key(key, trusted):
    der = pkcs8(key, Encoding.DER)
    traditional = key.private_bytes(Encoding.PEM, Private.TraditionalOpenSSL, serialization.NoEncryption())
    forms = [pkcs8(key), pkcs8(key).decode(), der, base64.b64encode(der).decode() + "\n", traditional]
    assert {PrivateKey.read(text, trusted=trusted).to_der() for text in forms} == {der}


def test_what_the_private_key_signs_the_public_key_verifies(key):
    private = PrivateKey(key)
    signature = private.sign(b"text", SHA256)
    assert private.public.verify(signature, b"text", SHA256)
    assert not private.public.verify(signature, b"other text", SHA256)
    assert not private.public.verify(signature[:-1], b"text", SHA256)
    assert not private.public.verify(b"", b"text", SHA256)


def test_no_repr_shows_key_material(key):
    private = PrivateKey(key)
    assert repr(private) == f"<PrivateKey, 2048 bits, of {private.public.fingerprint}>"
    assert repr(private.public) == f"<PublicKey, 2048 bits, {private.public.fingerprint}>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "AAAA",
        "ä",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "\0",
    ],
)
def test_what_is_no_public_key_is_refused_in_words(text):
    with pytest.raises(ConfigurationError, match="The public key cannot be used"):
        PublicKey.read(text)


def test_a_private_key_pasted_as_a_public_one_is_named_and_not_repeated(key):
    with pytest.raises(ConfigurationError, match="it is a private key") as refused:
        PublicKey.read(pkcs8(key).decode())
    assert "BEGIN" not in str(refused.value)


def test_a_text_too_long_for_a_key_is_not_even_looked_at():
    with pytest.raises(ConfigurationError, match="too long"):
        PublicKey.read("A" * 100_000)


@pytest.mark.parametrize(
    "other",
    [ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate(), dsa.generate_private_key(1024)],
    ids=["EC", "Ed25519", "DSA"],
)
def test_only_rsa_keys_are_taken(other):
    with pytest.raises(ConfigurationError, match="not an RSA key"):
        PublicKey.read(pem_of(other.public_key()))
    with pytest.raises(ConfigurationError, match="not an RSA key"):
        PrivateKey.read(pkcs8(other))


@pytest.mark.parametrize(
    ("bits", "exponent", "why"),
    [(512, 65537, "512 bits"), (1023, 65537, "1023 bits"), (8200, 65537, "8200 bits"), (2048, 2**32 + 1, "exponent")],
)
def test_sizes_and_exponents_out_of_bounds_are_refused(bits, exponent, why):
    odd = (1 << (bits - 1)) | 1
    public = rsa.RSAPublicNumbers(exponent, odd).public_key()
    with pytest.raises(ConfigurationError, match=why):
        PublicKey.read(pem_of(public))


def test_the_same_bounds_hold_for_private_keys(key, monkeypatch):
    monkeypatch.setattr(keys, "SMALLEST", 4096)
    with pytest.raises(ConfigurationError, match="The private key cannot be used: it has 2048 bits"):
        PrivateKey.read(pkcs8(key), trusted=True)


@pytest.mark.parametrize("exponent", [3, 17, 65537])
def test_usual_exponents_are_accepted(exponent):
    public = rsa.RSAPublicNumbers(exponent, (1 << 2047) | 1).public_key()
    assert PublicKey.read(pem_of(public)).bits == 2048


def test_a_private_key_behind_a_passphrase_is_refused_in_words(key):
    with pytest.raises(ConfigurationError, match="passphrase"):
        PrivateKey.read(pkcs8(key, lock=serialization.BestAvailableEncryption(b"secret")))


@pytest.mark.parametrize(
    "text", ["", b"", "nonsense", b"\x30\x00", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_private_key_is_refused_in_words(text):
    with pytest.raises(ConfigurationError, match="The private key cannot be used"):
        PrivateKey.read(text)


def test_a_private_key_whose_numbers_do_not_fit_is_refused_unless_it_is_trusted(key):
    numbers = key.private_numbers()
    broken = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d + 2, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    der = pkcs8(broken.private_key(unsafe_skip_rsa_key_validation=True), Encoding.DER)
    with pytest.raises(ConfigurationError):
        PrivateKey.read(der)
    PrivateKey.read(der, trusted=True)


@pytest.mark.parametrize("complaint", [UnsupportedAlgorithm("no"), InternalError("no", [])])
def test_a_platform_that_forbids_sha_1_is_told_in_words_and_nothing_else_is_used_instead(complaint):
    class Forbidding:
        def sign(self, *_):
            raise complaint

        verify = sign

    private = PrivateKey.read(WIKI["inputs"]["private_key"])
    public = private.public
    private._key = forbidding = Forbidding()
    with pytest.raises(ConfigurationError, match="does not allow RSA signatures with SHA1"):
        private.sign(b"text", hashes.SHA1())
    public = PublicKey(rsa.RSAPublicNumbers(65537, (1 << 2047) | 1).public_key())
    public._key = forbidding
    with pytest.raises(ConfigurationError, match="does not allow RSA signatures with SHA1"):
        public.verify(b"", b"text", hashes.SHA1())


# ---- RSA without padding (protocol.md 2.2)

BLINDING = 2**1000 + 12_345
SMALL = PrivateKey.read(WIKI["inputs"]["private_key"])


def padded(data: bytes, size: int) -> bytes:
    """What RSASSA-PKCS1-v1_5 raises: RFC 8017, 9.2."""
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
    return b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest


def test_raising_by_hand_gives_what_the_library_signs(key):
    private = PrivateKey(key)
    for one in (private, SMALL):
        assert one.raw(padded(b"text", one.public.size), BLINDING) == one.sign(b"text", SHA256)
        assert one.public.raw(one.sign(b"text", SHA256)) == padded(b"text", one.public.size)


@given(st.binary(max_size=127), st.integers(2**64, 2**1100))
def test_what_the_private_key_raises_the_public_one_takes_back(message, blinding):
    raised = SMALL.raw(message, blinding)
    assert len(raised) == 128
    assert SMALL.public.raw(raised) == message.rjust(128, b"\0")


@given(st.integers(2**64, 2**1100))
def test_the_blinding_leaves_no_trace_in_the_result(blinding):
    assert SMALL.raw(b"text", blinding) == SMALL.raw(b"text", BLINDING)


def test_what_is_raised_is_never_the_message_itself(monkeypatch):
    """T-08: the secret exponent meets only numbers that nobody outside knows."""
    numbers = SMALL._key.private_numbers()
    met = []

    def watching(base, exponent, modulus=None):
        if exponent in {numbers.d, numbers.dmp1, numbers.dmq1}:
            met.append(base)
        return pow(base, exponent, modulus)

    monkeypatch.setattr(keys, "pow", watching, raising=False)
    SMALL.raw(b"text", BLINDING)
    SMALL.raw(b"text", BLINDING + 1)
    assert len(set(met)) == 2
    assert len(met) == 4
    assert int.from_bytes(b"text") not in met


@pytest.mark.parametrize("blinding", [0, 1, -1, 2**64 - 1, "n", "p", "2n+1"])
def test_a_blinding_that_hides_nothing_is_refused(blinding):
    numbers = SMALL._key.private_numbers()
    n = numbers.public_numbers.n
    value = {"n": n, "p": numbers.p, "2n+1": 2 * n + 1, -1: -n}.get(blinding, blinding)
    with pytest.raises(ConfigurationError, match="blinding"):
        SMALL.raw(b"text", value)


def test_a_message_that_is_no_number_below_the_modulus_is_refused():
    n = SMALL._key.private_numbers().public_numbers.n
    for message in (n.to_bytes(128), b"\xff" * 128, b"\1" + bytes(128)):
        with pytest.raises(ConfigurationError):
            SMALL.raw(message, BLINDING)
        with pytest.raises(ValueError):
            SMALL.public.raw(message)
    assert SMALL.public.raw(b"") == bytes(128)
    with pytest.raises(ValueError):
        SMALL.public.raw(bytes(129))


def test_a_miscounted_result_never_leaves():
    """A fault in one half of the computation would show the other half's prime to everybody."""
    numbers = SMALL._key.private_numbers()
    broken = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d, numbers.dmp1 + 2, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    der = pkcs8(broken.private_key(unsafe_skip_rsa_key_validation=True), Encoding.DER)
    with pytest.raises(ConfigurationError, match="do not fit"):
        PrivateKey.read(der, trusted=True).raw(b"text", BLINDING)
