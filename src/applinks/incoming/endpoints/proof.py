"""`/rest/applinks-pairing/1.0/proof`: we prove at our address that we have our keys, for whoever follows us there."""

from __future__ import annotations

from applinks.errors import PairingRefused, TrustSuspended
from applinks.incoming.endpoints.consumer import only_post
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.links import moving
from applinks.questions import Flow
from applinks.wire import mending
from applinks.wire.encoding import parse_form
from applinks.wire.messages import Response

PATHS = (f"/{mending.PROOF_PATH}",)


def serve(visit: Visit) -> Flow[Response]:
    """200 with our id, address and a proof by each of our keys; 400 with `message` and `remedy` (so while suspended); 405."""
    if (misused := only_post(visit)) is not None:
        return misused
    try:
        said = dict(parse_form(visit.request.body.decode() if visit.request.is_form() else ""))
    except ValueError:
        said = {}
    try:
        proof = yield from moving.prove(said.get("for", ""), said.get("challenge", ""))
    except PairingRefused as refused:
        return answer(400, {"message": refused.message, "remedy": refused.remedy})
    except TrustSuspended:  # what was noticed is told to our own administrators only
        return answer(400, {"message": "This application proves itself to nobody now.", "remedy": "Ask its administrator."})
    return answer(200, proof)
