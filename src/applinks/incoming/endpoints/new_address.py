"""`/rest/applinks-pairing/1.0/address`: a linked application has moved; we follow once it has proven itself there."""

from __future__ import annotations

from applinks.errors import AppLinksError, NotAdmitted, StoreUnavailable
from applinks.incoming.endpoints.consumer import claim_of, form_of, only_post, speaking_for_itself
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.links import moving
from applinks.questions import Flow
from applinks.wire import mending
from applinks.wire.messages import Response

PATHS = (f"/{mending.NEW_ADDRESS_PATH}",)


def serve(visit: Visit) -> Flow[Response]:
    """200 with the address to which our link leads now; 400 with `message` and `remedy`; 405; or an OAuth problem."""
    if (misused := only_post(visit)) is not None:
        return misused
    claim = claim_of(visit, token_needed=False)
    link = yield from speaking_for_itself(claim)
    (url,) = form_of(claim, "url")
    try:
        moved = yield from moving.move(link, url, by=None)
    except (StoreUnavailable, NotAdmitted):
        raise
    except AppLinksError as refused:
        return answer(400, {"message": refused.message, "remedy": refused.remedy})
    return answer(200, {"accepted": True, "url": moved.link.application_url})
