"""Making a link, step by step; nothing is written before the last one, so that whoever stops leaves nothing behind.

1. Somebody types an address. 2. We show what is there, and ask two questions. 3. Their browser visits the other application,
where one of its administrators agrees (`agreeing.py`), and comes back. 4. We show what will be set at each end. 5. It is done,
and every step looked at live, with a call as whoever sits there.

That is the way with applications of our kind; a product goes on in `products.py`, everything else in `by_hand.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from applinks.errors import (
    AppLinksError,
    ConfigurationError,
    RedirectedElsewhere,
    StoreUnavailable,
    TimedOut,
    TlsFailed,
    TransportFailed,
)
from applinks.links import Administrator, Agreement, Invitation, Kind, agreement, is_safe_way, pairing
from applinks.links import Found as There
from applinks.links import look as look_at
from applinks.people import Person
from applinks.questions import Ask, Flow
from applinks.web import answers, forms, look
from applinks.web.administration import checking
from applinks.web.administration.agreeing import AGREE, packed
from applinks.web.administration.links import done
from applinks.web.administration.views import Ends
from applinks.web.administration.wizard import Address, Found, FoundOther, FoundProduct, Said
from applinks.web.visit import ADMINISTRATION, LINKS, PageVisit
from applinks.wire.messages import Request, Response

MAKE = f"{ADMINISTRATION}/make"
AGREED = f"{MAKE}/agreed"
PRODUCT = f"{MAKE}/product"
BY_HAND = f"{MAKE}/by-hand"
DESCRIBE = f"{MAKE}/describe"


def begin(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 1: ask for the address."""
    return (yield from _address_form(visit, person))


