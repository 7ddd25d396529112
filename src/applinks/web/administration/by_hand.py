"""A link that is described by hand, with an application that knows no pairing; it calls us, we call it, or both.

All is on one page, so that the last click is the only one that writes, and no secret has to travel from one page to the next.
"""

from __future__ import annotations

from collections.abc import Mapping

from applinks.errors import AppLinksError, StoreUnavailable
from applinks.links import (
    ALIASES,
    DIALECTS,
    GENERIC,
    OAUTH_LEVELS,
    Consumer,
    Found,
    Link,
    Provider,
    known_method,
    link_with_id,
    register,
    their_endpoints,
)
from applinks.links import look as look_at
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms, look
from applinks.web.administration import steps
from applinks.web.administration.making import BY_HAND
from applinks.web.administration.views import Field
from applinks.web.administration.wizard import ByHand, Group
from applinks.web.visit import LINKS, PageVisit
from applinks.wire.messages import Response
from applinks.wire.oauth1 import SignatureMethod

CALLS_US, WE_CALL = "calls_us", "we_call"
YES = "yes"


def begin(visit: PageVisit, person: Person) -> Flow[Response]:
    """The empty form; or, for a link that is there, what it has to know."""
    id = visit.query.get("link")  # noqa: A001
    if id is None:
        return (yield from _page(visit, person, {CALLS_US: YES}))
    link = yield from link_with_id(id)
    there = (yield from look_at(link.application_url)) if link.application_url else Found("")
    return (yield from _page(visit, person, _of_link(link, there)))


def describe(visit: PageVisit, person: Person) -> Flow[Response]:
    """The form, with what was found at an address."""
    url = visit.form.get("url", "").strip()
    there = Found(url) if visit.form.get("unseen") == YES else (yield from look_at(url))
    return (yield from _page(visit, person, _of_what_was_found(there)))


def make(visit: PageVisit, person: Person) -> Flow[Response]:
    """Make the link; or say what is wrong, with the form as it was filled in but for its secrets."""
    said = {name: value.strip() for name, value in visit.form.items()}
    type_ = said.get("type") or GENERIC
    try:
        link = yield from register(
            said.get("name", ""),
            said.get("url") or None,
            type=type_,
            consumer=_consumer(said) if said.get(CALLS_US) == YES else None,
            provider=_provider(said, type_) if said.get(WE_CALL) == YES else None,
            same_users=said.get("same_users") == YES,
            by=person.name,
        )
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, visit.form, trouble))
    return answers.redirect(steps.path_of_steps(visit, link, "registered"))


def _consumer(said: Mapping[str, str]) -> Consumer:
    return Consumer(
        said.get("consumer_key", ""),
        said.get("public_key") or None,
        said.get("secret") or None,
        said.get("callback") or None,
        said.get("execute_as") or None,
        known_method(said.get("signature_method") or None),
    )


def _provider(said: Mapping[str, str], type_: str) -> Provider:
    addresses = (said.get(name) for name in ("request_token_url", "authorize_url", "access_token_url"))
    return Provider(
        said.get("our_consumer_key") or None,
        said.get("our_secret") or None,
        their_endpoints(type_, *addresses),
        said.get("fixed_user") == YES,
        known_method(said.get("signature_method") or None),
    )


# ---- what is filled in already


def _of_link(link: Link, there: Found) -> dict[str, str]:
    """What is known of a link that stands, for the direction that it lacks."""
    same = link.same_users is not None and link.same_users.answer
    return {
        "name": link.name,
        "url": link.application_url,
        "type": link.type,
        "consumer_key": there.consumer_key,
        "public_key": there.public_key,
        CALLS_US: YES if link.incoming.level not in OAUTH_LEVELS else "",
        WE_CALL: YES if link.outgoing.level not in OAUTH_LEVELS else "",
        "same_users": YES if same else "",
    }


def _of_what_was_found(there: Found) -> dict[str, str]:
    return {
        "name": there.linked or there.name,
        "url": there.url,
        "type": ALIASES.get(there.type, there.type) or GENERIC,
        "consumer_key": there.consumer_key,
        "public_key": there.public_key,
        CALLS_US: YES if there.sends else "",
        WE_CALL: YES if there.accepts or not there.sends else "",
    }


# ---- the form


def _page(visit: PageVisit, person: Person, said: Mapping[str, str], trouble: AppLinksError | None = None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = ByHand(
        frame=visit.frame(),
        form_token=token,
        fields=_about(said),
        groups=(_calls_us(said, again=trouble is not None), _we_call(said, again=trouble is not None)),
        method=Field("signature_method", "Signed by", "choice", said.get("signature_method", ""), _WHICH, _METHODS),
        same_users=said.get("same_users") == YES,
        action_path=visit.own(BY_HAND),
        back_path=visit.own(LINKS),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


_WHICH = "HMAC needs a secret that both sides know, RSA a key of whoever calls."
_METHODS = (
    ("", "the usual one: HMAC-SHA1 with a secret, else RSA-SHA1"),
    *((method.value, method.value) for method in SignatureMethod),
)


def _about(said: Mapping[str, str]) -> tuple[Field, ...]:
    type_ = said.get("type") or GENERIC
    types = tuple((name, name) for name in dict.fromkeys((GENERIC, *DIALECTS, type_)))
    return (
        Field("name", "Name", "text", said.get("name", ""), "As people are to read it."),
        Field("url", "Its address", "url", said.get("url", ""), "Calls go below it. Empty, if it only calls this application."),
        Field("type", "Type", "choice", type_, choices=types),
    )


def _calls_us(said: Mapping[str, str], *, again: bool) -> Group:
    fields = (
        Field("consumer_key", "Its consumer key", "text", said.get("consumer_key", ""), "By which it names itself."),
        Field("public_key", "Its public key", "lines", said.get("public_key", ""), "PEM, bare base64 or a certificate."),
        Field("secret", "or a secret that both sides know", "secret", help=_secret(again=again)),
        Field("callback", "People go back to", "url", said.get("callback", ""), "If it does not say so itself."),
        Field("execute_as", "Calls that name nobody act as", "text", said.get("execute_as", ""), _EXECUTE_AS),
    )
    note = "As a consumer, in the words of OAuth. Give its public key or a secret, not both."
    return Group(CALLS_US, "It calls this application", note, said.get(CALLS_US) == YES, fields)


_EXECUTE_AS = "A user here, never an administrator; empty: such calls are refused."


def _we_call(said: Mapping[str, str], *, again: bool) -> Group:
    usual, ours = "Empty: the usual one of its type.", "Empty: our own, to be entered there."
    fixed = "Calls without consent may go as the one user whom it has set for us"
    fields = (
        Field("request_token_url", "Request token address", "text", said.get("request_token_url", ""), usual),
        Field("authorize_url", "Authorize address", "text", said.get("authorize_url", ""), usual),
        Field("access_token_url", "Access token address", "text", said.get("access_token_url", ""), usual),
        Field("our_consumer_key", "Our consumer key there", "text", said.get("our_consumer_key", ""), ours),
        Field("our_secret", "Our secret there", "secret", help=f"Empty: we sign with our key. {_secret(again=again)}"),
        Field("fixed_user", fixed, "check", said.get("fixed_user", "")),
    )
    note = "As a provider. Relative addresses lie below its own."
    return Group(WE_CALL, "This application calls it", note, said.get(WE_CALL) == YES, fields)


def _secret(*, again: bool) -> str:
    return "It was not kept: enter it again." if again else "It is kept sealed, and never shown again."
