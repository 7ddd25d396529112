"""Forms that come from our own pages, from the browser and the person to whom they were shown (security.md T-40).

A form carries a stamp over the person, the page and a random cookie of the browser; those of the administration, which lead
from one page to the next, one over all of its pages. Nothing is kept on our side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from applinks.links import IsOurStamp, Stamp
from applinks.people import Person
from applinks.questions import Flow, FreshSecrets
from applinks.web.visit import ADMINISTRATION, LINKS, PageVisit
from applinks.wire.messages import Pairs, Response

COOKIE = "applinks-form"
FIELD = "form_token"
_is_cookie = re.compile("[A-Za-z0-9_-]{43}").fullmatch  # it goes back into a header, and into a stamp between blanks


def browser_of(visit: PageVisit) -> Flow[str]:
    """What this browser keeps in our cookie, or is to keep from now on."""
    found = cookie_of(visit)
    if found is not None:
        return found
    fresh: str
    (fresh,) = yield FreshSecrets(1)
    return fresh


def token_for(visit: PageVisit, person: Person) -> Flow[tuple[str, str]]:
    """What is kept in a cookie of this browser, and what goes into the form."""
    cookie = yield from browser_of(visit)
    stamp: str = yield Stamp(_form(cookie, visit, person))
    return cookie, stamp


def is_ours(visit: PageVisit, person: Person) -> Flow[bool]:
    """Whether a form was made for this browser, this page and this person, and comes from our own origin."""
    site, origin = visit.request.header("sec-fetch-site"), visit.request.header("origin")
    from_elsewhere = site not in {None, "same-origin"} or (site is None and origin not in {None, "null", _our_origin(visit)})
    cookie = cookie_of(visit)
    if from_elsewhere or cookie is None:
        return False
    ours: bool = yield IsOurStamp(_form(cookie, visit, person), visit.form.get(FIELD, ""))
    return ours


def _form(cookie: str, visit: PageVisit, person: Person) -> str:
    of_one = visit.path if not visit.path.startswith((ADMINISTRATION, LINKS)) else ADMINISTRATION
    return f"form {cookie} {of_one} {person.name}"


def _our_origin(visit: PageVisit) -> str:
    return "/".join(visit.identity.url.split("/", 3)[:3])


def cookie_of(visit: PageVisit) -> str | None:
    """What this browser keeps in our cookie."""
    return next(filter(_is_cookie, cookies_of(visit, COOKIE)), None)


def cookies_of(visit: PageVisit, name: str) -> Iterator[str]:
    """Ours of that name."""
    return cookies_in(visit.request.headers, visit.identity.url, name)


def cookies_in(headers: Pairs, url: str, name: str) -> Iterator[str]:
    """Those of that name of an application at `url`, by whatever they are surrounded: other applications of this host set
    cookies that no parser takes.
    """
    sent = "; ".join(value for header, value in headers if header == "cookie")
    pairs = (piece.strip().partition("=") for piece in sent.split(";"))
    return (value for found, _, value in pairs if found == _cookie_name(url, name))


def remembering(response: Response, visit: PageVisit, cookie: str, name: str = COOKIE, *, ended: bool = False) -> Response:
    """The answer, with the cookie; or with the word to the browser that it has `ended`."""
    url = visit.identity.url
    more = f"{'; Secure' if url.startswith('https://') else ''}{'; Max-Age=0' if ended else ''}"
    header = ("set-cookie", f"{_cookie_name(url, name)}={cookie}; Path=/; HttpOnly; SameSite=Lax{more}")
    return Response(response.status, (*response.headers, header), response.body)


def _cookie_name(url: str, name: str) -> str:
    return f"__Host-{name}" if url.startswith("https://") else name
