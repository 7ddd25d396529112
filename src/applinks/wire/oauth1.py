"""OAuth 1.0a: a request signed, a signed request read and verified (RFC 5849; protocol.md 1.2 to 1.5).

Rules of this file:

- Signing and verifying share one way to the base string. What was signed is kept, so an explanation never computes it anew.
- The base string is made from the bytes that travel: raw path, raw query, raw form. Nothing is mended on the way.
- `read` tells what a request claims; nobody may believe a word of it before `verify` said yes. The order that callers owe:
  read, `check_window`, look the consumer up, `verify` with *its* method and key, spend the nonce, find the user.
- Proofs are compared in constant time. The key decides which methods fit, never the sender (security.md T-05).
- `+` in a query or form is a blank; `;` parts nothing; parameters may repeat, those called `oauth_…` may not.
- PLAINTEXT does not exist.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest

from cryptography.hazmat.primitives import hashes, hmac

from applinks.errors import BadProof, ConfigurationError, NoProof
from applinks.wire.encoding import CANONICAL, Malformed, canonical_pair, decoded_pair, encode, encoded_pairs, form
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Pairs, Request

# Limits for what strangers send (security.md S-30).
MOST_PARAMETERS = 200
LONGEST_NAME = 256
LONGEST_VALUE = LONGEST_HEADER = 8 * 1024
LONGEST_ADDRESS = 16 * 1024
LONGEST_FORM = 256 * 1024


class SignatureMethod(StrEnum):
    """How a request is signed. RSA-SHA1 is what the products speak; a link uses the strongest that both ends know."""

    RSA_SHA1 = "RSA-SHA1"
    RSA_SHA256 = "RSA-SHA256"
    RSA_SHA512 = "RSA-SHA512"
    HMAC_SHA1 = "HMAC-SHA1"
    HMAC_SHA256 = "HMAC-SHA256"

    @property
    def shares_a_secret(self) -> bool:
        """Whether both sides hold the same secret for it; else the sender alone has the private key."""
        return self.startswith("HMAC-")


# SHA-1 is the protocol's own; it stays available per link, on purpose, and said aloud (T-06).
_SHA1, _SHA256, _SHA512 = hashes.SHA1(), hashes.SHA256(), hashes.SHA512()  # noqa: S303
_HASHES: dict[SignatureMethod, hashes.HashAlgorithm] = {
    SignatureMethod.RSA_SHA1: _SHA1,
    SignatureMethod.RSA_SHA256: _SHA256,
    SignatureMethod.RSA_SHA512: _SHA512,
    SignatureMethod.HMAC_SHA1: _SHA1,
    SignatureMethod.HMAC_SHA256: _SHA256,
}
_METHODS: dict[str, SignatureMethod] = {method.value: method for method in SignatureMethod}


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """The two secrets of HMAC: the consumer's, which may not be empty (T-07), and the token's, empty where there is none.

    It signs and verifies as the RSA keys do. Raises `ConfigurationError`.
    """

    consumer_secret: str = field(repr=False)
    token_secret: str = field(default="", repr=False)
    _begun: dict[str, hmac.HMAC] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.consumer_secret:
            raise ConfigurationError("A shared secret may not be empty.", remedy="Agree on a long random one.")
        try:
            key = f"{encode(self.consumer_secret)}&{encode(self.token_secret)}".encode()
        except Malformed:
            raise ConfigurationError("A shared secret must be text.") from None
        # An HMAC that has taken in its key is copied for each message: half the cost of a new one.
        object.__setattr__(self, "_begun", {sha.name: hmac.HMAC(key, sha) for sha in (_SHA1, _SHA256)})

    def sign(self, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        """HMAC with SHA-1 or SHA-256."""
        work = self._begun[algorithm.name].copy()
        work.update(data)
        return work.finalize()

    def verify(self, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm) -> bool:
        """Compares in constant time (T-08)."""
        return compare_digest(self.sign(data, algorithm), signature)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs, and with what. `token` is "" for a two-legged call, where it travels empty; None leaves it out.

    Raises `ConfigurationError` if the key is not one for the method.
    """

    consumer_key: str
    key: PrivateKey | SharedSecret = field(repr=False)
    method: SignatureMethod
    token: str | None = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not _fits(self.key, self.method):
            raise ConfigurationError(
                f"{self.method} cannot be used with this kind of key.",
                remedy="RSA methods need the private key, HMAC methods the shared secret.",
            )


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that carries its proof, and the text that was signed."""

    request: Request = field(repr=False)
    base_string: str = field(repr=False)
    authorization: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an incoming request claims; not verified.

    `oauth` holds all `oauth_…` parameters wherever they travelled. `parameters` are all others that the signature covers,
    from header, query and form: once verified, the only ones that a handler may look at (T-01).
    """

    request: Request = field(repr=False)
    consumer_key: str
    token: str = field(repr=False)
    method: SignatureMethod
    signature: str = field(repr=False)
    timestamp: int
    nonce: str
    oauth: Pairs = field(repr=False)
    parameters: Pairs = field(repr=False)
    base_string: str = field(repr=False)


