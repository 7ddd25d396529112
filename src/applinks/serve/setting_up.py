"""The page at which the first administrator is made, by the invitation that was told where the application was started."""

from __future__ import annotations

from urllib.parse import quote

from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.incoming import first_administrator, sessions
from applinks.people import Checked, Person
from applinks.questions import Flow
from applinks.serve.signing_in import SIGN_IN, signed_in
from applinks.serve.views import SetUp
from applinks.web import PageVisit, answers, forms, page
from applinks.wire.messages import Response

PATH = "/set-up"


def path_with(invitation: str) -> str:
    """The path below our own address that is told to whoever starts the application."""
    return f"{PATH}?invitation={quote(invitation, safe='')}"


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Name and password, if the invitation holds."""
    if not (yield from first_administrator.is_invited(_invitation(visit))):
        return (yield from _asked(visit, person, first_administrator.explained(), invited=False))
    return (yield from _asked(visit, person))


def set_up(visit: PageVisit, person: Person) -> Flow[Response]:
    """Keep the first administrator, and sign them in."""
    said = visit.form
    try:
        if said.get("password", "") != said.get("again", ""):
            raise ConfigurationError("The two passwords differ.", remedy="Enter the same one twice.")
        name, full_name = said.get("name", "").strip(), said.get("full_name", "")
        made = yield from first_administrator.set_up(_invitation(visit), name, full_name, said.get("password", ""))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _asked(visit, person, trouble))
    if made is None:
        return (yield from _asked(visit, person, first_administrator.explained(), invited=False))
    return (yield from _arrived(visit, made))


def _arrived(visit: PageVisit, made: Checked) -> Flow[Response]:
    begun = yield from sessions.begin(made)
    if begun is None:  # somebody has disabled them at this very moment
        return answers.redirect(visit.own(SIGN_IN))
    return (yield from signed_in(answers.redirect(visit.own("/")), visit, begun))


def _invitation(visit: PageVisit) -> str:
    return visit.query.get("invitation", "")


def _asked(visit: PageVisit, person: Person, trouble: AppLinksError | None = None, *, invited: bool = True) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = SetUp(
        frame=visit.frame(),
        form_token=token,
        action_path=visit.own(path_with(_invitation(visit))),
        open=invited,
        name=visit.form.get("name", "").strip(),
        full_name=visit.form.get("full_name", ""),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    status = 403 if not invited else 400 if trouble else 200
    return forms.remembering(page(view, status=status), visit, cookie)
