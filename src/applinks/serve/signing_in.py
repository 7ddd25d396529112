"""Signing in and out, and a new password for oneself."""

from __future__ import annotations

import hashlib
from threading import BoundedSemaphore

from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.incoming import SignedIn, may_confirm, sessions
from applinks.links import Identity
from applinks.people import Person, checked, staff
from applinks.questions import Flow
from applinks.serve.views import OwnPassword, SignIn, SignOut
from applinks.web import PageVisit, answers, forms, page
from applinks.wire.messages import Pairs, Response
from applinks.wire.paths import is_local_path

SIGN_IN, SIGN_OUT, PASSWORD = "/sign-in", "/sign-out", "/password"
"""Paths below our own address."""

Wrong = tuple[int, str | None, str | None]
RIGHT: Wrong = (200, None, None)
WRONG: dict[sessions.NotSignedIn, Wrong] = {
    sessions.NotSignedIn.WRONG: (403, "Name or password is wrong.", None),
    sessions.NotSignedIn.TOO_MANY: (
        429,
        "Too many passwords were tried for this name.",
        "Wait a quarter of an hour, or let an administrator help you.",
    ),
}
"""Why somebody is not signed in: status, words, remedy. Nothing tells a wrong name from a wrong password (T-08)."""

AT_ONCE = 4
"""Passwords that this process looks at, at the same time: each takes memory and a processor (security.md T-75)."""
BUSY: Wrong = (503, "Too many people sign in at this moment.", "Try again in a few seconds.")
_looking = BoundedSemaphore(AT_ONCE)


# ---- what the browser keeps


def cookie_name(us: Identity) -> str:
    """A name of its own for each application: the ports of one host share their cookies."""
    return f"applinks-session-{hashlib.sha256(us.id.encode()).hexdigest()[:8]}"


def secret_in(headers: Pairs, us: Identity) -> str | None:
    """What this browser keeps of its session, if it keeps anything."""
    return next(forms.cookies_in(headers, us.url, cookie_name(us)), None)


def signed_in(response: Response, visit: PageVisit, begun: SignedIn) -> Flow[Response]:
    """The answer with which a session begins; another one of this browser ends, so that none is handed on (T-15, C-38)."""
    before = secret_in(visit.request.headers, visit.identity)
    if before is not None:
        yield from sessions.sign_out(before)
    return forms.remembering(response, visit, begun.secret, cookie_name(visit.identity))


# ---- pages


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Name and password; whoever is signed in already goes on."""
    if visit.person is not None:
        return answers.redirect(_next(visit))
    done = "Your password is changed. Sign in with the new one." if visit.query.get("done") == "password" else None
    return (yield from _asked(visit, person, outcome=done))


def enter(visit: PageVisit, person: Person) -> Flow[Response]:
    """Begin a session, and go on to where they wanted."""
    if not _looking.acquire(blocking=False):
        return (yield from _asked(visit, person, BUSY))
    try:
        found = yield from sessions.sign_in(visit.form.get("name", "").strip(), visit.form.get("password", ""))
    finally:
        _looking.release()
    if isinstance(found, SignedIn):
        return (yield from signed_in(answers.redirect(_next(visit)), visit, found))
    return (yield from _asked(visit, person, WRONG[found]))


def ask_to_leave(visit: PageVisit, person: Person) -> Flow[Response]:
    """No address ends a session by itself."""
    cookie, token = yield from forms.token_for(visit, person)
    return forms.remembering(page(SignOut(visit.frame(), token, visit.own(SIGN_OUT))), visit, cookie)


def leave(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """End the session here and in the store."""
    secret = secret_in(visit.request.headers, visit.identity)
    if secret is not None:
        yield from sessions.sign_out(secret)
    there = answers.redirect(visit.own(SIGN_IN))
    return forms.remembering(there, visit, "", cookie_name(visit.identity), ended=True)


def ask_for_password(visit: PageVisit, person: Person) -> Flow[Response]:
    """The old one, and a new one twice."""
    return (yield from _asked_for_password(visit, person))


def change_password(visit: PageVisit, person: Person) -> Flow[Response]:
    """Set it; all sessions of theirs end, this one too."""
    try:
        yield from _change_password(visit, person)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _asked_for_password(visit, person, trouble))
    return answers.redirect(f"{visit.own(SIGN_IN)}?done=password")


def _change_password(visit: PageVisit, person: Person) -> Flow[None]:
    said = visit.form
    if said.get("password", "") != said.get("again", ""):
        raise ConfigurationError("The two new passwords differ.", remedy="Enter the same one twice.")
    if not (yield from may_confirm(person.name)):
        raise ConfigurationError("Too many passwords were tried.", remedy="Wait a quarter of an hour.")
    found = yield from checked(person.name, said.get("old", ""))
    if found is None:
        raise ConfigurationError("The old password is not yours.", remedy="Try again, or ask an administrator for a new one.")
    yield from staff.set_password(person.name, said.get("password", ""), by=person.name)


def _next(visit: PageVisit) -> str:
    """A path on this host, and nothing else (T-42)."""
    said = visit.form.get("next") or visit.query.get("next", "")
    return said if is_local_path(said) else visit.own("/")


def _asked(visit: PageVisit, person: Person, wrong: Wrong = RIGHT, outcome: str | None = None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    status, trouble, remedy = wrong
    view = SignIn(
        frame=visit.frame(),
        form_token=token,
        action_path=visit.own(SIGN_IN),
        next=_next(visit),
        name=visit.form.get("name", "").strip(),
        outcome=outcome,
        trouble=trouble,
        remedy=remedy,
    )
    return forms.remembering(page(view, status=status), visit, cookie)


def _asked_for_password(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = OwnPassword(
        frame=visit.frame(),
        form_token=token,
        action_path=visit.own(PASSWORD),
        back_path=visit.own("/"),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(page(view, status=400 if trouble else 200), visit, cookie)
