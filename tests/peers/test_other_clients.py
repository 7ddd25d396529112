"""oauthlib and Authlib as clients, used as their documentation says, are admitted by an application of ours over a socket.

Both leave an empty `oauth_token` out of the proof, while two-legged calls must carry one (protocol.md 1.8). The way around is to
put it into the query or the form, which they sign like everything else there.
"""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import httpx2
import oauthlib.oauth1
import pytest
from authlib.oauth1 import SIGNATURE_RSA_SHA1, SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY, ClientAuth
from authlib.oauth1.rfc5849.errors import DuplicatedOAuthProtocolParameterError
from authlib.oauth1.rfc5849.signature import generate_signature_base_string
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from applinks.links import Incoming, Level, Link, SameUsers
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from journeys.world import ASGI, WSGI, Member, running
from putting import put

KEY = "a-foreign-consumer"


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@pytest.fixture(scope="module", params=[ASGI, WSGI])
def callee(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    with running(tmp_path_factory.mktemp("callee"), "Callee", request.param) as member:
        yield member


@pytest.fixture
def trusted(callee: Member, private_key: str) -> Callable[[SignatureMethod], None]:
    """Makes the link over which the foreign client is known, with the signature method that it is pinned to."""
    public = serialization.load_pem_private_key(private_key.encode(), None).public_key()
    text = PublicKey.read(
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    ).text

    def pin(method: SignatureMethod) -> None:
        incoming = Incoming(Level.OAUTH_IMPERSONATION, KEY, text, method)
        address = "https://client.example.test"
        same = SameUsers(True, "admin", 0)
        put(callee.applinks, Link(KEY, "Foreign", "generic", address, address, incoming=incoming, same_users=same))

    return pin


def sent(method: str, url: str, headers: dict[str, str], body: Any = None) -> httpx2.Response:
    with httpx2.Client() as client:
        return client.request(method, url, headers=headers, content=body)


METHODS = [SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA512]
NAMES = {
    SignatureMethod.RSA_SHA1: oauthlib.oauth1.SIGNATURE_RSA_SHA1,
    SignatureMethod.RSA_SHA256: oauthlib.oauth1.SIGNATURE_RSA_SHA256,
    SignatureMethod.RSA_SHA512: oauthlib.oauth1.SIGNATURE_RSA_SHA512,
}
PLACES = {
    "header": oauthlib.oauth1.SIGNATURE_TYPE_AUTH_HEADER,
    "query": oauthlib.oauth1.SIGNATURE_TYPE_QUERY,
    "form": oauthlib.oauth1.SIGNATURE_TYPE_BODY,
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def by_oauthlib(private_key: str, method: SignatureMethod, place: str = "header") -> oauthlib.oauth1.Client:
    return oauthlib.oauth1.Client(KEY, rsa_key=private_key, signature_method=NAMES[method], signature_type=PLACES[place])


# ---- oauthlib


class Rsa:
    """The part of PyJWT that oauthlib calls when it signs with RSA, for where PyJWT is not installed."""

    def __init__(self, algorithm: hashes.HashAlgorithm) -> None:
        self.hash_alg = type(algorithm)

    def prepare_key(self, key: str) -> Any:
        return serialization.load_pem_private_key(key.encode(), None)

    def sign(self, data: bytes, key: Any) -> bytes:
        return key.sign(data, padding.PKCS1v15(), self.hash_alg())


@pytest.fixture(autouse=True)
def _rsa_for_oauthlib(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("jwt") is None:
        for name, algorithm in (("SHA-1", hashes.SHA1()), ("SHA-256", hashes.SHA256()), ("SHA-512", hashes.SHA512())):
            monkeypatch.setitem(oauthlib.oauth1.rfc5849.signature._jwt_rsa, name, Rsa(algorithm))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("parameter", ["user_id", "xoauth_requestor_id"])
def test_oauthlib_is_admitted_by_every_method_and_in_every_place(
    callee: Member, private_key: str, trusted: Any, method: SignatureMethod, place: str, parameter: str
) -> None:
    trusted(method)
    url = f"{callee.url}/echo?oauth_token=&{parameter}=alice&q=%C3%A4%20b"
    if place == "form":
        url, headers, body = by_oauthlib(private_key, method, place).sign(url, "POST", "f=1+2", FORM)
        answer = sent("POST", url, headers, body)
    else:
        url, headers, _ = by_oauthlib(private_key, method, place).sign(url)
        answer = sent("GET", url, headers)
    assert (answer.status_code, answer.json()["user"]) == (200, "alice")


def test_oauthlib_signs_a_form_and_we_read_it_the_same(callee: Member, private_key: str, trusted: Any) -> None:
    trusted(SignatureMethod.RSA_SHA1)
    client = by_oauthlib(private_key, SignatureMethod.RSA_SHA1)
    url, headers, body = client.sign(f"{callee.url}/echo?user_id=bob", "POST", "oauth_token=&%C3%A4=1+%2B+1&b=", FORM)
    answer = sent("POST", url, headers, body)
    assert (answer.status_code, answer.json()["user"]) == (200, "bob")
    assert answer.json()["form"] == [["oauth_token", ""], ["ä", "1 + 1"], ["b", ""]]


def test_oauthlib_leaves_an_empty_token_out_and_is_then_told_what_is_missing(
    callee: Member, private_key: str, trusted: Any
) -> None:
    trusted(SignatureMethod.RSA_SHA256)
    client = oauthlib.oauth1.Client(
        KEY, rsa_key=private_key, signature_method=oauthlib.oauth1.SIGNATURE_RSA_SHA256, resource_owner_key=""
    )
    url, headers, _ = client.sign(f"{callee.url}/echo?user_id=alice")
    assert "oauth_token" not in headers["Authorization"]
    answer = sent("GET", url, headers)
    assert (answer.status_code, answer.text) == (400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token")


def test_oauthlib_with_another_key_or_method_is_refused(callee: Member, private_key: str, trusted: Any) -> None:
    trusted(SignatureMethod.RSA_SHA256)
    url = f"{callee.url}/echo?oauth_token=&user_id=alice"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    stranger = by_oauthlib(other.decode(), SignatureMethod.RSA_SHA256)
    weaker = by_oauthlib(private_key, SignatureMethod.RSA_SHA1)
    shared = oauthlib.oauth1.Client(KEY, client_secret=private_key)
    for client in (stranger, weaker, shared):
        address, headers, _ = client.sign(url)
        answer = sent("GET", address, headers)
        assert (answer.status_code, answer.text) == (401, "oauth_problem=signature_invalid")


# ---- Authlib


@pytest.mark.parametrize("name", ["user_id", "xoauth_requestor_id"])
def test_authlib_is_admitted_with_its_proof_in_the_query(callee: Member, private_key: str, trusted: Any, name: str) -> None:
    trusted(SignatureMethod.RSA_SHA1)
    client = ClientAuth(KEY, rsa_key=private_key, signature_method=SIGNATURE_RSA_SHA1, signature_type=SIGNATURE_TYPE_QUERY)
    url, headers, _ = client.prepare("GET", f"{callee.url}/echo?oauth_token=&{name}=alice&q=%C3%A4%20b", {}, "")
    answer = sent("GET", url, headers)
    assert (answer.status_code, answer.json()["user"]) == (200, "alice")


def test_authlib_is_admitted_with_its_proof_in_a_form(callee: Member, private_key: str, trusted: Any) -> None:
    trusted(SignatureMethod.RSA_SHA1)
    client = ClientAuth(KEY, rsa_key=private_key, signature_method=SIGNATURE_RSA_SHA1, signature_type=SIGNATURE_TYPE_BODY)
    sent_form = "oauth_token=&user_id=bob&a=1%202&b="
    url, headers, body = client.prepare("POST", f"{callee.url}/echo?x=%C3%A4", dict(FORM), sent_form)
    answer = sent("POST", url, headers, body)
    assert (answer.status_code, answer.json()["user"]) == (200, "bob")
    assert [pair for pair in answer.json()["form"] if not pair[0].startswith("oauth_")] == [
        ["user_id", "bob"],
        ["a", "1 2"],
        ["b", ""],
    ]


def test_authlib_cannot_sign_an_empty_token_in_the_query_with_a_proof_in_the_header(private_key: str) -> None:
    """So its proof must travel where the token does; this is Authlib's rule, not ours."""
    client = ClientAuth(KEY, rsa_key=private_key, signature_method=SIGNATURE_RSA_SHA1)
    with pytest.raises(DuplicatedOAuthProtocolParameterError):
        client.prepare("GET", "https://callee.test/echo?oauth_token=&user_id=alice", {}, "")


def test_authlib_leaves_an_empty_token_out_too(callee: Member, private_key: str, trusted: Any) -> None:
    trusted(SignatureMethod.RSA_SHA1)
    client = ClientAuth(KEY, rsa_key=private_key, signature_method=SIGNATURE_RSA_SHA1, token="")
    url, headers, _ = client.prepare("GET", f"{callee.url}/echo?user_id=alice", {}, "")
    answer = sent("GET", url, headers)
    assert (answer.status_code, answer.text) == (400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token")


class Stronger(ClientAuth):
    """With a method added in the documented way: Authlib by itself knows no RSA but RSA-SHA1."""

    SIGNATURE_METHODS: ClassVar = dict(ClientAuth.SIGNATURE_METHODS)


def rsa_sha256(client: Any, request: Any) -> str:
    key: Any = serialization.load_pem_private_key(client.rsa_key.encode(), None)
    text = generate_signature_base_string(request).encode()
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


Stronger.register_signature_method("RSA-SHA256", rsa_sha256)


def test_authlib_is_admitted_by_a_stronger_method_that_it_was_taught(callee: Member, private_key: str, trusted: Any) -> None:
    trusted(SignatureMethod.RSA_SHA256)
    client = Stronger(KEY, rsa_key=private_key, signature_method="RSA-SHA256", signature_type=SIGNATURE_TYPE_QUERY)
    url, headers, _ = client.prepare("GET", f"{callee.url}/echo?oauth_token=&user_id=alice", {}, "")
    answer = sent("GET", url, headers)
    assert (answer.status_code, answer.json()["user"]) == (200, "alice")
