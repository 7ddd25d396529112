"""RSA keys: read from whatever an administrator pastes, refused in words, never shown."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

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
