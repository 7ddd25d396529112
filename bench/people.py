"""What comparing people costs, beside the bare multiplication on Curve25519 of which each side makes two for each text."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from applinks.people import By, Names, Person, comparing
from applinks.wire.blinding import Blinding, point_of
from bench.measure import Call, Rows, Task

PEOPLE = tuple(Person(f"user{number}", f"User {number}", email=f"user{number}@example.com") for number in range(50))


def rows() -> Rows:
    """A text for the first time, a point of the other side, and a whole person on the side that asks."""
    secret = bytes(range(32))
    blinding, key, point = Blinding(secret), X25519PrivateKey.from_private_bytes(secret), point_of(b"alice")
    base = Call(lambda: key.exchange(X25519PublicKey.from_public_bytes(point)))
    texts = [b"%d" % number for number in range(50)]
    points = blinding.hidden(texts)
    yield Task("hash and blind 50 texts", Call(lambda: blinding.hidden(texts)), base)
    yield Task("blind 50 points again", Call(lambda: blinding.blinded(points)), base)

    def person() -> None:
        listed = comparing.listed(PEOPLE, Names())
        hidden = blinding.hidden(comparing.texts_of(listed, comparing.Side.ASKING, By.EMAIL, b"context"))
        blinding.blinded(hidden)

    yield Task("all of 50 people on one side", Call(person), base)
