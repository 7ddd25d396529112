"""Trusted Applications: one application vouches for a user by a certificate in the headers (protocol.md 2). Legacy.

Rules of this file:

- We send version 2, and accept 2; version 1, which signs nothing, only where it is asked for; version 0 and later ones never.
- The order that receivers owe, each step with the code it fails with: `read`, find the application, `open_certificate`,
  `check_age`, `check_addresses` and `check_path`, `verify`, spend the certificate's `nonce`, find the user.
- What the protocol cannot do: its signature covers time and address, neither method, body nor user; and RC4 lets whoever has
  read a certificate write another name and time into it. So the way must be TLS, and it is the signature that is accepted only
  once: whatever was put together from certificates seen before brings one of theirs along.
- "Encrypted" means raised with the *private* key: everybody who has the public one can read it. Nothing here is secret, except
  for the private key; and that is blinded where it is used without padding (`PrivateKey.raw`).
- How a refusal is told stands in `trusted_failures`; here it is raised, with a `Code` as its problem.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest

from cryptography.hazmat.primitives import hashes

from applinks.errors import BadProof, ConfigurationError, MalformedAnswer, NoProof
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Pairs, Request
from applinks.wire.paths import is_plain_path
from applinks.wire.trusted_failures import Code

ID = "x-seraph-trusted-app-id"  # such as jira:12345678; that form is unverified: protocol.md 2.1
CERTIFICATE = "x-seraph-trusted-app-cert"
KEY = "x-seraph-trusted-app-key"
MAGIC = "x-seraph-trusted-app-magic"
VERSION = "x-seraph-trusted-app-version"
SIGNATURE = "x-seraph-trusted-app-signature"

_REQUEST_HEADERS = (ID, CERTIFICATE, KEY, MAGIC, VERSION, SIGNATURE)

VERSION_SENT = 2
MAGIC_TEXT = "-1159983122"  # 0xBADC0FEE, read as a signed number of 32 bits
KEY_SIZE = 16
CERTIFICATE_PATH = "admin/appTrustCertificate"

# Limits for what strangers send (security.md S-30); a signature of 8192 bits has 1368 letters.
LONGEST_HEADER = 4 * 1024
LONGEST_ID = LONGEST_USER = 255
LONGEST_AGE = 60_000
"""Milliseconds: the most that a link may grant its certificates (security.md T-26)."""

_SHA1 = hashes.SHA1()  # noqa: S303 - the protocol's own, and there is no other


# ---- sending


def certify(
    request_url: str, user: str, key: PrivateKey, app_id: str, *, milliseconds: int, rc4_key: bytes, blinding: int
) -> Pairs:
    """The six headers by which this application vouches for that user, for that address, at that time. Version 2.

    `request_url` is absolute and exactly as it travels; `milliseconds` since the epoch; `rc4_key` from `fit_key`, and
    `blinding` (see `PrivateKey.raw`) are fresh and random. Raises `ConfigurationError` for what could not be read back, and
    where the platform forbids SHA-1.
    """
    if not _is_id(app_id) or not _is_user(user) or not _is_url(request_url) or not _is_time(str(milliseconds)):
        raise ConfigurationError(
            "The request cannot be certified: application id, user name, address or time cannot be written down plainly.",
            remedy="None of them may hold control characters, be empty, or be longer than servers accept.",
        )
    if len(rc4_key) != KEY_SIZE or rc4_key.startswith(b"\0"):
        raise ConfigurationError("The request cannot be certified: its RC4 key must have 16 bytes and not begin with zero.")
    plain = f"{milliseconds}\n{user}\n{MAGIC_TEXT}".encode()
    return (
        (ID, app_id),
        (CERTIFICATE, _base64(rc4(rc4_key, plain))),
        (KEY, _base64(key.raw(rc4_key, blinding))),
        (MAGIC, _base64(_magic(key, blinding**2))),
        (VERSION, str(VERSION_SENT)),
        (SIGNATURE, _base64(key.sign(_signed_text(milliseconds, request_url), _SHA1))),
    )


_magics: dict[PublicKey, bytes] = {}  # of our own keys, which are few; the same for each request, and the dearest part of it


def _magic(key: PrivateKey, blinding: int) -> bytes:
    if key.public not in _magics:
        _magics[key.public] = key.raw(MAGIC_TEXT.encode(), blinding)
    return _magics[key.public]


def fit_key(drawn: bytes) -> bytes:
    """An RC4 key of 16 random bytes. A zero at its start would be lost on the way and becomes a one."""
    return (b"\1" + drawn[1:] if drawn.startswith(b"\0") else drawn)[:KEY_SIZE]


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4, which is its own inverse; written here, because libraries are removing it and hardened platforms refuse it.

    It keeps nothing secret (see the rules above): it is how certificates happen to be written.
    """
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _signed_text(milliseconds: int, url: str) -> bytes:
    return f"{milliseconds}\n{url}".encode()


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


