"""`/rest/applinks-pairing/1.0/key`: a linked application announces its new key, by the one that we know."""

from __future__ import annotations

from applinks.incoming.endpoints.consumer import claim_of, form_of, only_post, speaking_for_itself
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.links import signing_keys
from applinks.questions import Flow
from applinks.wire import mending
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Response

PATHS = (f"/{mending.NEW_KEY_PATH}",)


def serve(visit: Visit) -> Flow[Response]:
    """200 with the fingerprint, and until when the key before is accepted; 405; or an OAuth problem."""
    if (misused := only_post(visit)) is not None:
        return misused
    claim = claim_of(visit, token_needed=False)
    link = yield from speaking_for_itself(claim)
    key, proof = form_of(claim, "key", "proof")
    link = yield from signing_keys.accept_new_key(link, key, proof, visit.identity.url)
    known = PublicKey.read(link.incoming.public_key or "").fingerprint
    return answer(200, {"accepted": True, "fingerprint": known, "previous_until": link.incoming.previous_key_until})
