"""`/rest/applinks-pairing/1.0/deleted`: a linked application deletes the link, at both ends."""

from __future__ import annotations

from applinks.incoming.endpoints.consumer import claim_of, only_post, speaking_for_itself
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.links import remove
from applinks.questions import Flow
from applinks.wire import mending
from applinks.wire.messages import Response

PATHS = (f"/{mending.DELETED_PATH}",)


def serve(visit: Visit) -> Flow[Response]:
    """200 once our end is gone; 405; or an OAuth problem."""
    if (misused := only_post(visit)) is not None:
        return misused
    link = yield from speaking_for_itself(claim_of(visit, token_needed=False))
    yield from remove(link, by=None)
    return answer(200, {"deleted": True})