# ---- receiving


@dataclass(frozen=True, slots=True)
class Claim:
    """What an incoming request claims: base64 texts, not decoded, and nothing of it verified."""

    application_id: str
    version: int
    certificate: str = field(repr=False)
    key: str = field(repr=False)
    magic: str = field(repr=False)
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """An opened certificate: when it was made (milliseconds since the epoch), for whom, and what may be spent only once.

    `nonce` stands for the signature, so two requests for one address in the same millisecond count as one. The name is as the
    sender wrote it: products make it lower case; we do not, as two people's names may differ in case only.
    """

    created: int
    user: str
    nonce: str = field(repr=False)


def read(request: Request, *, oldest: int = 2) -> Claim | None:
    """What this request claims, or None if it does not attempt Trusted Applications: no certificate header, or a blank one.

    `oldest` is the lowest protocol version accepted, 2 or 1. Raises `NoProof` with a `Code` as its problem, never anything
    else, in the order of protocol.md 2.3: APP_ID_NOT_FOUND, SECRET_KEY_NOT_FOUND, BAD_PROTOCOL_VERSION,
    MAGIC_NUMBER_NOT_FOUND. Before these, a header that is there twice or too long is SYSTEM.
    """
    values = [(name, value) for name, value in request.headers if name in _REQUEST_HEADERS]
    said = {name: value.strip() for name, value in values}
    if not any(value.strip() for name, value in values if name == CERTIFICATE):
        return None
    if len(said) < len(values) or any(len(value) > LONGEST_HEADER for value in said.values()):
        raise _no_proof(Code.SYSTEM, "one of the headers is there twice, or too long")
    if not said.get(ID):
        raise _no_proof(Code.APP_ID_NOT_FOUND, "it names no application")
    if not _is_id(said[ID]):
        raise _no_proof(Code.SYSTEM, "the application's id is too long or no plain text")
    if not said.get(KEY):
        raise _no_proof(Code.SECRET_KEY_NOT_FOUND, "it brings no key")
    version = _version(said.get(VERSION, "0"), max(oldest, 1))
    if not said.get(MAGIC):
        raise _no_proof(Code.MAGIC_NUMBER_NOT_FOUND, "it brings no magic number")
    return Claim(said[ID], version, said[CERTIFICATE], said[KEY], said[MAGIC], said.get(SIGNATURE, ""))


def open_certificate(claim: Claim, public_key: PublicKey) -> Certificate:
    """The certificate, opened with the application's key. Raises `BadProof`: BAD_MAGIC or SYSTEM, for any claim whatever."""
    if not compare_digest(_opened(claim.magic, public_key), MAGIC_TEXT.encode()):
        raise _bad_proof(Code.BAD_MAGIC, "its magic number was not made with that application's key", claim.application_id)
    key = _opened(claim.key, public_key)
    if len(key) != KEY_SIZE:  # zeros at the start are lost on the way, so such a key cannot have been meant
        raise _bad_proof(Code.BAD_MAGIC, "its key was not made with that application's key", claim.application_id)
    lines = _lines(claim, key)
    if len(lines) < 3 or not compare_digest(lines[2].encode(), MAGIC_TEXT.encode()):
        raise _bad_proof(Code.BAD_MAGIC, "it does not end with the magic number", claim.application_id)
    if len(lines) > 3 or not _is_time(lines[0]) or not _is_user(lines[1]):
        raise _bad_proof(Code.SYSTEM, "its time is no number, or its user name is missing or no plain text")
    return Certificate(int(lines[0]), lines[1], hashlib.sha256(_decoded(claim.signature) or key).hexdigest())


