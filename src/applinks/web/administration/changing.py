"""The forms by which one link is changed: its settings, its policy, its secrets.

A form that cannot be carried out is shown again as it was filled in, with what was wrong and what to do; nothing is half done.
Secrets are the exception: they are never shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from applinks import links
from applinks.errors import AppLinksError, LinkNotFound, StoreUnavailable
from applinks.links import Changes, Entity, Level, Link, LinkSettings, link_with_id
from applinks.mechanisms import names_of
from applinks.people import Person, Policy
from applinks.questions import Flow
from applinks.web import look
from applinks.web.administration.links import done, path_of
from applinks.web.administration.one_form import one_form
from applinks.web.administration.views import Field, ShownOnce
from applinks.web.administration.words import LEVELS, POLICY
from applinks.web.visit import PageVisit
from applinks.wire.messages import Response
from applinks.wire.oauth1 import SignatureMethod

Carry = Callable[[PageVisit, Person, Link], Flow[Response]]
Fields = Callable[[Link], tuple[Field, ...]]


class ChangePage:
    """A form about one link: `fields` says what it asks, `carry` does what was said."""

    def __init__(
        self, name: str, heading: str, lead: str, button: str, fields: Fields, carry: Carry, *, danger: bool = False
    ) -> None:
        self.name = name
        self._words = (heading, lead, button)
        self._fields = fields
        self._carry = carry
        self._danger = danger

    def show(self, visit: PageVisit, person: Person) -> Flow[Response]:
        """The empty form, filled with what stands."""
        link = yield from link_with_id(visit.named["id"])
        return (yield from self._page(visit, person, link))

    def send(self, visit: PageVisit, person: Person) -> Flow[Response]:
        """Do what the form says; or say what is wrong with it."""
        link = yield from link_with_id(visit.named["id"])
        try:
            return (yield from self._carry(visit, person, link))
        except (StoreUnavailable, LinkNotFound):
            raise
        except AppLinksError as trouble:
            return (yield from self._page(visit, person, link, trouble))

    def _page(self, visit: PageVisit, person: Person, link: Link, trouble: AppLinksError | None = None) -> Flow[Response]:
        heading, lead, button = self._words
        page = one_form(
            visit,
            person,
            heading=heading.format(link.name),
            lead=lead,
            path=f"{path_of(link)}/{self.name}",
            back=(path_of(link), link.name),
            fields=tuple(_filled(visit, field, trouble) for field in self._fields(link)),
            button=button,
            danger=self._danger,
            trouble=trouble,
        )
        return (yield from page)


def _filled(visit: PageVisit, field: Field, trouble: AppLinksError | None) -> Field:
    if trouble is None or field.kind == "secret":
        return field
    said = visit.form.get(field.name, "")
    return Field(field.name, field.label, field.kind, said, field.help, field.choices)


def unlink(visit: PageVisit, person: Person) -> Flow[Response]:
    """Take away the link between two single things."""
    link = yield from link_with_id(visit.named["id"])
    yield from links.unlink_entities(visit.form.get("unlink", ""), by=person.name)
    return done(visit, link, "unlinked")


def make_primary(visit: PageVisit, person: Person) -> Flow[Response]:
    """Make it the one that is used for its type when none is named."""
    link = yield from link_with_id(visit.named["id"])
    yield from links.make_primary(link, by=person.name)
    return done(visit, link, "primary")


# ---- settings


_LEVELS = tuple((level.value, words) for level, words in LEVELS.items())


def _settings(link: Link) -> tuple[Field, ...]:
    outgoing, incoming, same = link.outgoing, link.incoming, link.same_users
    methods = tuple((method.value, method.value) for method in SignatureMethod)
    return (
        Field("outgoing", "Outgoing: what we send", "choice", outgoing.level, choices=_LEVELS),
        Field("incoming", "Incoming: what we accept", "choice", incoming.level, choices=_LEVELS),
        Field(
            "signature_method",
            "Signature method",
            "choice",
            _method(link),
            "Of both directions; the other side must be set to the same.",
            methods,
        ),
        Field("execute_as", "Calls that name nobody act as", "text", incoming.execute_as or "", "Never an administrator."),
        Field(
            "fixed_user", "Calls without consent may go as the one user whom they have set", "check", _yes(outgoing.fixed_user)
        ),
        Field("account", "Our account over there", "text", outgoing.account or "", "For Basic only."),
        Field("callback", "People go back to", "url", incoming.callback or "", "If the other application does not say."),
        Field(
            "excluded",
            "People whose name means somebody else over there, or nobody",
            "lines",
            "\n".join(sorted(same.excluded)) if same else "",
            "One user name in a line. They are impersonated in no direction.",
        ),
    )


def _method(link: Link) -> SignatureMethod:
    return link.outgoing.signature_method if link.outgoing.level is not Level.DISABLED else link.incoming.signature_method


def _change(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    said = visit.form
    wanted: dict[str, Any] = {
        name: said.get(name, "").strip()
        for name in ("outgoing", "incoming", "signature_method", "execute_as", "account", "callback")
    }
    wanted = {name: value for name, value in wanted.items() if value or name in {"execute_as", "account", "callback"}}
    if wanted.get("signature_method") == _method(link):
        del wanted["signature_method"]  # the two directions may differ, and the form was not touched there
    wanted["fixed_user"] = said.get("fixed_user") == "yes"
    if link.same_users is not None:
        wanted["excluded"] = _lines(said.get("excluded", ""))
    changes = Changes.read(cast("LinkSettings", wanted))
    yield from links.change(link, changes, by=person.name, loaded=names_of(visit.mechanisms))
    return done(visit, link, "changed")


# ---- policy


_HELP = {
    "users": "One user name in a line; nothing: everybody.",
    "administrators": "No other administrator can be impersonated.",
    "methods": "GET, POST, …; nothing: all.",
    "paths": "Like /rest/api; nothing: all.",
}


def _rules(link: Link) -> tuple[Field, ...]:
    rules = link.incoming.policy.as_data()
    return tuple(
        Field(name, label, "lines", "\n".join(rules.get(name, ())), _HELP.get(name, "")) for name, label in POLICY.items()
    )


def _change_policy(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    policy = Policy.from_data({name: _lines(visit.form.get(name, "")) for name in POLICY})
    yield from links.change_policy(link, policy, by=person.name)
    return done(visit, link, "policy")


# ---- secrets


_DIRECTIONS = (("outgoing", "by which we prove ourselves"), ("incoming", "by which the other application proves itself"))


def _secrets(_: Link) -> tuple[Field, ...]:
    made = "Leave it empty to have one made for the incoming side; it is shown once."
    return (
        Field("direction", "Which one", "choice", "outgoing", choices=_DIRECTIONS),
        Field("secret", "The secret", "secret", help=f"Of HMAC, or our password for Basic. {made}"),
    )


def _set_secret(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    direction, secret = visit.form.get("direction", ""), visit.form.get("secret", "")
    if secret or direction != "incoming":
        yield from links.set_secret(link, direction, secret, by=person.name)
        return done(visit, link, "secret")
    made = yield from links.new_secret(link, by=person.name)
    lead = "This is shown only now. Enter it in the other application."
    return look.page(ShownOnce(visit.frame(), f"The secret of {link.name}", lead, made, visit.own(path_of(link)), link.name))


# ---- single things


def _entities(_: Link) -> tuple[Field, ...]:
    return (
        Field("ours", "A thing of this application", "text", help="Its type and key, like project:OPS."),
        Field("theirs", "A thing of the other one", "text", help="Like space:OPSDOC."),
        Field("title", "How people call it", "text"),
        Field("primary", "It is used when none of its type is named", "check"),
    )


def _link_entities(visit: PageVisit, person: Person, link: Link) -> Flow[Response]:
    ours, theirs = (_entity(visit, name) for name in ("ours", "theirs"))
    theirs = Entity(theirs.type, theirs.key, visit.form.get("title", "").strip())
    primary = visit.form.get("primary") == "yes"
    yield from links.link_entities(link, ours, theirs, primary=primary, by=person.name)
    return done(visit, link, "entities")


def _entity(visit: PageVisit, name: str) -> Entity:
    type_, _, key = visit.form.get(name, "").strip().partition(":")
    return Entity(type_, key)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def _yes(value: bool) -> str:
    return "yes" if value else ""


CHANGES: Iterable[ChangePage] = (
    ChangePage("change", "Change {}", "What you set here is our end; the other side has its own.", "Save", _settings, _change),
    ChangePage(
        "policy",
        "Whom {} may impersonate",
        "It holds for the next request. What is left empty does not restrict anything, except that no administrator is ever "
        "impersonated unless named.",
        "Save",
        _rules,
        _change_policy,
    ),
    ChangePage("secret", "A secret for {}", "It is kept sealed, and shown through no door.", "Keep it", _secrets, _set_secret),
    ChangePage(
        "entities",
        "Link single things with {}",
        "A project here and a space there: pages and scripts then find the one from the other.",
        "Link them",
        _entities,
        _link_entities,
    ),
)
"""The forms that change what one link does, each at the path of the link and its own name."""
