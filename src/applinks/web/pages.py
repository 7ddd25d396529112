"""Which pages there are, who may see each, and what is asked of every request before a page is called.

Rules of this file:
- Who looks at a page is said by the host application, inside which the pages are mounted; nobody: they are sent to sign in.
- Each page declares who may see it; what is for administrators does not exist for anybody else (T-50, T-53). It is the matched
  page that is asked, never the text of the path (T-51).
- No GET decides anything. A form must come from one of our own pages, in the session in which it was shown (T-40).
- Where a browser is sent is a path of ours, the callback of a signed request, or the far side's own page; never what an address
  says (T-42).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote

from applinks.errors import LinkNotFound, RunNotFound, StoreUnavailable
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import administration, answers, consent, dances, events, forms, interface, look, offered, scripts, sudo
from applinks.web.administration import agreeing, checking, explaining, making, records, staff, tokens
from applinks.web.views import Kind
from applinks.web.visit import (
    ADMINISTRATION,
    AUTHORIZE,
    CHARTS,
    END,
    EVENTS,
    GRANTS,
    HAPPENINGS,
    HOOK,
    IDENTITY,
    INBOX,
    KEYS,
    LINKS,
    OPERATIONS,
    OWN_ADDRESSES,
    OWN_RUNS,
    PASTE,
    PASTED,
    RECORDS,
    RUNS,
    SCRIPTS,
    STAFF,
    START,
    STATIC,
    STATUS_PAGE,
    TOKENS,
    WEBHOOKS,
    PageVisit,
)
from applinks.wire.messages import Response

log = logging.getLogger("applinks.web")

Page = Callable[[PageVisit, Person], Flow[Response]]


OF_SCRIPTS = ((EVENTS, events.serve), (OPERATIONS, offered.serve_operations), (OWN_ADDRESSES, offered.serve_address))
"""Below these paths lies what scripts are told, and what they answer."""


class Who(StrEnum):
    """Who may see a page."""

    ANYBODY = "anybody"
    PERSON = "whoever is signed in"
    ADMINISTRATOR = "administrators"


@dataclass(frozen=True, slots=True)
class Route:
    """A page: its method, and its path below our address, in which `{name}` stands for one segment.

    `sudo` says that the person must have confirmed lately that it is they: for what cannot be taken back, and for trust.
    `own_people` says that it is there only where this application keeps its people itself.
    """

    method: str
    path: str
    page: Page
    who: Who = Who.PERSON
    sudo: bool = False
    own_people: bool = False

    def match(self, path: str) -> Mapping[str, str] | None:
        """What stands for the names, if this is a path of this page."""
        pattern, said = self.path.split("/"), path.split("/")
        if len(pattern) != len(said):
            return None
        pairs = list(zip(pattern, said, strict=True))
        if any(word != sent for word, sent in pairs if not word.startswith("{")):
            return None
        return {word[1:-1]: unquote(sent) for word, sent in pairs if word.startswith("{")}


NOBODY = Person("")
"""Who looks at a page for anybody without having signed in."""


WITHOUT_BANNERS = frozenset({AUTHORIZE, START, END})
"""Where somebody decides whether an application may act as them, nothing else is shown."""


def serve(visit: PageVisit) -> Flow[Response]:
    """The page, or the way to sign in first."""
    if visit.path.startswith(f"{interface.BELOW}/"):
        return (yield from interface.serve(visit))
    for below, served in OF_SCRIPTS:
        if f"{visit.path}/".startswith(f"{below}/"):
            return (yield from served(visit))
    if visit.path.startswith(f"{STATIC}/"):
        return _static(visit.path.removeprefix(f"{STATIC}/"), visit.request.method)
    return (yield from serve_from(PAGES, visit))


def serve_from(pages: Iterable[Route], visit: PageVisit) -> Flow[Response]:
    """The one of these pages that is asked for, under the rules of this file."""
    found = [(route, named) for route in pages if (named := route.match(visit.path)) is not None]
    found = [(route, named) for route, named in found if visit.keeps_people or not route.own_people]
    route, named = next(((route, named) for route, named in found if route.method == visit.request.method), (None, {}))
    if route is None:
        return _no_such_page(visit, [route for route, _ in found])
    if visit.person is None and route.who is not Who.ANYBODY:
        return answers.sign_in(visit)
    person = visit.person or NOBODY
    if not _may_see(route, person):
        return answers.notice(visit, Kind.NOT_FOUND)
    try:
        return (yield from _shown(route, replace(visit, named=named), person))
    except (LinkNotFound, RunNotFound):
        return answers.notice(visit, Kind.NOT_FOUND)
    except StoreUnavailable as failure:
        log.warning("cannot show %s: %s", visit.path, failure)
        return answers.notice(visit, Kind.AWAY)


def _shown(route: Route, visit: PageVisit, person: Person) -> Flow[Response]:
    if route.method == "POST" and not (yield from forms.is_ours(visit, person)):
        return answers.notice(visit, Kind.FORGED)
    if route.sudo and not (yield from sudo.is_confirmed(visit, person)):
        return sudo.ask_first(visit)
    if person is not NOBODY and visit.path not in WITHOUT_BANNERS:
        visit = yield from scripts.messages.with_messages(visit, person)
    return (yield from route.page(visit, person))


def _may_see(route: Route, person: Person | None) -> bool:
    return route.who is not Who.ADMINISTRATOR or (person is not None and person.administrator)


def _no_such_page(visit: PageVisit, others: Iterable[Route]) -> Response:
    methods = [route.method for route in others if _may_see(route, visit.person)]
    return answers.not_allowed(methods) if methods else answers.notice(visit, Kind.NOT_FOUND)


def _static(name: str, method: str) -> Response:
    if method not in {"GET", "HEAD"}:
        return answers.not_allowed(("GET", "HEAD"))
    found = look.STATIC.get(name)
    if found is None:
        return answers.plain(404, "not found")
    kind, content = found
    return Response(200, (("content-type", kind), *look.STATIC_HEADERS), content)


def _administrators(method: str, path: str, page: Page, *, sudo: bool = False, own_people: bool = False) -> Route:
    return Route(method, path, page, Who.ADMINISTRATOR, sudo, own_people)


ONE = f"{ADMINISTRATION}/links/{{id}}"

PAGES: tuple[Route, ...] = (
    Route("GET", AUTHORIZE, consent.ask),
    Route("POST", AUTHORIZE, consent.decide),
    Route("GET", GRANTS, consent.show_grants),
    Route("POST", GRANTS, consent.change_grants),
    Route("GET", INBOX, scripts.messages.show),
    Route("POST", INBOX, scripts.messages.act),
    Route("GET", OWN_RUNS, scripts.own.show),
    Route("GET", f"{OWN_RUNS}/{{number}}", scripts.own.show_one),
    Route("POST", f"{OWN_RUNS}/{{number}}", scripts.own.act),
    Route("GET", START, dances.start),
    Route("GET", END, dances.end),
    _administrators("GET", f"{ADMINISTRATION}/confirm", sudo.show),
    _administrators("POST", f"{ADMINISTRATION}/confirm", sudo.confirm),
    _administrators("GET", LINKS, administration.links.show),
    _administrators("GET", making.MAKE, making.begin, sudo=True),
    _administrators("POST", making.MAKE, making.found, sudo=True),
    _administrators("POST", f"{making.MAKE}/go", making.go, sudo=True),
    _administrators("POST", making.PRODUCT, administration.products.make, sudo=True),
    _administrators("GET", making.BY_HAND, administration.by_hand.begin, sudo=True),
    _administrators("POST", making.BY_HAND, administration.by_hand.make, sudo=True),
    _administrators("POST", making.DESCRIBE, administration.by_hand.describe, sudo=True),
    _administrators("GET", making.AGREED, making.come_back, sudo=True),
    _administrators("POST", making.AGREED, making.finish, sudo=True),
    _administrators("GET", agreeing.AGREE, agreeing.ask),
    _administrators("POST", agreeing.AGREE, agreeing.decide),
    _administrators("GET", STATUS_PAGE, checking.show_all),
    _administrators("POST", STATUS_PAGE, checking.check_all),
    _administrators("GET", KEYS, administration.keys.show),
    _administrators("POST", KEYS, administration.keys.change, sudo=True),
    _administrators("GET", IDENTITY, administration.identity.show),
    _administrators("POST", IDENTITY, administration.identity.decide, sudo=True),
    _administrators("GET", ONE, administration.link.show),
    _administrators("POST", f"{ONE}/check", checking.check),
    _administrators("GET", f"{ONE}/refusals", explaining.show),
    _administrators("POST", explaining.REFUSAL, explaining.explain_kept),
    _administrators("GET", explaining.EXPLAIN, explaining.ask),
    _administrators("POST", explaining.EXPLAIN, explaining.explain_pasted),
    _administrators("GET", f"{ONE}/steps", administration.steps.show),
    _administrators("POST", f"{ONE}/steps", administration.steps.check),
    _administrators("GET", f"{ONE}/people", administration.people.show),
    _administrators("POST", f"{ONE}/people", administration.people.change, sudo=True),
    _administrators("POST", f"{ONE}/primary", administration.changing.make_primary, sudo=True),
    _administrators("POST", f"{ONE}/unlink", administration.changing.unlink, sudo=True),
    _administrators("GET", SCRIPTS, scripts.hooks.show),
    _administrators("GET", HOOK, scripts.hook.show),
    _administrators("POST", HOOK, scripts.hook.act, sudo=True),
    _administrators("GET", PASTED, scripts.pasted.show),
    _administrators("GET", PASTE, scripts.pasted.begin, sudo=True),
    _administrators("POST", PASTE, scripts.pasted.act, sudo=True),
    _administrators("GET", RUNS, scripts.runs.show),
    _administrators("GET", scripts.runs.EXPORT, scripts.runs.export),
    _administrators("GET", CHARTS, scripts.charts.show),
    _administrators("GET", f"{RUNS}/{{number}}", scripts.run.show),
    _administrators("POST", f"{RUNS}/{{number}}", scripts.run.act, sudo=True),
    _administrators("GET", RECORDS, records.show),
    _administrators("GET", records.VERIFY, records.ask),
    _administrators("POST", records.VERIFY, records.verify),
    _administrators("GET", records.EXPORT, records.export),
    _administrators("GET", f"{RECORDS}/{{number}}", records.show_one),
    _administrators("GET", TOKENS, tokens.show),
    _administrators("GET", tokens.MAKE, tokens.begin, sudo=True),
    _administrators("POST", tokens.MAKE, tokens.make, sudo=True),
    _administrators("POST", tokens.REVOKE, tokens.revoke, sudo=True),
    _administrators("GET", WEBHOOKS, administration.webhooks.show),
    *(
        _administrators(method, path, page, sudo=True)
        for path, begin, send in administration.webhooks.CHANGES
        for method, page in (("GET", begin), ("POST", send))
    ),
    _administrators("GET", HAPPENINGS, administration.happenings.show),
    _administrators("GET", administration.happenings.ONE, administration.happenings.show_one),
    _administrators("POST", f"{administration.happenings.ONE}/replay", administration.happenings.replay, sudo=True),
    _administrators("GET", STAFF, staff.show, own_people=True),
    *(
        _administrators(method, path, page, sudo=True, own_people=True)
        for path, begin, send in staff.CHANGES
        for method, page in (("GET", begin), ("POST", send))
    ),
    *(
        _administrators(method, f"{ONE}/{page.name}", show, sudo=True)
        for page in (*administration.changing.CHANGES, *administration.mending.MENDING)
        for method, show in (("GET", page.show), ("POST", page.send))
    ),
)
"""All pages that a host application mounts. Each needs a person who is signed in."""
