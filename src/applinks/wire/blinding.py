"""Two sides find out which secrets they share, and learn nothing of the others: hashing to Curve25519, and blinding there.

Diffie–Hellman private set intersection over X25519 (RFC 7748). Each side hashes its texts to points and multiplies them by a
secret of its own; the other side multiplies the result by its secret. Multiplication commutes, so what was blinded by both is
equal exactly where the texts are. A point that only one side has blinded tells the other nothing: to test a guess, one needs
that secret (the decisional Diffie–Hellman assumption).

Rules of this file:

- A text becomes a u-coordinate by hashing, again and again with a counter, until it lies on the curve itself and not on its
  twist. Otherwise that one bit, which no multiplication changes, could be read off every blinded point.
- Secrets are clamped (RFC 7748, section 5): multiples of the cofactor, so nothing of a point's small part comes through.
- What the other side sends may be any 32 bytes: the twist is as strong as the curve. A point of low order alone, whose
  product is the same for every secret, is refused (RFC 7748, section 6.1).
- Chance comes in as an argument. A secret is for one comparison.
- The time that hashing takes depends on the text. It is spent on a whole list at once, for a side that knows only its length.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SIZE = 32
"""Bytes of a point, and of a secret."""

_PRIME = 2**255 - 19
_A = 486662


class Blinding:
    """Multiplies points by one secret of 32 random bytes. Never shown."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(secret)

    def hidden(self, texts: Iterable[bytes]) -> list[bytes]:
        """Each text as a point that only this secret could have made, in the same order."""
        return self.blinded(map(point_of, texts))

    def blinded(self, points: Iterable[bytes]) -> list[bytes]:
        """Each point times the secret, in the same order; `ValueError` for one of low order."""
        read, multiply = X25519PublicKey.from_public_bytes, self._key.exchange
        try:
            return [multiply(read(point)) for point in points]
        except ValueError:
            raise ValueError("a point is of low order") from None


def point_of(text: bytes) -> bytes:
    """The point that stands for a text: nobody knows its logarithm."""
    counter = 0
    while True:
        u = int.from_bytes(sha512(counter.to_bytes(4) + text).digest(), "little") % _PRIME
        if _is_on_curve(u):
            return u.to_bytes(SIZE, "little")
        counter += 1


def points_in(sent: bytes) -> list[bytes]:
    """The points that the other side wrote one after the other; `ValueError` if the last one is not whole."""
    if len(sent) % SIZE:
        raise ValueError(f"{len(sent)} bytes are no number of points")
    return [sent[start : start + SIZE] for start in range(0, len(sent), SIZE)]


def _is_on_curve(u: int) -> bool:
    """Whether u³ + 486662u² + u is a square, so that the curve has a point with this coordinate (its twist has the others)."""
    return _legendre(u * (u * (u + _A) + 1) % _PRIME, _PRIME) == 1


def _legendre(a: int, n: int) -> int:
    """1 for a square modulo the prime n, -1 for none, 0 for 0: by reciprocity, in a fifth of the time of a power."""
    sign = 1
    while a:
        twos = (a & -a).bit_length() - 1
        a >>= twos
        if twos & 1 and n & 7 in {3, 5}:
            sign = -sign
        if a & n & 3 == 3:
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0
