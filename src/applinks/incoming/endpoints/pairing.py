"""Our half of a reciprocal link, made for an administrator of this application who signs in for it, or has agreed to it (R-06).

JSON only, so that no page in a browser can send it; passwords are tried a few times a quarter of an hour at most.
"""

from __future__ import annotations

import logging
from typing import Any

from applinks.audit import printable
from applinks.errors import AppLinksError, LinkExists, StoreUnavailable
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.incoming.replay import QUARTER_HOUR, may_try_to_sign_in
from applinks.links import PAIRING_PATH, Agreement, Proposal, agreement, pairing
from applinks.people import Person, SignIn
from applinks.questions import Flow
from applinks.wire import basic
from applinks.wire.messages import Response, media_type

PATHS = (f"/{PAIRING_PATH}",)

log = logging.getLogger("applinks.incoming")


def serve(visit: Visit) -> Flow[Response]:
    """200 with what was recorded; 400, 401, 405, 409, 415 or 429 with `message` and `remedy`."""
    if visit.request.method != "POST":
        return answer(405, _said("Only POST is answered here.", "Send the proposal by POST."), ("allow", "POST"))
    if media_type(visit.request.header("content-type")) != "application/json":
        return answer(415, _said("The proposal is not JSON.", "Send it as application/json."))
    try:
        agreed = visit.request.header(pairing.AGREEMENT_HEADER)
        if agreed is not None:
            proposal = Proposal.from_json(visit.request.body)
            administrator = yield from agreement.agreed(proposal.to_json(), Agreement(agreed))
        else:
            refusal, administrator = yield from _sign_in(visit)
            if refusal is not None:
                return refusal
        recorded = yield from pairing.accept(Proposal.from_json(visit.request.body), by=administrator)
    except StoreUnavailable:
        raise
    except LinkExists as taken:
        return answer(409, _told(taken))
    except AppLinksError as refused:
        return answer(400, _told(refused))
    return answer(200, recorded)


def _sign_in(visit: Visit) -> Flow[tuple[Response | None, str]]:
    """The administrator's name, or the answer that turns them away."""
    claimed = basic.read(visit.request.header("authorization"))
    if claimed is None:
        return _unauthorized("A name and a password are needed."), ""
    name, password = claimed
    if not (yield from may_try_to_sign_in(name)):
        return answer(
            429,
            _said("Too many sign-ins were tried for that name.", "Wait a quarter of an hour, then say the same again."),
            ("retry-after", str(QUARTER_HOUR)),
        ), ""
    person: Person | None = yield SignIn(name, password)
    if person is not None and person.active and person.administrator:
        return None, person.name
    why = "not an administrator" if person is not None and person.active else "wrong name or password, or disabled"
    log.warning("pairing: %s did not sign in: %s", printable(name), why)
    return _unauthorized("That is not the name and the password of an administrator here."), ""


def _unauthorized(message: str) -> Response:
    return answer(
        401,
        _said(message, "Sign in as an administrator of this application."),
        ("www-authenticate", 'Basic realm="application links"'),
    )


def _told(error: AppLinksError) -> dict[str, Any]:
    return {"message": error.message, "remedy": error.remedy}


def _said(message: str, remedy: str) -> dict[str, Any]:
    return {"message": message, "remedy": remedy}
