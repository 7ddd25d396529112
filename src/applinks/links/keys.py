"""The key pair by which other applications know this one."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from applinks.links.model import Identity, Link
from applinks.questions import Question
from applinks.wire.keys import PrivateKey

KEY_BITS = 2048


def new_key() -> PrivateKey:
    """A fresh RSA key pair."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey.read(der, trusted=True)


@dataclass(frozen=True, slots=True)
class WhoWeAre(Question):
    """The `Identity` of this application."""


@dataclass(frozen=True, slots=True)
class OurKey(Question):
    """The `PrivateKey` that this application signs with; parsed once and kept."""


@dataclass(frozen=True, slots=True)
class FactsFor(Question):
    """All that one outgoing call over the link of that id needs to know, read at one moment: `Facts`, or None if it is gone."""

    link_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A link as it is now, and who we are towards it."""

    link: Link
    identity: Identity
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class LinkOfConsumer(Question):
    """The `Link` whose incoming side knows this consumer key, or None."""

    consumer_key: str
