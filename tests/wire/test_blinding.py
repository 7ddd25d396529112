"""Two sides find out which secrets they share (G-01)."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks.wire.blinding import SIZE, Blinding, point_of, points_in

PRIME = 2**255 - 19
SECRETS = st.binary(min_size=SIZE, max_size=SIZE)
TEXTS = st.lists(st.binary(max_size=8), max_size=6)
OURS, THEIRS = Blinding(bytes(range(32))), Blinding(bytes(range(32, 64)))

LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    PRIME - 1,
    PRIME,
    PRIME + 1,
]
"""RFC 7748, section 6.1, and what is known of Curve25519: their product is the same for every secret."""


def lies_on_the_curve(point: bytes) -> bool:
    """By Euler's criterion, which is slower than what is tested here and nothing like it."""
    u = int.from_bytes(point, "little")
    return u < PRIME and pow(u**3 + 486662 * u * u + u, (PRIME - 1) // 2, PRIME) == 1


@given(st.binary())
def test_a_text_becomes_a_point_of_the_curve_never_of_its_twist(text):
    """Else one bit of it would show through every blinding."""
    assert lies_on_the_curve(point_of(text))
    assert point_of(text) == point_of(text) != point_of(text + b"x")


@given(st.binary(), SECRETS)
def test_what_was_blinded_is_a_point_of_the_curve_and_not_the_one_that_it_was(text, secret):
    (hidden,) = Blinding(secret).hidden([text])
    assert lies_on_the_curve(hidden)
    assert hidden != point_of(text)


@given(TEXTS, TEXTS, SECRETS, SECRETS)
@settings(max_examples=50)
def test_what_both_have_blinded_is_equal_exactly_where_the_texts_are(ours, theirs, secret, other):
    us, them = Blinding(secret), Blinding(other)
    here = them.blinded(us.hidden(ours))
    there = us.blinded(them.hidden(theirs))
    assert {text for text, point in zip(ours, here, strict=True) if point in there} == {*ours} & {*theirs}


def test_it_is_the_multiplication_of_rfc_7748():
    secret = bytes(range(1, 33))
    expected = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(point_of(b"x")))
    assert Blinding(secret).hidden([b"x"]) == [expected]


@pytest.mark.parametrize("u", LOW_ORDER)
def test_a_point_of_low_order_is_refused_among_whatever_others(u):
    """RFC 7748, section 6.1: the product would be zero, whatever the secret."""
    with pytest.raises(ValueError, match="low order"):
        OURS.blinded([point_of(b"alice"), u.to_bytes(SIZE, "little")])


def test_whoever_guesses_a_name_learns_nothing_without_the_secret():
    """What one side has blinded is equal to no other thing that can be made of the same text."""
    (sent,) = OURS.hidden([b"alice"])
    guessed = point_of(b"alice")
    assert sent not in {guessed, *THEIRS.blinded([guessed, sent]), *Blinding(guessed).hidden([b"alice"])}


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33)])
def test_a_secret_has_32_bytes(secret):
    with pytest.raises(ValueError, match="32"):
        Blinding(secret)


def test_points_are_written_one_after_the_other():
    points = OURS.hidden([b"a", b"b", b"c"])
    assert points_in(b"".join(points)) == points
    assert points_in(b"") == []
    with pytest.raises(ValueError, match="no number of points"):
        points_in(bytes(33))


def test_a_secret_is_not_shown():
    """T-66"""
    assert "31" not in repr(OURS).split("object")[0]
