"""The key by which the other applications know us: which link signs with which, and changing it while calls go on."""

from __future__ import annotations

from textwrap import wrap

from applinks.errors import AppLinksError, LinkNotFound, StoreUnavailable
from applinks.links import KeyStatus, Link, LinkKey, OurKey, Told, link_with_id, links_of, signing_keys
from applinks.outgoing import telling
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.trust import KeyOfLink, Keys, OldKey
from applinks.web.visit import IDENTITY, KEYS, PageVisit
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Response

TOLD = {
    Told.TOLD: "It has accepted our key.",
    Told.REFUSED: "It has refused our key.",
    Told.BY_HAND: "It must be entered over there.",
    Told.UNREACHABLE: "It could not be told.",
}

_DONE = {
    "rotated": "There is a new key. Each link goes on with a key that is known over there.",
    "announced": "Announced.",
    "used": "Signed with our current key from now on. Should it not be known over there, the next call finds that out.",
    "retired": "The keys that no link signs with are gone.",
}


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """Our key, and who knows it."""
    return (yield from _page(visit, person))


def change(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what the button says; or say what is wrong with it."""
    try:
        done = yield from _done(visit, person.name)
    except (StoreUnavailable, LinkNotFound):
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, trouble))
    return answers.redirect(visit.own(f"{KEYS}?done={done}" if done else KEYS))


def _done(visit: PageVisit, by: str) -> Flow[str]:
    if "use" in visit.form:
        yield from signing_keys.use_new_key((yield from link_with_id(visit.form["use"])), by=by)
        return "used"
    if "announce" in visit.form:
        yield from telling.announce_key((yield from link_with_id(visit.form["announce"])), by=by)
        return "announced"
    match visit.form.get("do"):
        case "rotate":
            yield from telling.rotate_key(announce=True, by=by)
            return "rotated"
        case "announce":
            yield from telling.announce_key(by=by)
            return "announced"
        case "retire":
            yield from signing_keys.retire(by=by)
            return "retired"
    return ""


def _page(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    status: KeyStatus = yield from signing_keys.status()
    key: PrivateKey = yield OurKey()
    found = yield from links_of()
    by_name = {link.name: link for link in found}
    cookie, token = yield from forms.token_for(visit, person)
    view = Keys(
        frame=visit.frame(),
        form_token=token,
        consumer_key=visit.identity.consumer_key,
        fingerprint=status.fingerprint,
        made_at=int(status.made_at),
        pem=_pem(key.public),
        links=tuple(_of_link(visit, one, by_name[one.link]) for one in status.links if one.link in by_name),
        older=tuple(OldKey(old.fingerprint, int(old.made_at), ", ".join(old.links)) for old in status.older),
        behind=any(not one.current for one in status.links),
        retirable=any(not old.links for old in status.older),
        action_path=visit.own(KEYS),
        identity_path=visit.own(IDENTITY),
        outcome=_DONE.get(visit.query.get("done", "")),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


def _pem(key: PublicKey) -> tuple[str, ...]:
    """As it is written into a file, and entered into a dialog."""
    return ("-----BEGIN PUBLIC KEY-----", *wrap(key.text, 64), "-----END PUBLIC KEY-----")


def _of_link(visit: PageVisit, one: LinkKey, link: Link) -> KeyOfLink:
    told = TOLD[one.told] if one.told else ""
    return KeyOfLink(visit.own(path_of(link)), link.id, link.name, one.fingerprint, one.current, told, one.why or "")
