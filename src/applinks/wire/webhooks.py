"""Signatures of events that travel by HTTP: those of the products (protocol.md 10), and Standard Webhooks 1.0.0.

Rules of this file:

- Only the raw body is signed, so it is verified before anybody parses it.
- A product signs nothing else: neither the name of the event nor the id of the delivery, which stand in headers, nor the time.
  Standard Webhooks signs id and time as well. Their id holds no full stop, else one signed text could be cut in two ways.
- Whole signatures are compared, in constant time, each with that of every secret: while secrets are changed there are several.
- Time is handed in (T-78).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hmac import compare_digest, digest

from applinks.errors import ConfigurationError
from applinks.wire.messages import Pairs

HUB_SIGNATURE = "x-hub-signature"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

TOLERANCE = 300
"""Seconds that the clocks of both ends may differ by, delivery included."""

LONGEST_SECRET = 255
"""Characters, of a secret that is entered in a product."""

MOST_SIGNATURES = 16
"""In one header; two are there while a secret is changed."""

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)

_is_hub_signature = re.compile(r"sha256=[0-9a-f]{64}").fullmatch
_is_id = re.compile(r"[!-\-/-~]{1,255}").fullmatch
_is_timestamp = re.compile(r"[0-9]{1,10}").fullmatch


class Unproven(ValueError):
    """An event that does not prove where it comes from; says why, and repeats nothing of it."""


# ---- the products: X-Hub-Signature


def hub_headers(body: bytes, secret: str) -> Pairs:
    """The header by which a product signs this body. Raises `ConfigurationError` for a secret that is none."""
    return ((HUB_SIGNATURE, _hub_signature(body, secret)),)


def hub_signed_by(headers: Pairs, body: bytes, secrets: Sequence[str]) -> int:
    """Which of the secrets has signed the body, by its place among them; header names are in lower case.

    `sha1=` is not taken, nor capital letters: products write neither. Raises `Unproven`, and `ConfigurationError` for a secret
    that is none.
    """
    given = _single(headers, HUB_SIGNATURE)
    if not _is_hub_signature(given):
        raise Unproven("its signature is not `sha256=` and 64 small hexadecimal digits")
    return _signer([given], [_hub_signature(body, secret) for secret in secrets])


def _hub_signature(body: bytes, secret: str) -> str:
    return f"sha256={digest(_hub_key(secret), body, 'sha256').hex()}"


def _hub_key(secret: str) -> bytes:
    if not 0 < len(secret) <= LONGEST_SECRET:
        raise _unusable(f"it must have 1 to {LONGEST_SECRET} characters")
    try:
        return secret.encode()
    except UnicodeEncodeError:
        raise _unusable("it is no text") from None


# ---- Standard Webhooks


def standard_secret(key: bytes) -> str:
    """A secret as people hand it over: `whsec_…`. Raises `ConfigurationError` unless the key has 24 to 64 bytes."""
    if len(key) not in _KEY_BYTES:
        raise _unusable("its key must have 24 to 64 bytes")
    return _PREFIX + b64encode(key).decode()


def standard_headers(id: str, second: int, body: bytes, secrets: Sequence[str]) -> Pairs:  # noqa: A002
    """The headers by which we sign this body: with all secrets, so that the receiver may change its own when it likes.

    `id` is the same at each attempt, `second` (since the epoch) is that of this attempt. Raises `ConfigurationError`.
    """
    if not _is_id(id) or not _is_timestamp(str(second)) or not secrets:
        raise ConfigurationError(
            "An event cannot be signed without a secret, a time, and an id in printable ASCII without a full stop.",
            remedy="Set a secret; take a random id.",
        )
    signatures = " ".join(_standard_signature(id, str(second), body, secret) for secret in secrets)
    return ((ID, id), (TIMESTAMP, str(second)), (SIGNATURE, signatures))


def standard_signed_by(headers: Pairs, body: bytes, secrets: Sequence[str], *, now: float, tolerance: float = TOLERANCE) -> int:
    """Which of the secrets has signed id, time and body, by its place among them; header names are in lower case.

    One good signature is enough, others may be of other secrets or versions. `now` is in seconds since the epoch. Raises
    `Unproven`, also for what was signed more than `tolerance` seconds before or after, and `ConfigurationError` for a secret
    that is none.
    """
    id, second = _single(headers, ID), _single(headers, TIMESTAMP)  # noqa: A001 the wire's word
    if not _is_id(id):
        raise Unproven(f"its {ID} is empty, longer than 255 characters, or holds a full stop or what is no printable ASCII")
    if not _is_timestamp(second):
        raise Unproven(f"its {TIMESTAMP} is no whole number of seconds")
    given = _single(headers, SIGNATURE).split(" ")
    if len(given) > MOST_SIGNATURES:
        raise Unproven(f"it brings more than {MOST_SIGNATURES} signatures")
    signer = _signer(given, [_standard_signature(id, second, body, secret) for secret in secrets])
    _check_time(int(second), now, tolerance)
    return signer


def _standard_signature(id: str, second: str, body: bytes, secret: str) -> str:  # noqa: A002
    mac = digest(_standard_key(secret), f"{id}.{second}.".encode() + body, "sha256")
    return f"v1,{b64encode(mac).decode()}"


def _standard_key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else b""
    except ValueError:
        key = b""
    if len(key) not in _KEY_BYTES:
        raise _unusable(f"it must be `{_PREFIX}` and the base64 of 24 to 64 bytes")
    return key


def _check_time(second: int, now: float, tolerance: float) -> None:
    if abs(now - second) > tolerance:
        when = "ago" if second < now else "in the future"
        raise Unproven(f"it was signed {abs(now - second):.0f} seconds {when}; {tolerance:.0f} are allowed")


# ---- both


def _single(headers: Pairs, name: str) -> str:
    values = [value for key, value in headers if key == name]
    if len(values) != 1:
        raise Unproven(f"it has the header {name} {len(values)} times" if values else f"it has no {name}")
    return values[0]


def _signer(given: Sequence[str], expected: Sequence[str]) -> int:
    """The place of the first expected signature that was given; all pairs are compared, whatever is found."""
    found = [sum(_is_same(one, other) for other in given) > 0 for one in expected]
    if True not in found:
        raise Unproven("its signature is that of none of our secrets" if expected else "we have no secret to prove it by")
    return found.index(True)


def _is_same(expected: str, given: str) -> bool:
    return compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def _unusable(why: str) -> ConfigurationError:
    return ConfigurationError(f"The secret of a webhook cannot be used: {why}.", remedy="Set another one, on both sides.")
