"""The dance, on the calling side: its start and its end."""

from __future__ import annotations

from urllib.parse import urlencode

from applinks.errors import (
    ConfigurationError,
    CredentialsRefused,
    DanceOfAnother,
    DanceOver,
    LinkNotFound,
    MechanismMissing,
    TheirFault,
    TrustSuspended,
)
from applinks.outgoing import dance
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms
from applinks.web.views import Kind
from applinks.web.visit import START, PageVisit
from applinks.wire.messages import Response


def start(visit: PageVisit, person: Person) -> Flow[Response]:
    """Lead the person to the other application."""
    query = visit.query
    if query.get("after") == "sign-in":
        return _start_anew(visit)
    link_id, made_for, back = (query.get(name, "") for name in ("applicationLinkID", "for", "return_to"))
    browser = yield from forms.browser_of(visit)
    try:
        there = yield from dance.start(link_id, person.name, made_for, back, browser=browser)
        return forms.remembering(answers.redirect(there), visit, browser)
    except (DanceOfAnother, LinkNotFound, MechanismMissing, ConfigurationError, TrustSuspended, TheirFault) as trouble:
        return answers.notice_of(visit, trouble, back)


def _start_anew(visit: PageVisit) -> Response:
    """Start from a page of our own.

    Browsers apply `form-action` to all redirects that follow a form, and so the host's own policy, on its form for signing in,
    would forbid the way to another application.
    """
    query = urlencode({name: value for name, value in visit.query.items() if name != "after"})
    path = f"{visit.own(START)}?{query}"
    notice = answers.notice(visit, Kind.SIGNED_IN, continue_path=path)
    return Response(notice.status, (*notice.headers, ("refresh", f"0; url={path}")), notice.body)


def end(visit: PageVisit, person: Person) -> Flow[Response]:
    """They are back: keep what they bring, and let them go on where they were."""
    query = visit.query
    state, token, verifier = (query.get(name, "") for name in ("state", "oauth_token", "oauth_verifier"))
    browser = forms.cookie_of(visit) or ""
    try:
        ended = yield from dance.end(state, person.name, token, verifier, browser=browser)
    except CredentialsRefused as no:
        return answers.notice_of(visit, no, no.return_to or "")
    except (
        DanceOver,
        DanceOfAnother,
        LinkNotFound,
        MechanismMissing,
        ConfigurationError,
        TrustSuspended,
        TheirFault,
    ) as trouble:
        return answers.notice_of(visit, trouble, "")
    if ended.return_to != "/":
        return answers.redirect(ended.return_to)
    return answers.notice(visit, Kind.DONE, application=ended.link.name, continue_path=visit.own("/"))
