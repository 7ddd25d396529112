"""Classes of difference in the signature itself, and in the key that it was made with (protocol.md 1.2)."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from applinks.doctor.differences import KEY, SIGNATURE, Difference, Holds
from applinks.doctor.signed_text import encoded
from applinks.errors import ConfigurationError
from applinks.wire import oauth1
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod

RSA = (SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA512)
HMAC = (SignatureMethod.HMAC_SHA1, SignatureMethod.HMAC_SHA256)
MOST_KEYS = 200
"""Keys of other links that a signature is tried with."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a signature of a link may have been made with; `method` is the one that the request names."""

    method: SignatureMethod
    consumer_key: str
    public: PublicKey | None
    secret: str | None = field(default=None, repr=False)
    token_secret: str = field(default="", repr=False)
    previous: PublicKey | None = None
    others: tuple[PublicKey, ...] = ()
    token_secrets: tuple[str, ...] = field(default=(), repr=False)

    def main(self) -> Holds | None:
        """As the link's signatures are verified; None where it has nothing for the method."""
        if self.method.shares_a_secret:
            return None if self.secret is None else _shared(encoded(self.secret), encoded(self.token_secret), self.method)
        return None if self.public is None else _public(self.public, self.method)


def _public(key: PublicKey, method: SignatureMethod) -> Holds:
    def holds(signature: bytes, text: bytes) -> bool:
        try:
            return oauth1.holds(signature, text, key, method)
        except ConfigurationError:  # the platform forbids the hash
            return False

    return holds


def _shared(consumer: str, token: str, method: SignatureMethod, between: str = "&") -> Holds:
    return _hmac(f"{consumer}{between}{token}".encode(errors="replace"), method)


def _hmac(key: bytes, method: SignatureMethod) -> Holds:
    sha = "sha256" if method is SignatureMethod.HMAC_SHA256 else "sha1"
    return lambda signature, text: hmac.compare_digest(hmac.digest(key, text, sha), signature)


# ---- the signature, read otherwise


def with_blanks(signature: str) -> Iterator[str]:
    """Line ends and blanks taken out; or blanks that were `+`."""
    yield re.sub(r"\s", "", signature)
    yield signature.strip().replace(" ", "+")


def decoded_once_more(signature: str) -> Iterator[str]:
    """Percent-decoded once or twice more."""
    if "%" in signature:
        yield unquote(signature)
        yield unquote(unquote(signature))


def other_base64(signature: str) -> Iterator[str]:
    """The alphabet for addresses, missing padding, spare bits."""
    standard = signature.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        yield oauth1.spelled(b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (Error, ValueError):
        return


def hexadecimal(signature: str) -> Iterator[str]:
    """Hex digits, or base64 of hex digits, where the bytes should be."""
    for text in (signature, _from_base64(signature)):
        if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){16,}", text):
            yield oauth1.spelled(bytes.fromhex(text))


