"""T-66: what is shown of a value never holds its secret."""

from __future__ import annotations

import pytest

from applinks import Administrator
from applinks.links import Incoming, new_key
from applinks.people import SignIn
from applinks.store import Sealing
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import Credentials, SharedSecret, SignatureMethod, read, sign

CANARY = "canary-7d1f"
KEY = new_key()


def signed():
    credentials = Credentials("consumer", KEY, SignatureMethod.RSA_SHA256, token=CANARY)
    return sign(Request("GET", "https://wiki.example.com/"), credentials, timestamp=1, nonce="n")


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        (Administrator("ada", CANARY), CANARY),
        (SignIn("ada", CANARY), CANARY),
        (SharedSecret(CANARY, CANARY), CANARY),
        (Credentials("consumer", SharedSecret(CANARY), SignatureMethod.HMAC_SHA256, token=CANARY), CANARY),
        (Request("POST", "https://wiki.example.com/", body=CANARY.encode()), CANARY),
        (Response(200, body=CANARY.encode()), CANARY),
        (Incoming(public_key=CANARY), CANARY),
        (Sealing({"one": CANARY.encode().ljust(32)}), CANARY),
        (signed(), CANARY),
        (Request("POST", "https://wiki.example.com/", (("authorization", f"Basic {CANARY}"),)), CANARY),
        (read(signed().request), CANARY),
        (read(signed().request), signed().authorization[-60:-10]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_representation_does_not_show_the_secret(value, secret):
    assert secret not in repr(value)
    assert secret not in str(value)


def test_a_private_key_shows_its_size_and_fingerprint_only():
    shown = repr(KEY)
    assert shown == f"<PrivateKey, 2048 bits, of {KEY.public.fingerprint}>"