# ---- signing


def sign(
    request: Request,
    credentials: Credentials,
    *,
    timestamp: int,
    nonce: str,
    extra: Pairs = (),
    realm: str | None = None,
) -> Signed:
    """Sign a request; the proof goes into its `Authorization` header.

    `timestamp` is in seconds since the epoch; `extra` are further `oauth_…` parameters such as `oauth_callback`. The query
    is signed as it stands in the URL, the body only if it is a form. Raises `ConfigurationError` for what cannot be signed:
    text that nobody could read back, control characters in the proof, an address with user name or fragment, SHA-1 on a
    platform that forbids it.
    """
    try:
        proof = [
            *_standing(credentials.consumer_key, credentials.method, credentials.token),
            _proof("oauth_nonce", nonce),
            f"oauth_timestamp {timestamp}",
        ]
        if extra:
            proof += _extra(extra)
        address, _, query = request.url.partition("?")
        pairs = [*proof, *encoded_pairs(query), *encoded_pairs(_form(request))]
        text = base_string(request.method, address, pairs)
        start = "OAuth " if realm is None else f'OAuth realm="{_printable("realm", realm)}", '
    except Malformed as wrong:
        raise ConfigurationError(f"The request cannot be signed: {wrong}.") from None
    signature = _base64(credentials.key.sign(text.encode(), _HASHES[credentials.method])).decode()
    proof.append("oauth_signature " + signature.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"))
    authorization = start + '",'.join(proof).replace(" ", '="').replace(",", ", ") + '"'
    return Signed(request.with_header("authorization", authorization), text, authorization)


@lru_cache(maxsize=1024)
def _standing(consumer_key: str, method: SignatureMethod, token: str | None) -> tuple[str, ...]:
    """The encoded pairs that are the same from call to call."""
    return (
        _proof("oauth_consumer_key", consumer_key),
        f"oauth_signature_method {method}",
        *(() if token is None else (_proof("oauth_token", token),)),
        "oauth_version 1.0",
    )


def _extra(extra: Pairs) -> list[str]:
    names = {name for name, _ in extra}
    if len(names) < len(extra) or names & _OURS or not all(map(_is_oauth_name, names)):
        raise Malformed("further parameters must be called oauth_…, each once, and none that signing sets")
    return [_proof(name, value) for name, value in extra]


def _proof(name: str, value: str) -> str:
    return f"{name} {_printable(name, value)}"


def _printable(name: str, value: str) -> str:
    """Refuses control characters before they come near a header (T-63), though encoding would disarm them."""
    if not value.isprintable():
        raise Malformed(f"{name} holds a control character")
    return encode(value)


# ---- the base string


def base_string(method: str, address: str, pairs: Iterable[str]) -> str:
    """The text that is signed (RFC 5849, 3.4.1), from an address without query and the encoded pairs of everything else.

    Raises `Malformed`.
    """
    joined = "&".join(sorted(pairs))
    # Encoded once more: besides plain characters there are only `%`, `&` and the blank that stands for `=`.
    parameters = joined.replace("%", "%25").replace("&", "%26").replace(" ", "%3D")
    return f"{_beginning(method, address)}&{parameters}"


_is_method = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_HOST = r"\[[0-9A-Za-z:.%_~-]+\]|[^\x00-\x20\x7f-\U0010ffff/?#@:\[\]\\]+"
_parts_of_origin = re.compile(rf"(https?)://({_HOST})(?::([0-9]{{0,5}}))?", re.IGNORECASE | re.ASCII).fullmatch
_is_path = re.compile(r"(?:/[\x21-\x22\x24-\x3e\x40-\x7e]*)?").fullmatch
_is_plain_path = re.compile(r"/[A-Za-z0-9\-._~/%]*+").fullmatch
_DEFAULT_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=512)
def _beginning(method: str, address: str) -> str:
    """Method and base string URI (3.4.1.2), encoded. The path stays as it travels, `%2F` and all."""
    start = address.find("/", len("https://"))
    origin, path = (address, "/") if start < 0 else (address[:start], address[start:])
    if _is_plain_path(path):
        return _origin(method, origin) + path.replace("%", "%25").replace("/", "%2F")
    if not _is_path(path):
        raise Malformed("the path holds a character that must be percent-encoded, or a fragment")
    return _origin(method, origin) + encode(path)


