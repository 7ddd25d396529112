from __future__ import annotations

from cryptography.hazmat.primitives import hashes

from applinks.links import new_key
from applinks.wire.keys import PrivateKey


def test_a_new_key_is_rsa_of_2048_bits_and_another_each_time():
    """T-75, S-16"""
    one, other = new_key(), new_key()
    assert one.public.bits == other.public.bits == 2048
    assert one.public != other.public


def test_a_new_key_signs_what_its_public_half_verifies_also_after_it_was_stored():
    key = new_key()
    signature = PrivateKey.read(key.to_der()).sign(b"text", hashes.SHA256())
    assert key.public.verify(signature, b"text", hashes.SHA256())
    assert not key.public.verify(signature, b"other", hashes.SHA256())
