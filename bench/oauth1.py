"""OAuth 1.0a: signing and verifying, by us and by others, beside the bare RSA operation.

Verifying means everything from a request as it arrived to the yes: reading, base string, cryptography. The others do it
by their own documented way: oauthlib's endpoint with the smallest validator, Authlib's request and verify function.
oauthlib leaves RSA to PyJWT; where that is not installed, `Rsa` stands for the few lines that oauthlib calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from authlib.oauth1.rfc5849 import signature as authlib_signature
from authlib.oauth1.rfc5849.client_auth import ClientAuth
from authlib.oauth1.rfc5849.wrapper import OAuth1Request
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from oauthlib.oauth1 import Client, RequestValidator, SignatureOnlyEndpoint
from oauthlib.oauth1.rfc5849 import signature as oauthlib_signature

from applinks import clock
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import Credentials, SharedSecret, SignatureMethod, read, sign, verify
from bench.measure import Call, Task

CONSUMER, TOKEN = "links-for-python", "Kbx3Xt7bh8zFpjz5pQbPC4StJXGP7ohA"
SECRET, TOKEN_SECRET = "7d8f3e4a" * 4, "dh893hda" * 4
ADDRESS = "https://jira.example.com:8443/jira/rest/api/2/search"
QUERY = {
    "jql": "project = OPS AND status = Done",
    "startAt": 0,
    "maxResults": 50,
    "fields": "summary,status",
    "expand": "names",
}
FIELDS = {f"field{n}": "some words & a sign" if n % 4 == 0 else f"value-{n}" for n in range(20)}

JSON = (("accept", "application/json"), ("content-type", "application/json"))
REQUESTS = {
    "q0": Request("GET", ADDRESS, JSON),
    "q5": Request("GET", f"{ADDRESS}?{urlencode(QUERY)}", JSON),
    "f20": Request("POST", ADDRESS, (("accept", "application/json"), ("content-type", FORM)), urlencode(FIELDS).encode()),
}
MUST = {
    "sign RSA-SHA1": (1.05, 1.10, 1.25),
    "sign HMAC-SHA1": (0.03, 0.05, 0.12),
    "verify RSA-SHA1": (2.2, 2.5, 3.2),
    "verify HMAC-SHA1": (1.0, 1.3, 2.2),
}
GOAL = {
    "sign RSA-SHA1": (1.03, 1.06, 1.15),
    "sign HMAC-SHA1": (0.022, 0.037, 0.085),
    "verify RSA-SHA1": (1.65, 1.85, 2.45),
    "verify HMAC-SHA1": (0.65, 0.8, 1.4),
}


Runs = list[tuple[str, Callable[[], object]]]


class Rsa:
    """What oauthlib asks of PyJWT: a key is read from PEM text on every call, a key object is taken as it is."""

    hash_alg = hashes.SHA1

    def prepare_key(self, key: Any) -> Any:
        """The key object."""
        if not isinstance(key, str):
            return key
        load = serialization.load_pem_private_key if "PRIVATE" in key else serialization.load_pem_public_key
        return load(key.encode(), None) if "PRIVATE" in key else load(key.encode())

    def sign(self, data: bytes, key: rsa.RSAPrivateKey) -> bytes:
        """The signature."""
        return key.sign(data, padding.PKCS1v15(), hashes.SHA1())

    def verify(self, data: bytes, key: rsa.RSAPublicKey, signature: bytes) -> bool:
        """Whether the signature is right."""
        try:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA1())
        except InvalidSignature:
            return False
        return True


class Validator(RequestValidator):  # its hooks ignore what they are asked
    """The smallest that oauthlib's endpoint takes: everybody is known, nothing is remembered."""

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA1", "RSA-SHA1")
    client_key_length = nonce_length = access_token_length = (1, 100)
    timestamp_lifetime = 10**9
    dummy_client = CONSUMER
    public: Any = None

    def check_client_key(self, *_: Any, **__: Any) -> bool:
        """Known, allowed, fresh."""
        return True

    check_nonce = check_access_token = validate_client_key = validate_timestamp_and_nonce = check_client_key

    def get_client_secret(self, *_: Any) -> str:
        """The consumer's secret."""
        return SECRET

    def get_rsa_key(self, *_: Any) -> Any:
        """The consumer's public key."""
        return self.public


