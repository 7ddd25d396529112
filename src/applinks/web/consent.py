"""Consent, on the called side; and what people have allowed, in both directions."""

from __future__ import annotations

from collections.abc import Iterable

from applinks.errors import AdministratorNeeded, DanceOver, LinkNotFound
from applinks.incoming import SESSION_LIFE, consent
from applinks.links import ConsentsHeld, Link, LinkById
from applinks.outgoing import dance
from applinks.people import FindPerson, Person
from applinks.questions import Flow, Moment, Now
from applinks.web import answers, forms, look
from applinks.web.views import Consent, FarSide, Given, Grants, Held, Kind, Outcome, Reader, Verifier
from applinks.web.visit import AUTHORIZE, GRANTS, PageVisit
from applinks.wire.messages import Response
from applinks.wire.web_address import is_web_address

MOST_NAMES = 100
"""People whose full names are looked up for one page: a directory may be slow, and the list long."""


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Show who asks."""
    token = visit.query.get("oauth_token", "")
    try:
        wish = yield from consent.asked(token)
    except DanceOver as over:
        return answers.notice(visit, Kind(over.state))
    if wish.token.callback is not None and not is_web_address(wish.token.callback):
        return answers.notice(visit, Kind.UNKNOWN)  # nobody could be told where they would go
    moment: Moment = yield Now()
    cookie, stamp = yield from forms.token_for(visit, person)
    view = Consent(
        frame=visit.frame(),
        application=_far_side(wish.link),
        callback=wish.token.callback,
        now=int(moment.now),
        until=int(moment.now) + SESSION_LIFE,
        action_path=visit.own(AUTHORIZE),
        oauth_token=token,
        form_token=stamp,
    )
    return forms.remembering(look.page(view), visit, cookie)


def decide(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what the person has said, and send them on."""
    said = visit.form.get("decision")
    if said not in {"allow", "deny"}:
        return answers.notice(visit, Kind.FORGED)
    try:
        decided = yield from consent.decide(visit.form.get("oauth_token", ""), person, allow=said == "allow")
    except DanceOver as over:
        return answers.notice(visit, Kind(over.state))
    if decided.address is not None:
        return answers.redirect(decided.address)
    if not decided.allowed:
        return answers.notice(visit, Kind.DENIED, application=decided.link.name)
    return look.page(Verifier(visit.frame(), _far_side(decided.link), decided.verifier))


# ---- what a person has allowed


def show_grants(visit: PageVisit, person: Person) -> Flow[Response]:
    """Both directions; and everybody's, for administrators."""
    given = yield from consent.given(person.name)
    everyone = (yield from consent.given()) if person.administrator else None
    readers = yield from _readers(person, (one.grant.user for one in everyone or ()))
    held = yield from _held(person)
    cookie, stamp = yield from forms.token_for(visit, person)
    view = Grants(
        frame=visit.frame(),
        form_token=stamp,
        given=tuple(_given(one, readers[person.name]) for one in given),
        held=held,
        everyone=None if everyone is None else tuple(_given(one, readers[one.grant.user]) for one in everyone),
        outcome=_outcome(visit.query.get("done")),
    )
    return forms.remembering(look.page(view), visit, cookie)


def change_grants(visit: PageVisit, person: Person) -> Flow[Response]:
    """Revoke one, or forget one."""
    outcome = Outcome.GONE
    if grant_id := visit.form.get("revoke"):
        try:
            yield from consent.revoke(grant_id, person.name, administrator=person.administrator)
            outcome = Outcome.REVOKED
        except (AdministratorNeeded, LinkNotFound):
            outcome = Outcome.GONE
    elif link_id := visit.form.get("forget"):
        link: Link | None = yield LinkById(link_id)
        if link is not None and (yield from dance.forget(link, person.name, why="consent forgotten")):
            outcome = Outcome.FORGOTTEN
    return answers.redirect(f"{visit.own(GRANTS)}?done={outcome}")


def _far_side(link: Link) -> FarSide:
    return FarSide(link.name, link.display_url, link.incoming.consumer_key or "")


def _given(given: consent.Given, reader: Reader) -> Given:
    grant = given.grant
    return Given(grant.id, _far_side(given.link), reader, grant.made_at, grant.ends_at)


def _readers(person: Person, names: Iterable[str]) -> Flow[dict[str, Reader]]:
    """Who goes by these names, each looked up once; whoever is gone, or is too many, by the name alone."""
    readers = {name: Reader(name) for name in names} | {person.name: Reader(person.name, person.full_name)}
    for name in [name for name in readers if name != person.name][:MOST_NAMES]:
        found: Person | None = yield FindPerson(name)
        if found is not None:
            readers[name] = Reader(name, found.full_name)
    return readers


def _held(person: Person) -> Flow[tuple[Held, ...]]:
    found: list[Held] = []
    for consented in (yield ConsentsHeld(person.name)):
        link: Link | None = yield LinkById(consented.link_id)
        if link is not None:
            found.append(Held(link.id, link.name, link.display_url, consented.made_at))
    return tuple(found)


def _outcome(word: str | None) -> Outcome | None:
    return Outcome(word) if word in set(Outcome) else None
