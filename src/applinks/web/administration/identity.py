"""Who this application is to the others; and, where it lies elsewhere than was noted, which it is: the original or a copy."""

from __future__ import annotations

from applinks import links
from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.links import Told
from applinks.outgoing import AddressTold, telling
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms, look
from applinks.web.administration.trust import Ourselves, Result
from applinks.web.administration.views import Fact
from applinks.web.visit import IDENTITY, PageVisit
from applinks.wire.messages import Response

_DONE = {
    "moved": "This is the original. Calls go out again.",
    "copied": "This is an application of its own now: with a new id, a new key, and no link that is on.",
}

TOLD = {
    Told.TOLD: "it follows",
    Told.REFUSED: "it refused",
    Told.BY_HAND: "it must be told by hand",
    Told.UNREACHABLE: "it could not be reached",
}


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """Who we are."""
    return (yield from _page(visit, person))


def decide(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what the button says; or say what is wrong with it."""
    try:
        return (yield from _decided(visit, person))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, trouble))


def _decided(visit: PageVisit, person: Person) -> Flow[Response]:
    match visit.form.get("do"):
        case "moved":
            yield from links.moved(by=person.name)
            return answers.redirect(visit.own(f"{IDENTITY}?done=moved"))
        case "copied":
            if visit.form.get("sure") != "yes":
                raise ConfigurationError("Nothing was changed: it cannot be taken back.", remedy="Tick that it is a copy.")
            yield from links.copied(by=person.name)
            return answers.redirect(visit.own(f"{IDENTITY}?done=copied"))
        case "announce":
            told = yield from telling.announce_address(by=person.name)
            return _told(visit, told)
    return answers.redirect(visit.own(IDENTITY))


def _told(visit: PageVisit, told: tuple[AddressTold, ...]) -> Response:
    facts = tuple(Fact(one.link, TOLD[one.told] + (f": {one.why}" if one.why else "")) for one in told)
    lead = (
        f"Each was told that this application is at {visit.identity.url}." if facts else "No link has an address to tell it to."
    )
    return look.page(Result(visit.frame(), "Our address", lead, facts, (), visit.own(IDENTITY), "this application"))


def _page(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    us = visit.identity
    cookie, token = yield from forms.token_for(visit, person)
    view = Ourselves(
        frame=visit.frame(),
        form_token=token,
        name=us.name,
        id=us.id,
        address=us.url,
        place=us.place or "",
        why=us.suspension.why if us.suspension else "",
        since=int(us.suspension.since) if us.suspension else 0,
        action_path=visit.own(IDENTITY),
        outcome=_DONE.get(visit.query.get("done", "")),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)