def check_age(certificate: Certificate, now: float, max_age: int) -> None:
    """Refuse a certificate made more than `max_age` milliseconds before or after `now`, in seconds since the epoch.

    Products do not look into the future, and take 0 for no limit; we do neither (T-26). Raises `BadProof` with OLD_CERT.
    """
    age = int(now * 1000) - certificate.created
    if abs(age) > max_age:
        raise _bad_proof(
            Code.OLD_CERT,
            f"it was made {abs(age)} milliseconds {'ago' if age > 0 else 'in the future'}",
            remedy="Set both clocks by the same time service, or grant the link's certificates more time.",
        )


def verify(claim: Claim, certificate: Certificate, public_key: PublicKey, url: str) -> bool:
    """Whether the claim's signature was made for that address (absolute, as it was sent, with its query) and that time.

    A missing one passes in version 1 only, a wrong one never. The code for False is BAD_SIGNATURE, its parameter the address.
    Raises `ConfigurationError`, and only where the platform forbids SHA-1.
    """
    if not claim.signature:
        return claim.version == 1
    signature = _decoded(claim.signature)
    if signature is None or not _is_url(url):
        return False
    return public_key.verify(signature, _signed_text(certificate.created, url), _SHA1)


def bad_signature(url: str) -> BadProof:
    """The refusal that goes with `verify` being False."""
    return _bad_proof(Code.BAD_SIGNATURE, "its signature is missing, or was not made for this address and time", url)


_is_id = re.compile(rf"[\x21-\x7e](?:[\x20-\x7e]{{0,{LONGEST_ID - 2}}}[\x21-\x7e])?").fullmatch
_is_url = re.compile(r"https?://[\x21\x22\x24-\x7e]{1,16384}", re.IGNORECASE | re.ASCII).fullmatch
_is_time = re.compile(r"0|[1-9][0-9]{0,14}").fullmatch  # one spelling only: the text of the signature is made from it again
_is_version = re.compile(r"0|[1-9][0-9]?").fullmatch


def _is_user(name: str) -> bool:
    return 0 < len(name) <= LONGEST_USER and name.isprintable()


def _version(text: str, oldest: int) -> int:
    """The version; later ones sign another text, which nobody has seen (unverified: protocol.md 2.2)."""
    if not _is_version(text) or not oldest <= int(text) <= VERSION_SENT:
        raise _no_proof(Code.BAD_PROTOCOL_VERSION, f"its protocol version {text[:20]!a} is not accepted", text[:20])
    return int(text)


def _opened(text: str, public_key: PublicKey) -> bytes:
    """What was raised with the private key, without the zeros at its start; empty for what cannot have been."""
    try:
        return public_key.raw(_decoded(text) or b"").lstrip(b"\0")
    except ValueError:
        return b""


def _lines(claim: Claim, key: bytes) -> list[str]:
    try:
        return rc4(key, _decoded(claim.certificate) or b"").decode().split("\n")
    except UnicodeDecodeError:
        raise _bad_proof(Code.SYSTEM, "its certificate is no text") from None


def _decoded(text: str) -> bytes | None:
    """Base64 with any line breaks that somebody may have put in (unverified: protocol.md 2.2), or None."""
    try:
        return b64decode(re.sub(r"\s", "", text), validate=True)
    except ValueError:
        return None


def _no_proof(code: Code, why: str, *parameters: str) -> NoProof:
    return NoProof(f"The certificate is incomplete: {why}.", problem=code.value, companions=_companions(parameters))


def _bad_proof(code: Code, why: str, *parameters: str, remedy: str | None = None) -> BadProof:
    message = f"The certificate does not hold: {why}."
    return BadProof(message, problem=code.value, companions=_companions(parameters), remedy=remedy)


def _companions(parameters: Iterable[str]) -> Pairs:
    return tuple((str(place), parameter) for place, parameter in enumerate(parameters))


# ---- from where, and for what

_part = r"(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])"  # no zeros in front, which some read as octal (T-32)
_is_address = re.compile(rf"{_part}(?:\.{_part}){{3}}").fullmatch
_is_pattern = re.compile(rf"(?:{_part}|\*)(?:\.(?:{_part}|\*)){{3}}").fullmatch
_is_prefix = re.compile(r"/[\x21-\x7e]*").fullmatch


