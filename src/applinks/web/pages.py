"""What our pages do: consent, what people have allowed, the start and the end of the dance.

Rules of this file:
- Who looks at a page is said by the host application, inside which the pages are mounted; nobody: they are sent to sign in.
- No GET decides anything. A form must come from one of our own pages, in the session in which it was shown (T-40).
- Where a browser is sent is a path of ours, the callback of a signed request, or the far side's own page; never what an address
  says (T-42).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from applinks.errors import (
    AccessRefused,
    AdministratorNeeded,
    AppLinksError,
    ConfigurationError,
    CredentialsRefused,
    DanceOfAnother,
    DanceOver,
    FarSideError,
    LinkNotFound,
    MalformedAnswer,
    MechanismMissing,
    MethodForbidden,
    StoreUnavailable,
    TheirFault,
)
from applinks.incoming import SESSION_LIFE, consent
from applinks.links import ConsentsHeld, Identity, Link, LinkById
from applinks.outgoing import dance
from applinks.people import FindPerson, Person
from applinks.questions import Flow, Moment, Now
from applinks.web import forms, look, shown
from applinks.web.views import (
    Consent,
    FarSide,
    Frame,
    Given,
    Grants,
    Held,
    Kind,
    Notice,
    Outcome,
    Reader,
    Verifier,
    View,
)
from applinks.wire.encoding import Malformed, parse_form
from applinks.wire.messages import Pairs, Request, Response

BELOW = "/plugins/servlet"
"""Where the host application mounts the pages, below its own address (protocol.md 1.1)."""
AUTHORIZE = f"{BELOW}/oauth/authorize"
GRANTS = f"{BELOW}/oauth/users/access-tokens"
START = f"/{dance.START_PATH}"
END = f"/{dance.END_PATH}"
STATIC = f"{BELOW}/applinks/static"
log = logging.getLogger("applinks.web")

LONGEST_FORM = 16 * 1024
AFTER_SIGN_IN = "after=sign-in"
"""In the query of the page that starts the dance, for those who had to sign in on the way."""
MOST_NAMES = 100
"""People whose full names are looked up for one page: a directory may be slow, and the list long."""


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A person's request to one of our pages.

    `path` is the part below our own address; `person` whoever the host application says is signed in. `sign_in` is the address
    of its own sign-in, with `{}` where the way back belongs, and `sign_out` that of its sign-out; None where it has none.
    """

    request: Request
    path: str
    identity: Identity
    person: Person | None
    sign_in: str | None = None
    sign_out: str | None = None
    query: Mapping[str, str] = field(init=False)
    form: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", _fields(self.request.url.partition("?")[2]))
        object.__setattr__(
            self, "form", _fields(self.request.body.decode("utf-8", "replace") if self.request.is_form() else "")
        )

    def own(self, path: str) -> str:
        """A path below our own address, as a browser needs it."""
        return f"{urlsplit(self.identity.url).path.rstrip('/')}{path}"

    def frame(self) -> Frame:
        """What surrounds each page."""
        reader = Reader(self.person.name, self.person.full_name) if self.person else None
        home = self.own("/")
        return Frame(self.identity.name, self.own(STATIC), self.own(GRANTS), reader, home, self.sign_out)


Page = Callable[[PageVisit, Person], Flow[Response]]


def serve(visit: PageVisit) -> Flow[Response]:
    """The page, or the way to sign in first."""
    if visit.path.startswith(f"{STATIC}/"):
        return _static(visit.path.removeprefix(f"{STATIC}/"), visit.request.method)
    page = PAGES.get((visit.request.method, visit.path))
    if page is None:
        methods = [method for method, path in PAGES if path == visit.path]
        return _not_allowed(methods) if methods else _notice(visit, Kind.NOT_FOUND)
    if visit.person is None:
        return _sign_in(visit)
    try:
        if visit.request.method == "POST" and not (yield from forms.is_ours(visit, visit.person)):
            return _notice(visit, Kind.FORGED)
        return (yield from page(visit, visit.person))
    except StoreUnavailable as failure:
        log.warning("cannot show %s: %s", visit.path, failure)
        return _notice(visit, Kind.AWAY)


# ---- consent, on the called side


def _ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Show who asks."""
    token = visit.query.get("oauth_token", "")
    try:
        wish = yield from consent.asked(token)
    except DanceOver as over:
        return _notice(visit, Kind(over.state))
    if wish.token.callback is not None and not shown.is_web_address(wish.token.callback):
        return _notice(visit, Kind.UNKNOWN)  # nobody could be told where they would go
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


def _decide(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what the person has said, and send them on."""
    said = visit.form.get("decision")
    if said not in {"allow", "deny"}:
        return _notice(visit, Kind.FORGED)
    try:
        decided = yield from consent.decide(visit.form.get("oauth_token", ""), person, allow=said == "allow")
    except DanceOver as over:
        return _notice(visit, Kind(over.state))
    if decided.address is not None:
        return _redirect(decided.address)
    if not decided.allowed:
        return _notice(visit, Kind.DENIED, application=decided.link.name)
    return look.page(Verifier(visit.frame(), _far_side(decided.link), decided.verifier))


# ---- what a person has allowed


def _show_grants(visit: PageVisit, person: Person) -> Flow[Response]:
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


def _change_grants(visit: PageVisit, person: Person) -> Flow[Response]:
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
    return _redirect(f"{visit.own(GRANTS)}?done={outcome}")


# ---- the dance, on the calling side