@lru_cache(maxsize=512)
def _origin(method: str, origin: str) -> str:
    if not _is_method(method):
        raise Malformed("the method is not one")
    if not (parts := _parts_of_origin(origin)):
        raise Malformed("the address is not http or https with a plain host, without user name")
    scheme, host, given = parts.groups()
    scheme, host = scheme.lower(), host.lower()
    port = int(given or _DEFAULT_PORTS[scheme])
    return encode(method.upper()) + "&" + encode(f"{scheme}://{host}" + (f":{port}" if port != _DEFAULT_PORTS[scheme] else ""))


def _form(request: Request) -> str:
    """The body, where it is a form; every byte one character."""
    return request.body.decode("latin-1") if request.body and request.is_form() else ""


# ---- reading and verifying

_REQUIRED = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
_OURS = {*_REQUIRED, "oauth_token", "oauth_version"}
_is_oauth_name = re.compile(r"oauth_[a-z_]+").fullmatch
_name_of_attempt = re.compile(r"(?:^|&)oauth_(?:consumer_key|signature|signature_method)(?:=|&|$)").search
_header_of_oauth = re.compile(r"OAuth(?=\s|$)\s*", re.IGNORECASE).match
_ITEM = rf'(?!(?i:realm)?=){CANONICAL}="{CANONICAL}"'
_is_canonical_list = re.compile(rf"{_ITEM}(?:, *{_ITEM})*+").fullmatch
_is_list = re.compile(r'(?:[^\s=,"]++="[^"]*+"\s*+(?:,\s*+|$))*+').fullmatch
_items = re.compile(r'([^\s=,"]+)="([^"]*)"').findall
_is_timestamp = re.compile(r"[0-9]{1,10}").fullmatch
_is_version = re.compile(r"1(?:\.0+)?").fullmatch


def read(request: Request, *, token_needed: bool = True) -> Claim | None:
    """What this request claims, or None if it does not attempt OAuth.

    An attempt is an `Authorization: OAuth …` header, or one of `oauth_consumer_key`, `oauth_signature`,
    `oauth_signature_method` in query or form (a callback with only token and verifier is none). Without `token_needed`,
    `oauth_token` may be absent, as it is where a request token is asked for. Raises `NoProof`, never anything else, with the
    problem and companions that the sender is told.
    """
    header = _authorization(request)
    address, _, query = request.url.partition("?")
    body = _form(request)
    if header is None and not _attempts(query) and not _attempts(body[:LONGEST_FORM]):
        return None
    try:
        _check_shape(request, header or "", query, body)
        pairs = [*_header_pairs(header or ""), *encoded_pairs(query), *encoded_pairs(body)]
        oauth, parameters = _parted(pairs)
        _check_proof(oauth, ("oauth_token", *_REQUIRED) if token_needed else _REQUIRED)
        text = base_string(request.method, address, [pair for pair in pairs if not pair.startswith("oauth_signature ")])
    except Malformed as wrong:
        raise NoProof(f"The request cannot be read: {wrong}.", problem="parameter_rejected") from None
    return Claim(
        request,
        oauth["oauth_consumer_key"],
        oauth.get("oauth_token", ""),
        _METHODS[oauth["oauth_signature_method"]],
        oauth["oauth_signature"],
        int(oauth["oauth_timestamp"]),
        oauth["oauth_nonce"],
        tuple(oauth.items()),
        tuple(parameters),
        text,
    )


def verify(claim: Claim, key: PublicKey | SharedSecret) -> bool:
    """Whether the claim's signature was made with this key.

    False as well for a method that does not fit the key and for anything but canonical base64. Raises
    `ConfigurationError`, and only where the platform forbids SHA-1: that is no reason to call a signature invalid.
    """
    if not _fits(key, claim.method):
        return False
    written = claim.signature.encode()
    try:
        signature = a2b_base64(written)
    except ValueError:
        return False
    # Base64 may hold strange letters and spare bits; one signature has one spelling.
    canonical = compare_digest(_base64(signature), written)
    return canonical and key.verify(signature, claim.base_string.encode(), _HASHES[claim.method])


def holds(signature: bytes, text: bytes, key: PublicKey | SharedSecret, method: SignatureMethod) -> bool:
    """Whether a signature of this text was made with this key: for whoever asks what else than a claim was signed.

    Raises `ConfigurationError` where the platform forbids SHA-1.
    """
    return _fits(key, method) and key.verify(signature, text, _HASHES[method])