def check_patterns(addresses: Iterable[str], paths: Iterable[str]) -> None:
    """Raise `ConfigurationError` unless these can be kept as a link's limits (protocol.md 2.5).

    An address has exactly four parts, decimal or `*`; a path begins with a slash.
    """
    for pattern in addresses:
        if not _is_pattern(pattern):
            raise ConfigurationError(
                f"{pattern[:60]!a} is no address pattern.", remedy="Write four parts, each a number or *: 192.168.0.*"
            )
    for prefix in paths:
        if not _is_prefix(prefix) or not is_plain_path(prefix):
            raise ConfigurationError(
                f"{prefix[:200]!a} is no plain path.", remedy="Write the beginning of a path below our address: /rest/api/"
            )


def check_addresses(patterns: Iterable[str], peer: str | None, forwarded: Iterable[str] = ()) -> None:
    """Refuse a request from elsewhere. `peer` is the address at the other end of the socket, None where the server hides it.

    `forwarded` are the values of all `X-Forwarded-For` headers: every address in them must fit as well (unverified for the
    products: protocol.md 2.5). No patterns: any address. Only IPv4 fits. Raises `BadProof`: BAD_REMOTE_IP, BAD_XFORWARD_IP.
    """
    patterns = tuple(patterns)
    if not patterns:
        return
    if not _fits(peer or "", patterns):
        raise _bad_proof(Code.BAD_REMOTE_IP, f"it came from {(peer or 'nowhere')[:60]!a}", peer or "")
    for value in forwarded:
        for address in value.split(",") if value.strip() else ():
            if not _fits(address.strip(), patterns):
                raise _bad_proof(Code.BAD_XFORWARD_IP, f"it came by {address.strip()[:60]!a}", address.strip()[:60])


def check_path(prefixes: Iterable[str], path: str) -> None:
    """Refuse a request for something else. `path` is the raw one below our own address, without its query.

    Prefixes are plain beginnings, `/rest/api` admits `/rest/apis` (protocol.md 2.5); none at all: any path. Raises `BadProof`
    with BAD_URL; a path that servers may read in two ways fits no prefix.
    """
    prefixes = tuple(prefixes)
    if prefixes and not (is_plain_path(path) and path.startswith(prefixes)):
        raise _bad_proof(Code.BAD_URL, "it may not be used for this path", path[:200])


def _fits(address: str, patterns: Iterable[str]) -> bool:
    mapped = re.sub(r"^::ffff:(?=[0-9.]+$)", "", address, flags=re.IGNORECASE)  # how sockets for both families say IPv4
    if not _is_address(mapped):
        return False
    parts = mapped.split(".")
    return any(all(map(_part_fits, pattern.split("."), parts)) for pattern in patterns if _is_pattern(pattern))


def _part_fits(pattern: str, part: str) -> bool:
    return pattern in {"*", part}


# ---- what an application says of itself


@dataclass(frozen=True, slots=True)
class TrustedApplication:
    """An application as its certificate endpoint describes it: any path that ends in `CERTIFICATE_PATH`.

    Served anonymously, so over plain HTTP the key may be anybody's: whoever stores it shows its fingerprint first.
    """

    id: str
    public_key: PublicKey
    version: int = VERSION_SENT


def publish(application: TrustedApplication) -> bytes:
    """Four lines of `text/plain`; that 2 stands there in later versions is unverified: protocol.md 2.5."""
    lines = (application.id, application.public_key.text, str(application.version), MAGIC_TEXT)
    return "\n".join(lines).encode()


def read_published(body: bytes) -> TrustedApplication:
    """Read the four lines. Raises `MalformedAnswer`, for any bytes whatever."""
    try:
        lines = body[:_LARGEST].decode().strip().splitlines()
    except UnicodeDecodeError:
        raise _malformed("is no text") from None
    if len(body) > _LARGEST or len(lines) != 4:
        raise _malformed("is not four lines: id, key, version and magic number")
    identity, key, version, magic = (line.strip() for line in lines)
    if magic != MAGIC_TEXT or not _is_version(version) or not _is_id(identity):
        raise _malformed("has another magic number, a version that is none, or an id that is no plain text")
    try:
        return TrustedApplication(identity, PublicKey.read(key), int(version))
    except ConfigurationError as unusable:
        raise _malformed(f"has a key that cannot be used ({unusable.message})") from None


_LARGEST = 16 * 1024


def _malformed(problem: str) -> MalformedAnswer:
    return MalformedAnswer(f"The trusted application's description of itself {problem}.")
