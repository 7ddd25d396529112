"""RSA keys as administrators paste them and as products publish them (protocol.md 1.2).

Reading a private key costs more than a hundred signatures, most of it for proving that its numbers fit; so a key is
proved once, when it is first handed to us, and trusted afterwards. Public keys are kept by their text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from functools import lru_cache
from math import gcd

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from applinks.errors import ConfigurationError, MethodForbidden

SMALLEST = 1024  # old product defaults; accepted to read and to verify, never made
LARGEST = 8192  # beyond it one verification is a way to keep us busy
LONGEST_TEXT = 32 * 1024
SMALLEST_BLINDING = 2**64  # below it, trying all of them is no work

_PADDING = padding.PKCS1v15()


class PrivateKey:
    """An RSA private key, from text by `read` or from a key just made. Never shown: repr gives size and fingerprint."""

    __slots__ = ("_key", "public")

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def read(cls, text: str | bytes, *, trusted: bool = False) -> PrivateKey:
        """From PEM, DER, or the base64 of DER. `trusted` skips the slow proof, for keys that we stored ourselves.

        Raises `ConfigurationError`.
        """
        data = text.encode() if isinstance(text, str) else text
        try:
            if b"-----BEGIN" in data:
                key = serialization.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=trusted)
            else:
                der = b64decode(_without_blanks(text), validate=True) if isinstance(text, str) else text
                key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=trusted)
        except TypeError:
            raise _unusable("private", "it is protected by a passphrase; remove that first") from None
        except (ValueError, UnsupportedAlgorithm):
            raise _unusable("private", "it is neither PEM nor DER of a private key, or it is damaged") from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise _unusable("private", "it is not an RSA key")
        _check_numbers(key.public_key(), "private")
        return cls(key)

    def sign(self, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        """RSASSA-PKCS1-v1_5. Raises `ConfigurationError` where the platform forbids the hash."""
        try:
            return self._key.sign(data, _PADDING, algorithm)
        except (UnsupportedAlgorithm, InternalError):
            raise _forbidden(algorithm) from None

    def raw(self, message: bytes, blinding: int) -> bytes:
        """RSA without padding: message^d mod n, for Trusted Applications; as long as the modulus (unverified: protocol.md 2.2).

        No library offers that, and how long Python's `pow` takes tells about the exponent. `blinding`, fresh and random for
        each call, makes what is raised a number that nobody outside can know or choose, so there is nothing to compare the
        time with. The result is proved with the public key: a fault in one half of the computation would show the key.
        Raises `ConfigurationError` for a message or a blinding that is out of bounds.
        """
        numbers = self._key.private_numbers()
        e, n = numbers.public_numbers.e, numbers.public_numbers.n
        number = int.from_bytes(message)
        if number >= n or (blinding := blinding % n) < SMALLEST_BLINDING or gcd(blinding, n) != 1:
            raise ConfigurationError("RSA without padding needs a message below the modulus, and a large random blinding.")
        blinded = number * pow(blinding, e, n) % n
        of_p, of_q = pow(blinded, numbers.dmp1, numbers.p), pow(blinded, numbers.dmq1, numbers.q)
        raised = of_q + (of_p - of_q) * numbers.iqmp % numbers.p * numbers.q
        result = raised * pow(blinding, -1, n) % n
        if pow(result, e, n) != number:
            raise _unusable("private", "its numbers do not fit each other, or this machine has miscounted")
        return result.to_bytes(self.public.size)

    @property
    def native(self) -> rsa.RSAPrivateKey:
        """As the cryptography library has it: for a library that opens what was encrypted to it."""
        return self._key

    def to_der(self) -> bytes:
        """PKCS #8, not encrypted: to be sealed before it is stored."""
        return self._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def __repr__(self) -> str:
        return f"<PrivateKey, {self._key.key_size} bits, of {self.public.fingerprint}>"


