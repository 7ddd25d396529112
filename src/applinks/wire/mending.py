"""What two applications of ours tell each other to mend a link, and the texts that prove it.

Each text names what it is about, and for whom it was made; none could be taken for another one, nor for the base string of a
request: that has no line ends.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes

from applinks.wire.keys import PrivateKey, PublicKey

PROOF_PATH = "rest/applinks-pairing/1.0/proof"
NEW_KEY_PATH = "rest/applinks-pairing/1.0/key"
NEW_ADDRESS_PATH = "rest/applinks-pairing/1.0/address"
DELETED_PATH = "rest/applinks-pairing/1.0/deleted"

Text = bytes


def of_new_key(consumer_key: str, receiver: str, old: PublicKey, new: PublicKey) -> Text:
    """That the consumer has the new key, which is to follow the old one; for the application at the address `receiver`."""
    return _lines("applinks: a new key", (consumer_key, receiver, old.fingerprint, new.fingerprint))


def of_address(id: str, url: str, asker: str, challenge: str) -> Text:  # noqa: A002
    """That the application of that id is at that address; for the application of the id `asker`, which made the challenge."""
    return _lines("applinks: an address", (id, url, asker, challenge))


def prove(text: Text, key: PrivateKey) -> str:
    """A signature over the text, in base64: RSA with SHA-256, whatever the links sign with."""
    return b64encode(key.sign(text, hashes.SHA256())).decode()


def holds(text: Text, proof: str, key: PublicKey) -> bool:
    """Whether the owner of that key has signed the text."""
    try:
        return key.verify(b64decode(proof, validate=True), text, hashes.SHA256())
    except ValueError:
        return False


def _lines(what: str, facts: Sequence[str]) -> Text:
    return "\n".join((what, *(f"{len(fact)}:{fact}" for fact in facts))).encode("utf-8", "surrogatepass")
