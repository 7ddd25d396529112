"""Why a request was rejected: those that were refused lately, and any that is pasted.

What the sender signed may hold values that are private: they are masked here, always.
"""

from __future__ import annotations

from applinks import doctor
from applinks.errors import ConfigurationError
from applinks.incoming import Refusal, Refusals
from applinks.links import link_with_id
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.one_form import one_form
from applinks.web.administration.views import Compared, Field, Refused, RefusedRequest, Rejections, WhyRejected
from applinks.web.visit import ADMINISTRATION, LINKS, PageVisit
from applinks.wire.messages import Response

EXPLAIN = f"{ADMINISTRATION}/explain"
REFUSAL = f"{ADMINISTRATION}/refusals/{{refusal}}"


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The requests over one link that were refused lately."""
    link = yield from link_with_id(visit.named["id"])
    kept: tuple[Refusal, ...] = yield Refusals(link.id)
    cookie, token = yield from forms.token_for(visit, person)
    rows = tuple(_row(visit, one) for one in kept)
    view = Rejections(visit.frame(), token, link.name, rows, visit.own(path_of(link)), visit.own(EXPLAIN))
    return forms.remembering(look.page(view), visit, cookie)


def explain_kept(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """Why one of them was refused."""
    try:
        found = yield from doctor.explain_refusal(visit.named["refusal"], mechanisms=visit.mechanisms)
    except ConfigurationError as gone:
        return look.page(Refused(visit.frame(), gone.message, gone.remedy, visit.own(LINKS)), status=404)
    return look.page(_explained(visit, found))


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Paste a request."""
    return (yield from _form(visit, person))


def explain_pasted(visit: PageVisit, person: Person) -> Flow[Response]:
    """Why a pasted request would be rejected. Nothing of it is kept."""
    text, base_string = visit.form.get("request", ""), visit.form.get("base_string", "").strip()
    try:
        found = yield from doctor.explain_pasted(text, base_string=base_string or None, mechanisms=visit.mechanisms)
    except ConfigurationError as trouble:
        return (yield from _form(visit, person, trouble))
    return look.page(_explained(visit, found))


def _row(visit: PageVisit, refusal: Refusal) -> RefusedRequest:
    path = visit.own(REFUSAL.replace("{refusal}", refusal.id))
    return RefusedRequest(path, int(refusal.time), refusal.problem, refusal.request.line())


def _explained(visit: PageVisit, found: doctor.Explained) -> WhyRejected:
    sides = tuple(Compared(row.part, row.ours or "–", row.theirs or "–", row.same) for row in found.sides())
    return WhyRejected(
        frame=visit.frame(),
        request=found.request,
        link=found.link or "",
        difference=found.difference,
        cause=found.cause,
        remedy=found.remedy,
        certain=found.certain,
        sides=sides,
        checks=found.checks,
        again_path=visit.own(EXPLAIN),
        back_path=visit.own(LINKS),
    )


def _form(visit: PageVisit, person: Person, trouble: ConfigurationError | None = None) -> Flow[Response]:
    example = "As it goes over the wire (request line, headers, an empty line, the body), or as a curl command."
    page = one_form(
        visit,
        person,
        heading="Why was a request rejected?",
        lead="Paste it here. Nothing of it is kept, and values that may be private are not shown.",
        path=EXPLAIN,
        back=(LINKS, "Links"),
        fields=(
            Field("request", "The request", "lines", "", example),
            Field("base_string", "The base string that its sender logged", "lines", "", "If you have it."),
        ),
        button="Explain",
        trouble=trouble,
    )
    return (yield from page)
