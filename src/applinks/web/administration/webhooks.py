"""Webhooks from which events are taken: what there is, adding one, changing one, another proof, taking one away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from applinks.errors import AppLinksError, ConfigurationError, LinkNotFound, StoreUnavailable
from applinks.links import Link, Links
from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts import (
    Source,
    SourceMade,
    Sources,
    add_source,
    address_of,
    change_source,
    remove_source,
    renew_source,
    source_named,
)
from applinks.web import answers, look
from applinks.web.administration import taken
from applinks.web.administration.one_form import one_form
from applinks.web.administration.views import Field
from applinks.web.visit import HAPPENINGS, WEBHOOKS, PageVisit
from applinks.wire.messages import Response

ADD = f"{WEBHOOKS}/add"
ONE = f"{WEBHOOKS}/of/{{source}}"
DONE = {
    "changed": "Changed. It holds from the next event on.",
    "removed": "Removed. Its events are refused from now on; remove it over there, too.",
}
APPLICATIONS = (("", "that of the link below"), ("jira", "Jira"), ("confluence", "Confluence"), ("bitbucket", "Bitbucket"))
LEAD = "Another application sends its events here, and scripts run on them."


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """All of them, by their names."""
    found: tuple[Source, ...] = yield Sources()
    links: tuple[Link, ...] = yield Links()
    names = {link.id: link.name for link in links}
    view = taken.Webhooks(
        frame=visit.frame(),
        rows=tuple(_row(visit, source, names) for source in found),
        add_path=visit.own(ADD),
        events_path=visit.own(HAPPENINGS),
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return look.page(view)


def begin_adding(visit: PageVisit, person: Person) -> Flow[Response]:
    """Who sends what?"""
    return (yield from _adding(visit, person))


def add(visit: PageVisit, person: Person) -> Flow[Response]:
    """Add it, and show what is to be entered over there."""
    said = {name: value.strip() for name, value in visit.form.items()}
    try:
        made = yield from add_source(
            said.get("name", ""),
            said.get("other") or said.get("application") or None,
            by=person.name,
            link=said.get("link") or None,
            signed=said.get("unsigned") != "yes",
            secret=visit.form.get("secret") or None,
            believes_user=said.get("believes_user") == "yes",
            asks_as=said.get("asks_as") or None,
        )
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _adding(visit, person, trouble))
    return _shown_once(visit, made)


def begin_changing(visit: PageVisit, person: Person) -> Flow[Response]:
    """How shall it be?"""
    source = yield from _source(visit)
    return (yield from _changing(visit, person, source))


def change(visit: PageVisit, person: Person) -> Flow[Response]:
    """All that the form says."""
    source = yield from _source(visit)
    said = visit.form
    settings: Any = {
        "name": said.get("name", "").strip(),
        "link": said.get("link") or None,
        "believes_user": said.get("believes_user") == "yes",
        "asks_as": said.get("asks_as", "").strip() or None,
    }
    try:
        yield from change_source(source.id, by=person.name, **settings)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _changing(visit, person, source, trouble))
    return answers.redirect(visit.own(f"{WEBHOOKS}?done=changed"))


def begin_renewing(visit: PageVisit, person: Person) -> Flow[Response]:
    """Another proof?"""
    source = yield from _source(visit)
    return (yield from _asked(visit, person, source, "proof", _RENEW))


def renew(visit: PageVisit, person: Person) -> Flow[Response]:
    """Make it, and show it; the former one holds for a day."""
    source = yield from _source(visit)
    return _shown_once(visit, (yield from renew_source(source.id, by=person.name)))


def begin_removing(visit: PageVisit, person: Person) -> Flow[Response]:
    """Take it away?"""
    source = yield from _source(visit)
    return (yield from _asked(visit, person, source, "remove", _REMOVE))


def remove(visit: PageVisit, person: Person) -> Flow[Response]:
    """Take it away."""
    source = yield from _source(visit)
    yield from remove_source(source.id, by=person.name)
    return answers.redirect(visit.own(f"{WEBHOOKS}?done=removed"))


CHANGES = (
    (ADD, begin_adding, add),
    (f"{ONE}/change", begin_changing, change),
    (f"{ONE}/proof", begin_renewing, renew),
    (f"{ONE}/remove", begin_removing, remove),
)
"""What is changed here: path, the question, and what is done with the answer."""

_RENEW = ("Another proof for {}", "It is shown once. The one that is entered over there now holds for a day more.", "Make it")
_REMOVE = ("Remove {}?", "Its events are refused from now on. Those that came stay.", "Remove it")


def _source(visit: PageVisit) -> Flow[Source]:
    try:
        return (yield from source_named(visit.named["source"]))
    except ConfigurationError as gone:
        raise LinkNotFound(gone.message) from gone  # a page that is not there


def _row(visit: PageVisit, source: Source, names: Mapping[str, str]) -> taken.Webhook:
    return taken.Webhook(
        name=source.name,
        application=source.application,
        link=names.get(source.link_id or "", "gone") if source.of_link else "",
        proof="signature" if source.is_signed else "a secret part of its address",
        believed="whom it names" if source.believes_user else "nobody",
        address=address_of(source, visit.identity.url),
        change_path=_path(visit, source, "change"),
        proof_path=_path(visit, source, "proof"),
        remove_path=_path(visit, source, "remove"),
    )


def _path(visit: PageVisit, source: Source, page: str) -> str:
    return visit.own(f"{ONE}/{page}".replace("{source}", quote(source.id, safe="")))


def _shown_once(visit: PageVisit, made: SourceMade) -> Response:
    return look.page(
        taken.WebhookMade(visit.frame(), made.source.name, made.where, made.address, made.secret, visit.own(WEBHOOKS))
    )


def _adding(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    links: tuple[Link, ...] = yield Links()
    said = visit.form if trouble else {}
    fields = (
        Field("name", "Name", "text", said.get("name", ""), "Like “Jira”; events and records name it."),
        Field("application", "Application", "choice", said.get("application", ""), choices=APPLICATIONS),
        Field(
            "other",
            "Another type of application",
            "text",
            said.get("other", ""),
            "In place of that; it signs by Standard Webhooks.",
        ),
        _link_field(links, said.get("link", "")),
        Field("secret", "Secret", "secret", help="Where one exists over there already. If it is left empty, one is made."),
        Field("unsigned", "It cannot sign: a secret part of its address is the proof", "check", said.get("unsigned", "")),
        *_about_people(said),
    )
    return (yield from _form(visit, person, "Add a webhook", LEAD, ADD, fields, "Add it", trouble))


def _changing(visit: PageVisit, person: Person, source: Source, trouble: AppLinksError | None = None) -> Flow[Response]:
    links: tuple[Link, ...] = yield Links()
    stands = {
        "name": source.name,
        "link": next((link.name for link in links if link.id == source.link_id), ""),
        "believes_user": "yes" if source.believes_user else "",
        "asks_as": source.asks_as or "",
    }
    said = visit.form if trouble else stands
    fields = (
        Field("name", "Name", "text", said.get("name", "")),
        _link_field(links, said.get("link", "")),
        *_about_people(said),
    )
    path = f"{WEBHOOKS}/of/{quote(source.id, safe='')}/change"
    return (yield from _form(visit, person, f"Change {source.name}", LEAD, path, fields, "Save", trouble))


def _link_field(links: tuple[Link, ...], said: str) -> Field:
    choices = (("", "none: people have the same names there as here"), *((link.name, link.name) for link in links))
    return Field("link", "Link that knows its people", "choice", said, choices=choices)


def _about_people(said: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field("believes_user", "Scripts run as the person whom an event names", "check", said.get("believes_user", "")),
        Field(
            "asks_as",
            "Who looks people up over there",
            "text",
            said.get("asks_as", ""),
            "A user of ours, as whom it is asked whose a key is: Confluence names people by a key only.",
        ),
    )


def _asked(visit: PageVisit, person: Person, source: Source, page: str, words: tuple[str, str, str]) -> Flow[Response]:
    heading, lead, button = words
    path = f"{WEBHOOKS}/of/{quote(source.id, safe='')}/{page}"
    return (yield from _form(visit, person, heading.format(source.name), lead, path, (), button, danger=page == "remove"))


def _form(
    visit: PageVisit,
    person: Person,
    heading: str,
    lead: str,
    path: str,
    fields: tuple[Field, ...],
    button: str,
    trouble: AppLinksError | None = None,
    *,
    danger: bool = False,
) -> Flow[Response]:
    page = one_form(
        visit,
        person,
        heading=heading,
        lead=lead,
        path=path,
        back=(WEBHOOKS, "Webhooks"),
        fields=fields,
        button=button,
        danger=danger,
        trouble=trouble,
    )
    return (yield from page)
