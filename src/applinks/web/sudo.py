"""Before trust is given, moved or taken away, people confirm who they are; that holds for ten minutes in their browser.

A session that was left open, or stolen, is then not enough (design.md 10). Nothing is kept on our side: the browser has a stamp
over its own cookie, the person and the time.
"""

from __future__ import annotations

from urllib.parse import quote

from applinks.incoming import may_confirm
from applinks.links import IsOurStamp, Stamp
from applinks.people import Person, SignIn
from applinks.questions import Flow, Moment, Now
from applinks.web import answers, forms, look
from applinks.web.views import Sudo
from applinks.web.visit import ADMINISTRATION, HAPPENINGS, IDENTITY, KEYS, LINKS, RUNS, SCRIPTS, TOKENS, WEBHOOKS, PageVisit
from applinks.wire.messages import Response
from applinks.wire.paths import is_local_path, is_plain_path

COOKIE = "applinks-sudo"
LIFE = 600
"""Seconds for which it holds."""


def is_confirmed(visit: PageVisit, person: Person) -> Flow[bool]:
    """Whether this person has confirmed lately, in this browser, that it is they."""
    moment: Moment = yield Now()
    browser = forms.cookie_of(visit)
    for value in forms.cookies_of(visit, COOKIE):
        until, _, stamp = value.partition(".")
        if browser and until.isdecimal() and int(until[:12]) > moment.now:
            ours: bool = yield IsOurStamp(_words(browser, until, person), stamp)
            if ours:
                return True
    return False


def ask_first(visit: PageVisit) -> Response:
    """The way to the question; what was in a form is not carried along, since secrets may be in it."""
    query = visit.request.url.partition("?")[2]
    back = visit.path + (f"?{query}" if query else "") if visit.request.method == "GET" else page_before(visit)
    return answers.redirect(f"{visit.own(ADMINISTRATION)}/confirm?back={quote(back, safe='')}")


def page_before(visit: PageVisit) -> str:
    """The page with the form that was sent, below our address: its own, that of the one link, or of all."""
    for section in (TOKENS, WEBHOOKS, HAPPENINGS):
        if visit.path.startswith(section):
            return section
    if visit.path in {KEYS, IDENTITY} or visit.path.startswith((f"{RUNS}/", f"{SCRIPTS}/")):
        query = visit.request.url.partition("?")[2]
        return f"{visit.path}?{query}" if query else visit.path
    id = visit.named.get("id")  # noqa: A001
    return f"{ADMINISTRATION}/links/{quote(id, safe='')}" if id else LINKS


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """Ask for the password."""
    return (yield from _asked(visit, person))


def confirm(visit: PageVisit, person: Person) -> Flow[Response]:
    """Let them go on, if the password is theirs."""
    wrong = yield from wrong_password(visit, person)
    if wrong is not None:
        return (yield from _asked(visit, person, wrong))
    moment: Moment = yield Now()
    browser = yield from forms.browser_of(visit)
    until = str(int(moment.now) + LIFE)
    stamp: str = yield Stamp(_words(browser, until, person))
    return forms.remembering(answers.redirect(visit.own(_back(visit))), visit, f"{until}.{stamp}", COOKIE)


def wrong_password(visit: PageVisit, person: Person) -> Flow[str | None]:
    """What is wrong with the password in a form; None if it is this person's."""
    if not (yield from may_confirm(person.name)):
        return "Too many passwords were tried. Wait a quarter of an hour."
    found: Person | None = yield SignIn(person.name, visit.form.get("password", ""))
    theirs = found is not None and found.name == person.name and found.active
    return None if theirs else "That is not your password."


def _asked(visit: PageVisit, person: Person, trouble: str | None = None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = Sudo(visit.frame(), token, f"{visit.own(ADMINISTRATION)}/confirm", _back(visit), trouble)
    return forms.remembering(look.page(view, status=403 if trouble else 200), visit, cookie)


def _back(visit: PageVisit) -> str:
    """A page of the administration, and nothing else (T-42)."""
    said = visit.form.get("back") or visit.query.get("back", "")
    plain = is_local_path(said) and is_plain_path(said.partition("?")[0])
    return said if plain and said.startswith((f"{ADMINISTRATION}/", LINKS)) else LINKS


def _words(browser: str, until: str, person: Person) -> str:
    return f"sudo {browser} {until} {person.name}"
