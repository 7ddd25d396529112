"""What one end of a link knows of the other, told to that other one only: a state, sealed for its key (decision 0018).

Rules of this file:
- Whoever asks learns nothing unless he holds the private key: who is linked and who is not get answers of one size, for one
  work, and nothing about the key can be seen from outside.
- What was opened is what the other side says. It proves nothing, and is compared, never believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from applinks.links.identity import KEY_BITS, Identity
from applinks.links.model import Link
from applinks.questions import Question
from applinks.wire.keys import PrivateKey, PublicKey

STATE_PATH = "rest/applinks-pairing/1.0/state"
SIZE = 8 * 1024
"""Bytes of a state before it is sealed, filled up with blanks."""
LONGEST = 400
"""Characters of one text in a state."""
DRAWN = 16
"""So many ciphertexts are made for one answer: that none of them will do happens once in 65,536 answers at most."""
_ALGORITHM, _ENCRYPTION = "RSA-OAEP-256", "A256GCM"


@dataclass(frozen=True, slots=True)
class State:
    """One end of a link, as its own application tells the other one.

    `id` and `url` are the teller's own, `version` that of its software, `clock` its time in seconds since the epoch.
    `known_url` is the address under which it knows the reader; `consumer_key` and `fingerprint` are those by which it accepts
    the reader's calls, `signs_with` is the fingerprint of the key by which it calls. Levels and methods are those of its own
    two directions. `same_users` is its answer, None if nobody gave one.
    """

    id: str
    url: str
    version: str
    clock: float
    name: str
    known_url: str
    consumer_key: str | None
    fingerprint: str | None
    signs_with: str
    incoming: str
    incoming_method: str
    outgoing: str
    outgoing_method: str
    same_users: bool | None
    mechanisms: tuple[str, ...] = field(default=())

    @classmethod
    def of(
        cls, link: Link, us: Identity, signs_with: PublicKey, clock: float, version: str, mechanisms: Iterable[str]
    ) -> State:
        """Our end of a link."""
        key = link.incoming.public_key
        return cls(
            id=us.id,
            url=us.url,
            version=version,
            clock=clock,
            name=link.name,
            known_url=link.application_url,
            consumer_key=link.incoming.consumer_key,
            fingerprint=PublicKey.read(key).fingerprint if key else None,
            signs_with=signs_with.fingerprint,
            incoming=link.incoming.level,
            incoming_method=link.incoming.signature_method,
            outgoing=link.outgoing.level,
            outgoing_method=link.outgoing.signature_method,
            same_users=link.same_users.answer if link.same_users else None,
            mechanisms=tuple(mechanisms),
        )

    def to_json(self) -> bytes:
        """As it is sealed: always of the same size."""
        told = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in asdict(self).items()}
        return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")[:SIZE].ljust(SIZE)

    @classmethod
    def from_json(cls, body: bytes) -> State | None:
        """Read what the other side says; None unless all of it is there and of the right kind."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or not all(_fits(told.get(name), kinds) for name, kinds in _KINDS.items()):
            return None
        mechanisms = tuple(name for name in told["mechanisms"] if isinstance(name, str))
        members: dict[str, Any] = {one.name: told.get(one.name) for one in fields(cls)}
        return cls(**{**members, "mechanisms": mechanisms})


_TEXT, _PERHAPS = (str,), (str, type(None))
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "url", "version", "name", "known_url"), _TEXT),
    **dict.fromkeys(("signs_with", "incoming", "incoming_method", "outgoing", "outgoing_method"), _TEXT),
    **dict.fromkeys(("consumer_key", "fingerprint"), _PERHAPS),
    "clock": (int, float),
    "same_users": (bool, type(None)),
    "mechanisms": (list,),
}


def _fits(value: Any, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool) and bool not in kinds:
        return False
    return isinstance(value, kinds) and (not isinstance(value, str) or value.isprintable())


@dataclass(frozen=True, slots=True)
class SealFor(Question):
    """Encrypt this content to a public key (its text). The answer is bytes, for the holder of its private half alone."""

    public_key: str
    content: bytes = field(repr=False)


def can_be_sealed_for(public_key: str | None) -> bool:
    """Whether it is a key of the size of our own. Another size could be told from the length of the answer."""
    return public_key is not None and PublicKey.read(public_key).bits == KEY_BITS


def seal(public_key: str, content: bytes) -> bytes:
    """Encrypt to a key: JWE in its compact form (RFC 7516), by RSA-OAEP-256 and A256GCM.

    An RSA ciphertext is a number below the modulus, so that many of them tell which modulus it is. Hence several are drawn,
    always as many, and one is taken whose number is below all moduli of this size.
    """
    from joserfc import jwe
    from joserfc.jwk import RSAKey

    key = RSAKey.import_key(PublicKey.read(public_key).native)
    header, known = {"alg": _ALGORITHM, "enc": _ENCRYPTION}, [_ALGORITHM, _ENCRYPTION]
    while True:
        drawn = [jwe.encrypt_compact(header, content, key, algorithms=known) for _ in range(DRAWN)]
        for text in drawn:
            if _is_low(text):
                return text.encode()


def unseal(sealed: bytes, key: PrivateKey) -> bytes | None:
    """What was encrypted to this key; None for whatever is for another one, or not sealed at all."""
    from joserfc import jwe
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        opened = jwe.decrypt_compact(sealed, RSAKey.import_key(key.native), algorithms=[_ALGORITHM, _ENCRYPTION])
    except (JoseError, ValueError):
        return None
    return opened.plaintext


def _is_low(text: str) -> bool:
    """Whether the first bit of the encrypted key is 0: by its first letter in base64url."""
    return text.split(".", 2)[1][0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
