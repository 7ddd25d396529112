"""The whole outgoing road, to a server in another process that answers at once: what it takes beyond the bare HTTP client.

The unit is a bare RSA signature, of which one is in it. requests-oauthlib is measured in the same way, beyond bare requests.
"""

from __future__ import annotations

from functools import partial

import httpx2
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from oauthlib.oauth1 import SIGNATURE_RSA
from requests_oauthlib import OAuth1Session

from applinks import AppLinks, Person, Provider
from bench import caller, servers
from bench.incoming import running
from bench.measure import Call, Rows, Task

FEWEST = 10
PATIENCE = 3.0


def rows() -> Rows:
    """Ours, then the other."""
    private, data, scheme, sha1 = caller.key()._key, b"x" * 400, padding.PKCS1v15(), hashes.SHA1()
    base = Call(lambda: private.sign(data, scheme, sha1))
    with (
        servers.folder() as folder,
        running("far side") as far_side,
        AppLinks(f"sqlite:///{folder}/calls.db", url="http://127.0.0.1:1", name="Bench") as applinks,
        httpx2.Client() as bare,
    ):
        applinks.register_link("Far side", far_side, provider=Provider(), same_users=True, by="bench")
        applinks.change_link("Far side", impersonation_parameter="user_id", by="bench")
        linked, address = applinks.link("Far side"), far_side + caller.PATH
        with applinks.acting_as(Person("alice")):
            road = Call(lambda: linked.get(caller.PATH), FEWEST)
            less = Call(lambda: bare.get(address, params={"user_id": "alice"}), FEWEST)
            yield Task("outgoing, beyond httpx2", road, base, less, 1.7, 1.4, PATIENCE)
        yield theirs(address, base)


def theirs(address: str, base: Call) -> Task:
    """With a key object: from text, it would read it anew for each call."""
    session = OAuth1Session(caller.NAME, signature_method=SIGNATURE_RSA, rsa_key="replaced by an object")
    session.auth.client.rsa_key = caller.key()._key
    less = Call(partial(requests.Session().get, address, params={"user_id": "alice"}), FEWEST)
    road = Call(partial(session.get, address, params={"user_id": "alice"}), FEWEST)
    return Task("outgoing, beyond requests: requests-oauthlib, key object", road, base, less, patience=PATIENCE)