def found(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    """Step 2: what is at the address in a form, and what is asked before a link with that is made; or what is wrong with it."""
    there = yield from look_at(visit.form.get("url", ""))
    if there.obstacle is not None:
        return (yield from _address_form(visit, person, _refusal(there), there))
    pages = {Kind.APPLICATION: _application, Kind.PRODUCT: _product}
    try:
        return (yield from pages.get(there.kind, _other)(visit, person, there, trouble))
    except StoreUnavailable:
        raise
    except AppLinksError as refused:
        return (yield from _address_form(visit, person, refused, there))


def _refusal(there: There) -> AppLinksError | None:
    try:
        there.check()
    except AppLinksError as refused:
        return refused
    return None


def go(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 3: send the browser over there; or do without it, as was chosen."""
    base, same_users = _base(visit.form), visit.form.get("same_users") == "yes"
    try:
        if visit.form.get("way") == "visit":
            browser = yield from forms.browser_of(visit)
            invitation = yield from agreement.invite(Invitation(base, same_users), by=person.name, browser=browser)
            proposal = yield from pairing.propose(same_users=same_users)
            query = urlencode({"proposal": packed(proposal), "invitation": invitation})
            yield from pairing.other_at(base)
            return answers.redirect(f"{base}{AGREE}?{query}")
        return (yield from _without_visit(visit, person, base, same_users=same_users))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from found(visit, person, trouble))


def come_back(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 4: they are back; show what will be set at each end."""
    try:
        invitation = yield from _invited(visit.query, visit, person)
        if "agreement" not in visit.query:
            return answers.redirect(visit.own(MAKE))
        them = yield from pairing.other_at(invitation.url)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _address_form(visit, person, trouble))
    cookie, token = yield from forms.token_for(visit, person)
    view = Ends(
        frame=visit.frame(),
        form_token=token,
        name=them.name,
        type=them.type,
        address=them.url,
        fingerprint=them.key.fingerprint,
        same_users=invitation.same_users,
        invitation=visit.query["invitation"],
        agreement=visit.query["agreement"],
        action_path=visit.own(AGREED),
        cancel_path=visit.own(LINKS),
    )
    return forms.remembering(look.page(view), visit, cookie)


def finish(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 5: both ends are made in one operation."""
    try:
        invitation = yield from _invited(visit.form, visit, person)
        given = Agreement(visit.form.get("agreement", ""))
        link = yield from pairing.create(invitation.url, given, same_users=invitation.same_users, by=person.name)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _address_form(visit, person, trouble))
    return (yield from checking.checked(visit, person, link, person.name, "linked"))


def _without_visit(visit: PageVisit, person: Person, base: str, *, same_users: bool) -> Flow[Response]:
    if visit.form.get("way") == "ours":
        link = yield from pairing.create_ours(base, same_users=same_users, by=person.name)
        return done(visit, link, "ours")
    link = yield from pairing.create(base, administrator_of(visit.form), same_users=same_users, by=person.name)
    return (yield from checking.checked(visit, person, link, person.name, "linked"))


def administrator_of(fields: Mapping[str, str]) -> Administrator:
    """Whoever signs in over there, as a form says it. Raises `ConfigurationError` where half of that is missing."""
    name, password = fields.get("name", "").strip(), fields.get("password", "")
    if not name or not password:
        raise ConfigurationError(
            "Their administrator's name and password are missing.", remedy="Enter both; they are used once and never kept."
        )
    return Administrator(name, password)


def _address_form(
    visit: PageVisit, person: Person, trouble: AppLinksError | None = None, there: There | None = None
) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    elsewhere = there is not None and there.their_url not in {"", there.url}
    view = Address(
        frame=visit.frame(),
        form_token=token,
        url=visit.form.get("url", ""),
        action_path=visit.own(MAKE),
        by_hand_path=visit.own(BY_HAND),
        describe_path=visit.own(DESCRIBE),
        back_path=visit.own(LINKS),
        right=there.their_url if there is not None and elsewhere else None,
        by_hand=there is not None and there.obstacle is not None and there.obstacle.code in _NOT_SEEN,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


_NOT_SEEN = {kind.code for kind in (TransportFailed, TlsFailed, TimedOut, RedirectedElsewhere)} | {"manifest-failed"}
"""Why an application may be there all the same, and be described by hand."""


# ---- what was found


def _application(visit: PageVisit, person: Person, there: There, trouble: AppLinksError | None) -> Flow[Response]:
    them = yield from pairing.other_at(there.url)
    cookie, token = yield from forms.token_for(visit, person)
    view = Found(
        frame=visit.frame(),
        form_token=token,
        name=them.name,
        type=them.type,
        version=there.version,
        address=them.url,
        fingerprint=them.key.fingerprint,
        known_as=there.linked,
        remarks=_remarks(there),
        has_pages=(yield from _has_pages(there.url)),
        same_users=visit.form.get("same_users") == "yes",
        action_path=visit.own(f"{MAKE}/go"),
        cancel_path=visit.own(LINKS),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    page = look.page(view, status=400 if trouble else 200, form_targets=(there.url,))
    return forms.remembering(page, visit, cookie)


def _product(visit: PageVisit, person: Person, there: There, trouble: AppLinksError | None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    unsafe = None if is_safe_way(there.url) else f"{there.url} is plain http, so no password is sent there."
    view = FoundProduct(
        frame=visit.frame(),
        form_token=token,
        name=there.name,
        type=there.type,
        version=there.version,
        address=there.url,
        fingerprint=there.fingerprint,
        known_as=there.linked,
        remarks=_remarks(there),
        no_password=unsafe,
        same_users=visit.form.get("same_users") == "yes",
        link_name=visit.form.get("link_name", there.linked or there.name),
        execute_as=visit.form.get("execute_as", ""),
        administrator=visit.form.get("name", ""),
        action_path=visit.own(PRODUCT),
        cancel_path=visit.own(LINKS),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


def _other(visit: PageVisit, person: Person, there: There, _: AppLinksError | None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = FoundOther(
        frame=visit.frame(),
        form_token=token,
        name=there.name,
        type=there.type,
        version=there.version,
        address=there.url,
        fingerprint=there.fingerprint,
        accepts=", ".join(there.accepts),
        sends=", ".join(there.sends),
        known_as=there.linked,
        remarks=_remarks(there),
        action_path=visit.own(DESCRIBE),
        back_path=visit.own(MAKE),
    )
    return forms.remembering(look.page(view), visit, cookie)


def _remarks(there: There) -> tuple[Said, ...]:
    """What is to be known of it, but that there is a link to it already, which has a place of its own."""
    return tuple(Said(remark.words, remark.remedy) for remark in there.remarks if remark.code != "linked")


def _has_pages(base: str) -> Flow[bool]:
    """Whether the other application has our pages too: it then sends whoever is not signed in to its own sign-in."""
    said: Response = yield Ask(Request("GET", f"{base}{AGREE}", (("accept", "text/html"),)))
    return said.status in {302, 303, 307, 401}


def _invited(fields: Mapping[str, str], visit: PageVisit, person: Person) -> Flow[Invitation]:
    browser = forms.cookie_of(visit) or ""
    return (yield from agreement.invited(fields.get("invitation", ""), by=person.name, browser=browser))


def _base(fields: Mapping[str, str]) -> str:
    return fields.get("url", "").strip().rstrip("/")