def spelled(signature: bytes) -> str:
    """A signature as it is written."""
    return _base64(signature).decode()


def check_window(timestamp: int, now: float, *, past: int = 300, future: int = 300) -> None:
    """Refuse a timestamp more than `past` seconds old or `future` seconds ahead (T-12).

    Raises `BadProof` with the range that would have been accepted, from which the sender learns how far its clock is off.
    """
    second = int(now + 0.5)
    if not second - past <= timestamp <= second + future:
        raise BadProof(
            f"The timestamp {timestamp} is {abs(timestamp - second)} seconds {'ahead' if timestamp > second else 'old'}.",
            problem="timestamp_refused",
            companions=(("oauth_acceptable_timestamps", f"{second - past}-{second + future}"),),
            remedy="Set both clocks by the same time service.",
        )


def _fits(key: PrivateKey | PublicKey | SharedSecret, method: SignatureMethod) -> bool:
    return method.shares_a_secret is isinstance(key, SharedSecret)


def _base64(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False)


def _authorization(request: Request) -> str | None:
    """What follows `OAuth` in the header of that scheme, or None."""
    for name, value in request.headers:
        if name == "authorization" and (scheme := _header_of_oauth(value)):
            return value[scheme.end() :]
    return None


def _attempts(text: str) -> bool:
    return "oauth_" in text and _name_of_attempt(text) is not None


def _check_shape(request: Request, header: str, query: str, body: str) -> None:
    single = [name for name, _ in request.headers if name in {"authorization", "content-type"}]
    if len(single) > len(set(single)):
        raise Malformed("two Authorization or two Content-Type headers")
    if len(header) > LONGEST_HEADER or len(request.url) > LONGEST_ADDRESS or len(body) > LONGEST_FORM:
        raise Malformed("the header, the address or the form is too long")
    separators = header.count(",") + query.count("&") + body.count("&")
    if separators + bool(header) + bool(query) + bool(body) > MOST_PARAMETERS:
        raise Malformed("there are too many parameters")


def _header_pairs(header: str) -> list[str]:
    """The encoded pairs of `name="value", …`, without the realm, which is never signed."""
    if _is_canonical_list(header):
        return header.replace(" ", "").replace('"', "").replace("=", " ").split(",")
    if not _is_list(header):
        raise Malformed("the Authorization header is not a list of quoted values")
    return [canonical_pair(f"{name}={value}") for name, value in _items(header) if name.lower() != "realm"]


def _parted(pairs: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Decoded: the `oauth_…` parameters, each once, and all others in their order."""
    oauth: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for pair in pairs:
        name, value = decoded_pair(pair)
        if len(pair) > LONGEST_NAME and _too_long(name, value):
            raise Malformed("a name or a value is too long")
        if not name.startswith("oauth_"):
            others.append((name, value))
            continue
        if not (name + value).isprintable():
            raise Malformed("an OAuth parameter holds a control character")
        if name in oauth:
            raise _rejected(f"{name} is there twice.", (name, oauth[name]), (name, value))
        oauth[name] = value
    return oauth, others


def _too_long(name: str, value: str) -> bool:
    return len(name.encode()) > LONGEST_NAME or len(value.encode()) > LONGEST_VALUE


def _check_proof(oauth: dict[str, str], required: tuple[str, ...]) -> None:
    """The checks that need no key, in the order in which the products make them."""
    if absent := [name for name in required if name not in oauth]:
        raise NoProof(
            f"Missing: {', '.join(absent)}.",
            problem="parameter_absent",
            companions=(("oauth_parameters_absent", "&".join(absent)),),
        )
    if not _is_version(oauth.get("oauth_version", "1.0")):
        raise NoProof(
            "The OAuth version is not 1.0.",
            problem="version_rejected",
            companions=(("oauth_acceptable_versions", "1.0-1.0"),),
        )
    if oauth["oauth_signature_method"] not in _METHODS:
        raise NoProof("The signature method is unknown.", problem="signature_method_rejected")
    if not _is_timestamp(timestamp := oauth["oauth_timestamp"]):
        raise _rejected("The timestamp is not a number of 1 to 10 digits.", ("oauth_timestamp", timestamp))


def _rejected(why: str, *offending: tuple[str, str]) -> NoProof:
    shown = form((name, value[:100]) for name, value in offending)
    return NoProof(why, problem="parameter_rejected", companions=(("oauth_parameters_rejected", shown),))
