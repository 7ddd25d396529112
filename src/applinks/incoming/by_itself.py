"""A linked application that tells us something by itself, in nobody's name, where rooms above this one take it in."""

from __future__ import annotations

from applinks.errors import NotAdmitted
from applinks.incoming.endpoints import Visit
from applinks.incoming.endpoints.consumer import claim_of, form_of, proven
from applinks.incoming.refusals import RememberRefusal
from applinks.links import Identity, Link
from applinks.questions import Flow
from applinks.wire.messages import Request


def told_by_itself(request: Request, identity: Identity, field: str) -> Flow[tuple[Link, str]]:
    """The link of the application that signed this form just now, and what the field says; else `NotAdmitted`."""
    visit = Visit(request, identity.below(request.url), identity, None)
    try:
        claim = claim_of(visit, token_needed=False)
        if claim.token:
            raise NotAdmitted("This is told by applications, not for a person.", problem="token_rejected")
        link = yield from proven(claim)
        (said,) = form_of(claim, field)
    except NotAdmitted as refusal:
        yield RememberRefusal(request, refusal, True)
        raise
    return link, said
