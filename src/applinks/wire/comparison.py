"""How two applications compare their people: one address, four steps, each a signed form. Our own protocol.

| `step` | Sent, besides `session` | Answer |
|---|---|---|
| `begin` | no session, but `version`, `people` (how many) and `by` | JSON: `session`, `salt`, `people`, `by` |
| `blind` | `number`, `points`: those of the asking side | the same points blinded again, in the same order |
| `list` | `number` | points of the asked side |
| `end` | `common`: which of these are common, one bit each | nothing |

`by` is `email` if any of the people has one, else `full_name`. Each person stands for four points, told in an order that tells
nothing. Bytes travel in a form as base64 for URLs, without padding, in parts
(`points0`, `points1`, …), and in answers as they are. All
pieces but the last have the same size. Whatever is refused is told as JSON, `message` and `remedy`.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from applinks.wire.blinding import SIZE
from applinks.wire.messages import Pairs, Response

PATH = "rest/applinks-people/1.0/compare"
VERSION = "1"
PIECE = 4096
"""Points in one form: with their signature, well below what is read of one."""
PAGE = 8192
"""Points in one answer."""
PART = 6000
"""Bytes in one parameter: more than 8 KiB of text are not read of one."""
BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Begun:
    """The asked side is ready: the word by which it knows the comparison, what its texts begin with, and its number of people.

    `by` is by what both sides tell who somebody is.
    """

    session: str
    salt: str
    people: int
    by: str

    def to_json(self) -> bytes:
        """As it travels."""
        return json.dumps({"session": self.session, "salt": self.salt, "people": self.people, "by": self.by}).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Begun:
        """As it came; `ValueError` if it lacks anything."""
        try:
            data = json.loads(text)
            session, salt, people, by = (data[name] for name in ("session", "salt", "people", "by"))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ValueError("the answer is not what begins a comparison") from None
        texts = all(isinstance(value, str) and len(value) <= 500 for value in (session, salt, by))
        if not texts or type(people) is not int or people < 0:
            raise ValueError("the answer is not what begins a comparison")
        return cls(session, salt, people, by)


def pieces(number: int, size: int) -> int:
    """How many pieces so many points make."""
    return -(-number // size)


def size_of(number: int, total: int, size: int) -> int:
    """How many of so many points the piece of that number holds."""
    return max(0, min(size, total - number * size)) if number >= 0 else 0


def packed(name: str, data: bytes) -> Pairs:
    """Bytes as parameters of a form, numbered, since a signature does not cover the order of equal names."""
    return tuple(
        (f"{name}{number}", urlsafe_b64encode(data[start : start + PART]).rstrip(b"=").decode())
        for number, start in enumerate(range(0, len(data), PART))
    )


def unpacked(name: str, sent: Mapping[str, str]) -> bytes:
    """The bytes of such parameters; `ValueError` if one is no base64 for URLs."""
    texts = takewhile(lambda text: text is not None, (sent.get(f"{name}{number}") for number in count()))
    try:
        return b"".join(urlsafe_b64decode(str(text).encode("ascii") + b"=" * (-len(str(text)) % 4)) for text in texts)
    except (UnicodeEncodeError, Error):
        raise ValueError("a parameter is not base64") from None


def as_bits(flags: Sequence[bool]) -> bytes:
    """One bit for each, the first one lowest."""
    number = int("".join("1" if flag else "0" for flag in reversed(flags)) or "0", 2)
    return number.to_bytes(pieces(len(flags), 8), "little")


def bits_in(sent: bytes, number: int) -> list[bool]:
    """So many bits; `ValueError` if there are others."""
    if len(sent) != pieces(number, 8) or int.from_bytes(sent, "little") >> number:
        raise ValueError(f"{len(sent)} bytes are not {number} bits")
    return [bool(sent[place >> 3] >> (place & 7) & 1) for place in range(number)]


def points_answered(points: Sequence[bytes]) -> Response:
    """Points as an answer."""
    return Response(200, (("content-type", BINARY), ("cache-control", "no-store")), b"".join(points))


def holds(body: bytes, number: int) -> bool:
    """Whether that is as long as so many points."""
    return len(body) == number * SIZE
