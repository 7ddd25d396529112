"""Making a link, step by step; nothing is written before the last one, so that whoever stops leaves nothing behind.

1. Somebody types an address. 2. We show what is there, and ask two questions. 3. Their browser visits the other application,
where one of its administrators agrees (`agreeing.py`), and comes back. 4. We show what will be set at each end. 5. It is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.links import Administrator, Agreement, Invitation, Link, LinkById, agreement, pairing
from applinks.people import Person
from applinks.questions import Ask, Flow
from applinks.web import answers, forms, look
from applinks.web.administration.agreeing import AGREE, packed
from applinks.web.administration.links import path_of
from applinks.web.administration.views import Ends, Field, Form, Found
from applinks.web.visit import ADMINISTRATION, LINKS, PageVisit
from applinks.wire.messages import Request, Response

MAKE = f"{ADMINISTRATION}/make"
AGREED = f"{MAKE}/agreed"


def begin(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 1: ask for the address."""
    return (yield from _address_form(visit, person))


def find(visit: PageVisit, person: Person) -> Flow[Response]:
    """Step 2: what is there, and the two questions."""
    try:
        return (yield from _found(visit, person, _base(visit.form)))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _address_form(visit, person, trouble))


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
        return (yield from _found(visit, person, base, trouble))


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
    return _made(visit, link)


def _without_visit(visit: PageVisit, person: Person, base: str, *, same_users: bool) -> Flow[Response]:
    if visit.form.get("way") == "ours":
        link = yield from pairing.create_ours(base, same_users=same_users, by=person.name)
        return _made(visit, link, "ours")
    name, password = visit.form.get("name", ""), visit.form.get("password", "")
    if not name or not password:
        raise ConfigurationError(
            "Their administrator's name and password are missing.", remedy="Enter both; they are used once and never kept."
        )
    link = yield from pairing.create(base, Administrator(name, password), same_users=same_users, by=person.name)
    return _made(visit, link)


def _made(visit: PageVisit, link: Link, word: str = "linked") -> Response:
    return answers.redirect(visit.own(f"{path_of(link)}?done={word}"))


def _address_form(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = Form(
        frame=visit.frame(),
        form_token=token,
        heading="Make a link",
        lead="With which application? Nothing is changed before you have seen what will be set at each end.",
        action_path=visit.own(MAKE),
        back_path=visit.own(LINKS),
        back="Links",
        fields=(Field("url", "Its address", "url", visit.form.get("url", ""), "Like https://wiki.example.com/base."),),
        button="Look",
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


def _found(visit: PageVisit, person: Person, base: str, trouble: AppLinksError | None = None) -> Flow[Response]:
    them = yield from pairing.other_at(base)
    stored: Link | None = yield LinkById(them.id)
    cookie, token = yield from forms.token_for(visit, person)
    view = Found(
        frame=visit.frame(),
        form_token=token,
        name=them.name,
        type=them.type,
        address=them.url,
        fingerprint=them.key.fingerprint,
        known_as=stored.name if stored else None,
        has_pages=(yield from _has_pages(base)),
        same_users=visit.form.get("same_users") == "yes",
        action_path=visit.own(f"{MAKE}/go"),
        cancel_path=visit.own(LINKS),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    page = look.page(view, status=400 if trouble else 200, form_targets=(base,))
    return forms.remembering(page, visit, cookie)


def _has_pages(base: str) -> Flow[bool]:
    """Whether the other application has our pages too: it then sends whoever is not signed in to its own sign-in."""
    said: Response = yield Ask(Request("GET", f"{base}{AGREE}", (("accept", "text/html"),)))
    return said.status in {302, 303, 307, 401}


def _invited(fields: Mapping[str, str], visit: PageVisit, person: Person) -> Flow[Invitation]:
    browser = forms.cookie_of(visit) or ""
    return (yield from agreement.invited(fields.get("invitation", ""), by=person.name, browser=browser))


def _base(fields: Mapping[str, str]) -> str:
    return fields.get("url", "").strip().rstrip("/")
