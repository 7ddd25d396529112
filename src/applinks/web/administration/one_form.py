"""A page that is one form, shown empty or again with what was wrong with it, stamped for the browser that is to send it."""

from __future__ import annotations

from applinks.errors import AppLinksError
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import forms, look
from applinks.web.administration.views import Field, Form
from applinks.web.visit import PageVisit
from applinks.wire.messages import Response


def one_form(
    visit: PageVisit,
    person: Person,
    *,
    heading: str,
    lead: str,
    path: str,
    back: tuple[str, str],
    fields: tuple[Field, ...],
    button: str,
    trouble: AppLinksError | None = None,
    danger: bool = False,
) -> Flow[Response]:
    """The page. `path` is where the form goes, `back` the page to which people return and its name, below our own address."""
    cookie, token = yield from forms.token_for(visit, person)
    back_path, name = back
    view = Form(
        frame=visit.frame(),
        form_token=token,
        heading=heading,
        lead=lead,
        action_path=visit.own(path),
        back_path=visit.own(back_path),
        back=name,
        fields=fields,
        button=button,
        danger=danger,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)