def _from_base64(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (Error, ValueError):
        return ""


# ---- other keys


def other_hash(keys: Keys) -> Iterator[Holds]:
    """Another hash of the same kind."""
    if keys.method.shares_a_secret:
        if keys.secret is not None:
            token = encoded(keys.token_secret)
            yield from (_shared(encoded(keys.secret), token, method) for method in HMAC if method is not keys.method)
    elif keys.public is not None:
        yield from (_public(keys.public, method) for method in RSA if method is not keys.method)


def hashed_twice(keys: Keys) -> Iterator[Holds]:
    """The hash of the text was signed as if it were the text."""
    holds = keys.main()
    if holds is not None:
        sha = {"1": hashlib.sha1, "6": hashlib.sha256, "2": hashlib.sha512}[keys.method[-1]]
        yield lambda signature, text: holds(signature, sha(text).digest())
        yield lambda signature, text: holds(signature, sha(text).hexdigest().encode())


def previous_key(keys: Keys) -> Iterator[Holds]:
    """The key that the link had before."""
    if keys.previous is not None:
        yield from (_public(keys.previous, method) for method in _likely(keys.method))


def another_key(keys: Keys) -> Iterator[Holds]:
    """The key of another link of ours."""
    for key in keys.others[:MOST_KEYS]:
        yield from (_public(key, method) for method in _likely(keys.method))


def other_kind(keys: Keys) -> Iterator[Holds]:
    """RSA where the request names HMAC, or HMAC where it names RSA."""
    if keys.method.shares_a_secret and keys.public is not None:
        yield from (_public(keys.public, method) for method in RSA)
    elif not keys.method.shares_a_secret and keys.secret is not None:
        yield from (_shared(encoded(keys.secret), encoded(keys.token_secret), method) for method in HMAC)


def _likely(method: SignatureMethod) -> tuple[SignatureMethod, ...]:
    return RSA if method.shares_a_secret else (method,)


def secret_not_encoded(keys: Keys) -> Iterator[Holds]:
    """The secrets joined as they are."""
    if keys.secret is not None:
        yield _shared(keys.secret, keys.token_secret, keys.method)


def no_ampersand(keys: Keys) -> Iterator[Holds]:
    """The secrets joined without the `&`."""
    if keys.secret is not None:
        yield _shared(encoded(keys.secret), encoded(keys.token_secret), keys.method, between="")
        yield _shared(keys.secret, keys.token_secret, keys.method, between="")


def other_token_secret(keys: Keys) -> Iterator[Holds]:
    """Without the token's secret, with that of another token, or with it alone."""
    if keys.secret is not None:
        for secret in ("", *keys.token_secrets):
            yield _shared(encoded(keys.secret), encoded(secret), keys.method)
        yield _shared("", encoded(keys.token_secret), keys.method)
        yield _shared(encoded(keys.token_secret), encoded(keys.secret), keys.method)


def blanks_in_secret(keys: Keys) -> Iterator[Holds]:
    """The secret with a blank or a line end that came along, or decoded from base64."""
    if keys.secret is None:
        return
    token = encoded(keys.token_secret)
    for secret in (keys.secret.strip(), f"{keys.secret}\n", f"{keys.secret} ", f" {keys.secret}", f"{keys.secret}\r\n"):
        yield _shared(encoded(secret), token, keys.method)
        yield _shared(secret, token, keys.method)
    try:
        yield _hmac(b64decode(keys.secret, validate=True) + b"&" + token.encode(), keys.method)
    except (Error, ValueError):
        return


def consumer_key_for_secret(keys: Keys) -> Iterator[Holds]:
    """The consumer key in place of the secret."""
    yield _shared(encoded(keys.consumer_key), encoded(keys.token_secret), keys.method)


_ENTER_ANEW = "Enter the same secret on both ends: `applinks link secret '{link}' --incoming --stdin` here."
_LIBRARY = "Use an OAuth 1.0a library there that follows RFC 5849"


def _lock(name: str, cause: str, remedy: str, locks: Callable[[Keys], Iterator[Holds]]) -> Difference:
    return Difference(name, KEY, cause, remedy, locks=locks)  # type: ignore[arg-type]


SPELLINGS = (
    Difference(
        "signature with blanks",
        SIGNATURE,
        "Line ends or blanks came into the signature, or its `+` became blanks.",
        "On the calling side, write base64 without line ends, and percent-encode it in the header.",
        spellings=with_blanks,
    ),
    Difference(
        "signature encoded twice",
        SIGNATURE,
        "The signature was percent-encoded twice in the header or the address.",
        "On the calling side, hand the plain signature to what writes the header.",
        spellings=decoded_once_more,
    ),
    Difference(
        "signature in other base64",
        SIGNATURE,
        "The signature is in base64 for addresses (`-`, `_`), or without its padding.",
        f"{_LIBRARY}: base64 with `+`, `/` and `=`.",
        spellings=other_base64,
    ),
    Difference(
        "signature in hexadecimal",
        SIGNATURE,
        "The signature is in hexadecimal digits.",
        f"{_LIBRARY}: it is written in base64.",
        spellings=hexadecimal,
    ),
)

LOCKS = (
    _lock(
        "other hash",
        "It was signed with another hash than the signature method names.",
        "Set the same method on both ends; this link is pinned to {pinned}.",
        other_hash,
    ),
    _lock(
        "hashed twice",
        "The sender hashes the text before it hands it to what signs, which hashes it again.",
        "On the calling side, hand the text itself to the RSA signature.",
        hashed_twice,
    ),
    _lock(
        "other kind of key",
        "It was signed with a key where the request names a shared secret, or the other way round.",
        "Set the same method on both ends: `applinks link change '{link}' --signature-method …`.",
        other_kind,
    ),
    _lock(
        "previous key",
        "It was signed with the key that the other application had before.",
        "Over there a process still uses the old key: restart it. If a copy of its database was put back, renew the key here.",
        previous_key,
    ),
    _lock(
        "key of another link",
        "It was signed with the key of another application that is linked here: the consumer key and the key "
        "pair do not belong together.",
        "On the calling side, set the consumer key that belongs to its key, or the other way round.",
        another_key,
    ),
    _lock(
        "secret not encoded",
        "The sender does not percent-encode the secrets before it joins them.",
        f"{_LIBRARY} (3.4.2); or choose a secret of letters and digits only.",
        secret_not_encoded,
    ),
    _lock(
        "no & between secrets",
        "The sender joins the secrets without the `&`, which is there also where there is no token.",
        f"{_LIBRARY} (3.4.2).",
        no_ampersand,
    ),
    _lock(
        "other token secret",
        "It was signed without the token's secret, or with that of another token.",
        "On the calling side, keep token and secret together; let the person consent anew.",
        other_token_secret,
    ),
    _lock(
        "blanks in the secret",
        "A blank or a line end came along when the secret was entered on one end.",
        _ENTER_ANEW,
        blanks_in_secret,
    ),
    _lock(
        "consumer key for secret",
        "The sender signs with the consumer key in place of the secret.",
        _ENTER_ANEW,
        consumer_key_for_secret,
    ),
)

TABLE = (*SPELLINGS, *LOCKS)
