"""Consumer info: the OAuth consumer that an application is, with its public key (protocol.md 5).

It is served anonymously, so over plain HTTP the key may be anybody's: whoever stores it shows its fingerprint first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from applinks.wire.documents import Document, decode, from_xml, malformed, to_xml

_CALLED = "consumer info"
_ARMOUR = re.compile(r"-----(?:BEGIN|END) PUBLIC KEY-----")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?")


@dataclass(frozen=True, slots=True)
class ConsumerInfo:
    """One consumer as it describes itself.

    `public_key` is the base64 text of its SubjectPublicKeyInfo without armour or blanks; whether it is a key at all is for
    the reader of keys to say. `callback` is an http(s) address.
    """

    key: str
    name: str
    public_key: str
    description: str | None = None
    callback: str | None = None


def write(info: ConsumerInfo) -> bytes:
    """The consumer as `application/xml`."""
    return to_xml("consumer", _texts(info))


def read(body: bytes, content_type: str | None = None) -> ConsumerInfo:
    """Read a consumer; one without a name is called by its key. Raises MalformedAnswer, for any bytes whatever."""
    document = from_xml(decode(body, _CALLED), _CALLED, "consumer", content_type)
    key = document.required("key")
    return ConsumerInfo(
        key=key,
        name=document.line("name") or key,
        public_key=_public_key(document),
        description=document.prose("description"),
        callback=document.address("callback"),
    )


def _texts(info: ConsumerInfo) -> Iterator[tuple[str, str]]:
    yield "key", info.key
    yield "name", info.name
    yield "publicKey", info.public_key
    if info.description is not None:
        yield "description", info.description
    if info.callback is not None:
        yield "callback", info.callback


def _public_key(document: Document) -> str:
    text = "".join(_ARMOUR.sub("", document.whole("publicKey")).split())
    if not text:
        raise malformed(_CALLED, "has no publicKey")
    if _BASE64.fullmatch(text) is None:
        raise malformed(_CALLED, "has a publicKey that is not the base64 text of a public key")
    return text
