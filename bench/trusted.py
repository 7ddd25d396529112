"""Trusted Applications, for information: to vouch for a user, and to verify it, beside the bare RSA operation.

No other library knows the protocol. Its private-key operation is blinded, in Python; that is most of what signing costs here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from applinks import clock
from applinks.wire import trusted_apps
from applinks.wire.messages import Request
from bench.caller import key
from bench.measure import Call, Task

ADDRESS = "https://jira.example.com:8443/jira/rest/api/2/search"


def rows() -> list[Task]:
    """One row for each half."""
    private, public = key()._key, key().public._key
    data, scheme, sha1 = b"x" * 400, padding.PKCS1v15(), hashes.SHA1()
    signature = private.sign(data, scheme, sha1)
    return [
        Task("vouch for a user", Call(certified), Call(lambda: private.sign(data, scheme, sha1))),
        Task("verify", Call(verifier()), Call(lambda: public.verify(signature, data, scheme, sha1))),
    ]


def certified() -> Request:
    """A request that vouches for its user."""
    request = Request("GET", ADDRESS, (("accept", "application/json"),))
    drawn, blinding = secrets.token_bytes(32), int.from_bytes(secrets.token_bytes(256))
    made = trusted_apps.certify(
        ADDRESS,
        "alice",
        key(),
        "bench",
        milliseconds=int(clock.now() * 1000),
        rc4_key=trusted_apps.fit_key(drawn),
        blinding=blinding,
    )
    for name, value in made:
        request = request.with_header(name, value)
    return request


def verifier() -> Callable[[], object]:
    """Reads, opens and verifies the same request again and again."""
    request, public = certified(), key().public

    def verify() -> None:
        claim = trusted_apps.read(request)
        assert claim is not None
        certificate = trusted_apps.open_certificate(claim, public)
        assert trusted_apps.verify(claim, certificate, public, ADDRESS)

    return verify