def _start(visit: PageVisit, person: Person) -> Flow[Response]:
    """Lead the person to the other application."""
    query = visit.query
    if query.get("after") == "sign-in":
        return _start_anew(visit)
    link_id, made_for, back = (query.get(name, "") for name in ("applicationLinkID", "for", "return_to"))
    browser = yield from forms.browser_of(visit)
    try:
        there = yield from dance.start(link_id, person.name, made_for, back, browser=browser)
        return forms.remembering(_redirect(there), visit, browser)
    except (DanceOfAnother, LinkNotFound, MechanismMissing, ConfigurationError, TheirFault) as trouble:
        return _notice_of(visit, trouble, back)


def _start_anew(visit: PageVisit) -> Response:
    """Start from a page of our own.

    Browsers apply `form-action` to all redirects that follow a form, and so the host's own policy, on its form for signing in,
    would forbid the way to another application.
    """
    query = urlencode({name: value for name, value in visit.query.items() if name != "after"})
    path = f"{visit.own(START)}?{query}"
    notice = _notice(visit, Kind.SIGNED_IN, continue_path=path)
    return Response(notice.status, (*notice.headers, ("refresh", f"0; url={path}")), notice.body)


def _end(visit: PageVisit, person: Person) -> Flow[Response]:
    """They are back: keep what they bring, and let them go on where they were."""
    query = visit.query
    state, token, verifier = (query.get(name, "") for name in ("state", "oauth_token", "oauth_verifier"))
    browser = forms.cookie_of(visit) or ""
    try:
        ended = yield from dance.end(state, person.name, token, verifier, browser=browser)
    except CredentialsRefused as no:
        return _notice_of(visit, no, no.return_to or "")
    except (DanceOver, DanceOfAnother, LinkNotFound, MechanismMissing, ConfigurationError, TheirFault) as trouble:
        return _notice_of(visit, trouble, "")
    if ended.return_to != "/":
        return _redirect(ended.return_to)
    return _notice(visit, Kind.DONE, application=ended.link.name, continue_path=visit.own("/"))


PAGES: Mapping[tuple[str, str], Page] = {
    ("GET", AUTHORIZE): _ask,
    ("POST", AUTHORIZE): _decide,
    ("GET", GRANTS): _show_grants,
    ("POST", GRANTS): _change_grants,
    ("GET", START): _start,
    ("GET", END): _end,
}
"""Method and path below our address → the page; each needs a person who is signed in."""


# ---- answers


def _sign_in(visit: PageVisit) -> Response:
    if visit.sign_in is None:
        return _notice(visit, Kind.SIGN_IN)
    query = visit.request.url.partition("?")[2]
    if visit.path == START:
        query = f"{query}&{AFTER_SIGN_IN}" if query else AFTER_SIGN_IN
    back = visit.own(visit.path) + (f"?{query}" if query else "")
    if visit.request.method != "GET":
        back = visit.own("/")
    return _redirect(visit.sign_in.format(quote(back, safe="")))


def _notice_of(visit: PageVisit, trouble: AppLinksError, back: str) -> Response:
    kind = {
        DanceOfAnother: Kind.NOT_YOURS,
        LinkNotFound: Kind.UNKNOWN,
        CredentialsRefused: Kind.DENIED,
        MechanismMissing: Kind.NOT_SET_UP,
        ConfigurationError: Kind.NOT_SET_UP,
        MethodForbidden: Kind.NOT_SET_UP,
    }.get(type(trouble), Kind.UNREACHABLE)
    if isinstance(trouble, DanceOver):
        kind = Kind(trouble.state)
    said = _said_by(trouble)
    if said is not None and kind is not Kind.NOT_SET_UP:
        kind = Kind.REFUSED
    path = dance.local(back) if back else visit.own("/")
    return _notice(visit, kind, application=trouble.link, said=said, continue_path=path)


def _said_by(trouble: AppLinksError) -> str | None:
    """What the far side answered instead of a token, if it answered."""
    if isinstance(trouble, AccessRefused):
        return trouble.problem
    if isinstance(trouble, FarSideError):
        return f"status {trouble.status}"
    telling = isinstance(trouble, MalformedAnswer | ConfigurationError | MechanismMissing)
    return trouble.message if telling else None


def _notice(visit: PageVisit, kind: Kind, **told: str | None) -> Response:
    view: View = Notice(visit.frame(), kind, **told)
    return look.page(view)


_BARE: Pairs = (
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
)
"""The headers of answers that are no pages (T-41, T-49)."""


def _redirect(address: str) -> Response:
    return Response(303, (("location", address), *_BARE))


def _static(name: str, method: str) -> Response:
    if method not in {"GET", "HEAD"}:
        return _not_allowed(("GET", "HEAD"))
    found = look.STATIC.get(name)
    if found is None:
        return _plain(404, "not found")
    kind, content = found
    return Response(200, (("content-type", kind), *look.STATIC_HEADERS), content)


def _not_allowed(methods: Iterable[str]) -> Response:
    return _plain(405, "method not allowed", ("allow", ", ".join(methods)))


def _plain(status: int, text: str, *more: tuple[str, str]) -> Response:
    return Response(status, (("content-type", "text/plain;charset=UTF-8"), *more, *_BARE), text.encode())


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


def _fields(text: str) -> Mapping[str, str]:
    """The fields of a form or a query, each once; of those that are there twice, none (T-02)."""
    if len(text) > LONGEST_FORM:
        return {}
    try:
        pairs = parse_form(text)
    except Malformed:
        return {}
    times = Counter(name for name, _ in pairs)
    return {name: value for name, value in pairs if times[name] == 1}
