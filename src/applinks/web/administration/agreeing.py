"""An administrator of another application comes with a proposal, in their browser; as one of ours they agree, or do not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlencode

from applinks.errors import AppLinksError, PairingRefused, StoreUnavailable
from applinks.links import Proposal, agreement, pairing
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms, look, sudo
from applinks.web.administration.views import Agree, Refused
from applinks.web.visit import ADMINISTRATION, LINKS, PageVisit
from applinks.wire.messages import Response

AGREE = f"{ADMINISTRATION}/agree"
BACK = f"{ADMINISTRATION}/make/agreed"
"""Where the proposer's browser comes back to, below the proposer's own address, whatever a query says (T-42)."""
LONGEST = 4000


def packed(proposal: Proposal) -> str:
    """A proposal as it travels in a query."""
    return base64.urlsafe_b64encode(proposal.to_json()).decode().rstrip("=")


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Show who proposes, and what would be set here.

    To find that out we ask at an address that the query names: only where somebody sees the page, not where another one of the
    web has the browser fetch it as a picture (T-29).
    """
    if visit.request.header("sec-fetch-dest") not in {None, "document"}:
        return _refused(visit, PairingRefused("This is a page for people.", remedy="Open it in a window of its own."))
    return (yield from _page(visit, person, visit.query))


def _page(visit: PageVisit, person: Person, said: Mapping[str, str], trouble: str | None = None) -> Flow[Response]:
    try:
        proposal = _read(said.get("proposal", ""))
        them = yield from pairing.proposer_of(proposal)
    except StoreUnavailable:
        raise
    except AppLinksError as refused:
        return _refused(visit, refused)
    cookie, token = yield from forms.token_for(visit, person)
    view = Agree(
        frame=visit.frame(),
        form_token=token,
        name=them.name,
        type=them.type,
        address=them.url,
        fingerprint=them.key.fingerprint,
        same_users=proposal.same_users,
        proposal=said["proposal"],
        invitation=said.get("invitation", ""),
        confirmed=(yield from sudo.is_confirmed(visit, person)),
        action_path=visit.own(AGREE),
        trouble=trouble,
    )
    page = look.page(view, status=403 if trouble else 200, form_targets=(them.url,))
    return forms.remembering(page, visit, cookie)


def decide(visit: PageVisit, person: Person) -> Flow[Response]:
    """Send them back to the proposer, with our word or without it. Nothing is written here yet."""
    try:
        proposal = _read(visit.form.get("proposal", ""))
        them = yield from pairing.proposer_of(proposal)
    except StoreUnavailable:
        raise
    except AppLinksError as refused:
        return _refused(visit, refused)
    told = {"invitation": visit.form.get("invitation", "")[:LONGEST]}
    if visit.form.get("decision") == "agree":
        if not (yield from sudo.is_confirmed(visit, person)):
            wrong = yield from sudo.wrong_password(visit, person)
            if wrong is not None:
                return (yield from _page(visit, person, visit.form, wrong))
        given = yield from agreement.agree(proposal.to_json(), by=person.name)
        told["agreement"] = given.text
    return answers.redirect(f"{them.url}{BACK}?{urlencode(told)}")


def _read(text: str) -> Proposal:
    if not 0 < len(text) <= LONGEST:
        raise PairingRefused("There is no proposal in this address.", remedy="Begin anew in the other application.")
    try:
        body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        body = b""
    return Proposal.from_json(body)


def _refused(visit: PageVisit, trouble: AppLinksError) -> Response:
    return look.page(Refused(visit.frame(), trouble.message, trouble.remedy, visit.own(LINKS)), status=400)
