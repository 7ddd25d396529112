"""`/rest/applinks-pairing/1.0/address`: a linked application has moved; we follow once it has proven itself there.

It names an address at which we then ask: a few times an hour at most. Of what is there it hears nothing but whether it was
proven to be there itself, so that nobody finds out through us what there is beside us (security.md T-29).
"""

from __future__ import annotations

import logging

from applinks.audit import printable
from applinks.errors import AppLinksError, NotAdmitted, StoreUnavailable
from applinks.incoming.endpoints.consumer import claim_of, form_of, only_post, speaking_for_itself
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.incoming.replay import QUARTER_HOUR, may_have_us_follow
from applinks.links import moving
from applinks.questions import Flow
from applinks.wire import mending
from applinks.wire.messages import Response

PATHS = (f"/{mending.NEW_ADDRESS_PATH}",)

NOT_PROVEN = {
    "message": "That you are at that address was not proven; nothing was changed.",
    "remedy": "Answer there, over https, as the application of that address, with the key that we know. Our log tells more.",
}
"""For every reason alike (security.md T-29, T-53)."""

log = logging.getLogger("applinks.incoming")


def serve(visit: Visit) -> Flow[Response]:
    """200 with the address to which our link leads now; 400 or 429 with `message` and `remedy`; 405; or an OAuth problem."""
    if (misused := only_post(visit)) is not None:
        return misused
    claim = claim_of(visit, token_needed=False)
    link = yield from speaking_for_itself(claim)
    (url,) = form_of(claim, "url")
    if not (yield from may_have_us_follow(claim.consumer_key)):
        words = {"message": "We were asked to follow too often.", "remedy": "Say it again in a quarter of an hour."}
        return answer(429, words, ("retry-after", str(QUARTER_HOUR)))
    try:
        moved = yield from moving.move(link, url, by=None)
    except (StoreUnavailable, NotAdmitted):
        raise
    except AppLinksError as refused:
        log.warning("did not follow %r: %s", link.name, printable(refused.message))
        return answer(400, NOT_PROVEN)
    return answer(200, {"accepted": True, "url": moved.link.application_url})