class PublicKey:
    """An RSA public key; equal to another if both have the same SubjectPublicKeyInfo."""

    __slots__ = ("_key", "der")

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key
        self.der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @staticmethod
    def read(text: str) -> PublicKey:
        """From PEM, from an X.509 certificate, or from bare base64, with any blanks and line ends.

        Raises `ConfigurationError` saying what was wrong.
        """
        if len(text) > LONGEST_TEXT:
            raise _unusable("public", "the text is too long for a key")
        return _read_public(text)

    def verify(self, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm) -> bool:
        """RSASSA-PKCS1-v1_5. Raises `ConfigurationError` where the platform forbids the hash."""
        try:
            self._key.verify(signature, data, _PADDING, algorithm)
        except InvalidSignature:
            return False
        except (UnsupportedAlgorithm, InternalError):
            raise _forbidden(algorithm) from None
        return True

    def raw(self, data: bytes) -> bytes:
        """RSA without padding: data^e mod n, as long as the modulus.

        Raises `ValueError` for data that is no number below the modulus: it was not made with this key.
        """
        numbers = self._key.public_numbers()
        if len(data) > self.size or (number := int.from_bytes(data)) >= numbers.n:
            raise ValueError("not a number below the modulus")
        return pow(number, numbers.e, numbers.n).to_bytes(self.size)

    @property
    def native(self) -> rsa.RSAPublicKey:
        """As the cryptography library has it: for a library that encrypts to it."""
        return self._key

    @property
    def bits(self) -> int:
        """The size of the modulus."""
        return self._key.key_size

    @property
    def size(self) -> int:
        """The size of the modulus in bytes, and of everything made with it."""
        return (self._key.key_size + 7) // 8

    @property
    def text(self) -> str:
        """Bare base64 of SubjectPublicKeyInfo on one line, as consumer-info and the products' forms want it."""
        return b64encode(self.der).decode("ascii")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of SubjectPublicKeyInfo for people to compare: `SHA256:ab:cd:…`."""
        return f"SHA256:{hashlib.sha256(self.der).digest().hex(':')}"

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, PublicKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<PublicKey, {self.bits} bits, {self.fingerprint}>"


@lru_cache(maxsize=1024)
def _read_public(text: str) -> PublicKey:
    if "PRIVATE KEY-----" in text:
        raise _unusable("public", "it is a private key, which must stay where it was made; give the public one")
    try:
        key = _parse_public(text)
    except (ValueError, UnsupportedAlgorithm):
        raise _unusable(
            "public", "it is neither a PEM public key, a certificate, nor base64 of one, or it is damaged"
        ) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise _unusable("public", "it is not an RSA key")
    _check_numbers(key, "public")
    return PublicKey(key)


def _parse_public(text: str) -> object:
    if "-----BEGIN CERTIFICATE-----" in text:
        return x509.load_pem_x509_certificate(text.strip().encode()).public_key()
    if "-----BEGIN" in text:
        return serialization.load_pem_public_key(text.strip().encode())
    return serialization.load_der_public_key(b64decode(_without_blanks(text), validate=True))


def _without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def _check_numbers(key: rsa.RSAPublicKey, kind: str) -> None:
    if not SMALLEST <= key.key_size <= LARGEST:
        raise _unusable(kind, f"it has {key.key_size} bits; from {SMALLEST} to {LARGEST} are accepted")
    if key.public_numbers().e >= 2**32:  # a small or even one has been refused when it was parsed
        raise _unusable(kind, "its exponent is unusual; 65537 is the one to use")


def _unusable(kind: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"The {kind} key cannot be used: {why}.", remedy="Paste the whole key again.")


def _forbidden(algorithm: hashes.HashAlgorithm) -> MethodForbidden:
    return MethodForbidden(
        f"This machine's OpenSSL does not allow RSA signatures with {algorithm.name.upper()}.",
        remedy="Choose another signature method for this link on both ends, or allow it in the system's crypto policy.",
    )