def rows() -> list[Task]:
    """All rows of this file: ours first, then the others."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    data, scheme, sha1, public = b"x" * 400, padding.PKCS1v15(), hashes.SHA1(), key.public_key()
    signature = key.sign(data, scheme, sha1)
    bases = {"sign": lambda: key.sign(data, scheme, sha1), "verify": lambda: public.verify(signature, data, scheme, sha1)}
    runs = [*ours(key), *oauthlib(key), *authlib(key)]
    order = ["sign RSA", "sign HMAC", "verify RSA", "verify HMAC"]
    return sorted(
        (Task(name, Call(run), Call(bases[name.split()[0]]), None, *asked(name)) for name, run in runs),
        key=lambda task: (task.must is None, order.index(task.name.partition("-")[0])),
    )


def asked(name: str) -> tuple[float | None, float | None]:
    """Must and goal of our own rows."""
    work, _, size = name.rpartition(" ")
    if work not in MUST or size not in REQUESTS:
        return None, None
    place = list(REQUESTS).index(size)
    return MUST[work][place], GOAL[work][place]


def ours(key: rsa.RSAPrivateKey) -> Runs:
    """Signing includes the clock and a fresh nonce."""
    private, secret = PrivateKey(key), SharedSecret(SECRET, TOKEN_SECRET)
    both = [
        (Credentials(CONSUMER, private, SignatureMethod.RSA_SHA1, TOKEN), private.public),
        (Credentials(CONSUMER, secret, SignatureMethod.HMAC_SHA1, TOKEN), secret),
    ]
    rows: Runs = []
    for (credentials, proof), (size, request) in itertools.product(both, REQUESTS.items()):
        send = partial(signed, request, credentials)
        rows.append((f"sign {credentials.method} {size}", send))
        rows.append((f"verify {credentials.method} {size}", partial(admitted, send(), proof)))
    unseen = (Request("GET", f"{ADDRESS}/{number}", JSON) for number in itertools.count())
    rows.append(("sign HMAC-SHA1 q0, address never seen", lambda: signed(next(unseen), both[1][0])))
    return rows


def signed(request: Request, credentials: Credentials) -> Request:
    """The request with its proof."""
    return sign(request, credentials, timestamp=int(clock.now()), nonce=clock.fresh_nonce()).request


def admitted(request: Request, key: Any) -> None:
    """Read and verified."""
    claim = read(request)
    assert claim is not None
    assert verify(claim, key)


def oauthlib(key: rsa.RSAPrivateKey) -> Runs:
    """With the key as text, which is what its documentation shows, and as an object."""
    try:
        import jwt  # noqa: F401
    except ImportError:
        oauthlib_signature._jwt_rsa["SHA-1"] = Rsa()
    pem = private_pem(key)
    rows: Runs = []
    for size, request in REQUESTS.items():
        for method, given, label in (
            ("HMAC-SHA1", None, "oauthlib"),
            ("RSA-SHA1", key, "oauthlib, key object"),
            ("RSA-SHA1", pem, "oauthlib, as documented"),
        ):
            client = Client(
                CONSUMER, SECRET, TOKEN, TOKEN_SECRET, signature_method=method, rsa_key=given if given is pem else None
            )
            client.rsa_key = given
            send = partial(oauthlib_sign, client, request)
            rows.append((f"sign {method} {size}: {label}", send))
            if given is not pem:
                validator = Validator()
                validator.public = key.public_key()
                token_less = Client(CONSUMER, SECRET, signature_method=method)
                token_less.rsa_key = given
                check = partial(
                    oauthlib_verify, SignatureOnlyEndpoint(validator), request, oauthlib_sign(token_less, request)[1]
                )
                rows.append((f"verify {method} {size}: {label}", check))
    return rows


def oauthlib_sign(client: Client, request: Request) -> Any:
    """Address, headers and body with the proof."""
    headers = {"Accept": "application/json"} | ({"Content-Type": FORM} if request.body else {})
    return client.sign(request.url, request.method, request.body.decode() or None, headers)


def oauthlib_verify(endpoint: SignatureOnlyEndpoint, request: Request, headers: dict[str, str]) -> None:
    """The endpoint's whole check."""
    valid, _ = endpoint.validate_request(request.url, request.method, request.body.decode() or None, headers)
    assert valid


def authlib(key: rsa.RSAPrivateKey) -> Runs:
    """It takes keys as text only."""
    pem, public = private_pem(key), public_pem(key)
    consumer = SimpleNamespace(get_client_secret=lambda: SECRET, get_rsa_public_key=lambda: public)
    credential = SimpleNamespace(get_oauth_token_secret=lambda: TOKEN_SECRET)
    checks: dict[str, Callable[[Any], bool]] = {
        "HMAC-SHA1": authlib_signature.verify_hmac_sha1,
        "RSA-SHA1": authlib_signature.verify_rsa_sha1,
    }
    rows: Runs = []
    for (method, check), (size, request) in itertools.product(checks.items(), REQUESTS.items()):
        label = "Authlib" if method == "HMAC-SHA1" else "Authlib, as documented"
        client = ClientAuth(CONSUMER, SECRET, TOKEN, TOKEN_SECRET, rsa_key=pem, signature_method=method)
        send = partial(authlib_sign, client, request)
        rows.append((f"sign {method} {size}: {label}", send))
        verdict = partial(authlib_verify, check, request, send()[1], consumer, credential)
        rows.append((f"verify {method} {size}: {label}", verdict))
    return rows


def authlib_sign(client: ClientAuth, request: Request) -> Any:
    """Address, headers and body with the proof."""
    return client.prepare(request.method, request.url, {"Content-Type": FORM} if request.body else {}, request.body.decode())


def authlib_verify(
    check: Callable[[Any], bool], request: Request, headers: dict[str, str], consumer: Any, credential: Any
) -> None:
    """Its request object and its verify function."""
    claim = OAuth1Request(request.method, request.url, request.body.decode() or None, headers)
    claim.client, claim.credential = consumer, credential
    assert check(claim)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """As files hold it."""
    scheme = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, scheme).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """As files hold it."""
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
