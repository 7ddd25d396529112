"""The people whom this application keeps itself: who there is, adding somebody, changing somebody, setting a password."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from applinks.errors import AppLinksError, ConfigurationError, LinkNotFound, PersonUnknown, StoreUnavailable
from applinks.people import AllStaff, Member, MemberSettings, Person, RunnersOf, staff
from applinks.questions import Flow
from applinks.web import answers, look
from applinks.web.administration import kept
from applinks.web.administration.one_form import one_form
from applinks.web.administration.views import Field
from applinks.web.visit import STAFF, PageVisit
from applinks.wire.messages import Response

ADD = f"{STAFF}/add"
ONE = f"{STAFF}/of/{{name}}"
AT_ONCE = 50
"""People on a page."""
DONE = {
    "added": "Added.",
    "changed": "Changed. It holds from the next request on, on every node.",
    "password": "The password is set. They are signed out everywhere.",
}
PASSWORDS = (
    Field("password", "New password", "secret", help="Twelve letters at least."),
    Field("again", "The same again", "secret"),
)


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """Some of them, by their names."""
    after = visit.query.get("after")
    found: tuple[Member, ...] = yield AllStaff(AT_ONCE + 1, after)
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    view = kept.Staff(
        frame=visit.frame(),
        rows=tuple(_row(visit, member) for member in shown),
        add_path=visit.own(ADD),
        next_path=visit.own(f"{STAFF}?{urlencode({'after': shown[-1].name})}") if more else None,
        first_path=visit.own(STAFF) if after else None,
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return look.page(view)


def begin_adding(visit: PageVisit, person: Person) -> Flow[Response]:
    """Who is new?"""
    return (yield from _adding(visit, person))


def add(visit: PageVisit, person: Person) -> Flow[Response]:
    """Keep them."""
    said = visit.form
    try:
        password = _password(visit)
        yield from staff.add(said.get("name", "").strip(), password=password, by=person.name, **_settings(visit))
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _adding(visit, person, trouble))
    return _done(visit, "added")


def begin_changing(visit: PageVisit, person: Person) -> Flow[Response]:
    """How shall they be?"""
    member = yield from _member(visit)
    return (yield from _changing(visit, person, member))


def change(visit: PageVisit, person: Person) -> Flow[Response]:
    """All that the form says; each part that differs goes on record by itself."""
    member = yield from _member(visit)
    try:
        yield from staff.change(member.name, by=person.name, **_settings(visit))
        wanted_active = visit.form.get("active") == "yes"
        if wanted_active != member.active:
            yield from (staff.enable if wanted_active else staff.disable)(member.name, by=person.name)
        yield from _change_runners(visit, person, member)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _changing(visit, person, member, trouble))
    return _done(visit, "changed")


def begin_password(visit: PageVisit, person: Person) -> Flow[Response]:
    """Which one?"""
    member = yield from _member(visit)
    return (yield from _setting(visit, person, member))


def set_password(visit: PageVisit, person: Person) -> Flow[Response]:
    """Set it; to take one away is left to the command line, where no empty field does it."""
    member = yield from _member(visit)
    try:
        yield from staff.set_password(member.name, _password(visit) or "", by=person.name)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _setting(visit, person, member, trouble))
    return _done(visit, "password")


CHANGES = (
    (ADD, begin_adding, add),
    (f"{ONE}/change", begin_changing, change),
    (f"{ONE}/password", begin_password, set_password),
)
"""What is changed here: path, the question, and what is done with the answer."""


def _member(visit: PageVisit) -> Flow[Member]:
    try:
        return (yield from staff.member_named(visit.named["name"]))
    except PersonUnknown as nobody:
        raise LinkNotFound(nobody.message) from nobody  # a page that is not there


def _change_runners(visit: PageVisit, person: Person, member: Member) -> Flow[None]:
    before: tuple[str, ...] = yield RunnersOf(member.name)
    wanted = set(_lines(visit, "runners"))
    for runner in sorted(wanted ^ set(before)):
        yield from staff.allow_running(member.name, runner, by=person.name, allowed=runner in wanted)


def _settings(visit: PageVisit) -> MemberSettings:
    said = visit.form
    return {
        "full_name": said.get("full_name", ""),
        "email": said.get("email", ""),
        "language": said.get("language", "").strip() or staff.LANGUAGE,
        "groups": _lines(visit, "groups"),
        "administrator": said.get("administrator") == "yes",
    }


def _password(visit: PageVisit) -> str | None:
    said = visit.form.get("password", "")
    if said != visit.form.get("again", ""):
        raise ConfigurationError("The two passwords differ.", remedy="Enter the same one twice.")
    return said or None


def _lines(visit: PageVisit, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in visit.form.get(name, "").splitlines() if line.strip())


def _done(visit: PageVisit, word: str) -> Response:
    return answers.redirect(visit.own(f"{STAFF}?done={word}"))


def _row(visit: PageVisit, member: Member) -> kept.Somebody:
    marks = {
        "administrator": member.administrator,
        "disabled": not member.active,
        "no password": not member.has_password,
    }
    one = ONE.format(name=quote(member.name, safe=""))
    return kept.Somebody(
        name=member.name,
        full_name=member.full_name,
        email=member.email,
        marks=tuple(mark for mark, holds in marks.items() if holds),
        groups=", ".join(sorted(member.groups)),
        change_path=visit.own(f"{one}/change"),
        password_path=visit.own(f"{one}/password"),
    )


# ---- the forms


def _adding(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    said = visit.form if trouble else {}
    shown = {**said, "language": said.get("language", staff.LANGUAGE)}
    fields = (
        Field("name", "User name", "text", said.get("name", ""), "Theirs for ever; best the one that they have elsewhere."),
        *_about(shown),
        *PASSWORDS,
    )
    lead = "Without a password nobody can sign in as them; scripts can still run as them."
    return (yield from _form(visit, person, ("Add a person", lead, ADD, "Add"), fields, trouble))


def _changing(visit: PageVisit, person: Person, member: Member, trouble: AppLinksError | None = None) -> Flow[Response]:
    runners: tuple[str, ...] = yield RunnersOf(member.name)
    stands = {
        "full_name": member.full_name,
        "email": member.email,
        "language": member.language,
        "groups": "\n".join(sorted(member.groups)),
        "administrator": "yes" if member.administrator else "",
        "active": "yes" if member.active else "",
        "runners": "\n".join(runners),
    }
    shown = {name: visit.form.get(name, "") for name in stands} if trouble else stands
    fields = (
        *_about(shown),
        Field("active", "May sign in, and be acted for", "check", shown["active"]),
        Field("runners", "Who may run as this person", "lines", shown["runners"], "One name, or group:NAME, a line."),
    )
    action = f"{ONE.format(name=quote(member.name, safe=''))}/change"
    lead = "Whoever is disabled is signed out everywhere at once."
    return (yield from _form(visit, person, (f"Change {member.name}", lead, action, "Change"), fields, trouble))


def _setting(visit: PageVisit, person: Person, member: Member, trouble: AppLinksError | None = None) -> Flow[Response]:
    action = f"{ONE.format(name=quote(member.name, safe=''))}/password"
    lead = "They are signed out everywhere, and sign in with the new one."
    return (yield from _form(visit, person, (f"Password of {member.name}", lead, action, "Set it"), PASSWORDS, trouble))


def _about(said: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field("full_name", "Full name", "text", said.get("full_name", "")),
        Field("email", "Mail address", "text", said.get("email", ""), "Where messages go."),
        Field("language", "Language", "text", said.get("language", ""), "Like en or de: of what is written to them."),
        Field("groups", "Groups", "lines", said.get("groups", ""), "One in a line."),
        Field("administrator", "Administrator of this application", "check", said.get("administrator", "")),
    )


def _form(
    visit: PageVisit, person: Person, words: tuple[str, str, str, str], fields: tuple[Field, ...], trouble: AppLinksError | None
) -> Flow[Response]:
    heading, lead, path, button = words
    page = one_form(
        visit,
        person,
        heading=heading,
        lead=lead,
        path=path,
        back=(STAFF, "People"),
        fields=fields,
        button=button,
        trouble=trouble,
    )
    return (yield from page)
