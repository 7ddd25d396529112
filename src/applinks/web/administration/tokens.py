"""Tokens by which programs administer this application: what there is, making one for oneself, revoking one."""

from __future__ import annotations

from applinks.errors import AppLinksError, ConfigurationError, StoreUnavailable
from applinks.incoming import AutomationToken, automation
from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.web import answers, forms, interface, look, shown
from applinks.web.administration.kept import Token, Tokens
from applinks.web.administration.one_form import one_form
from applinks.web.administration.views import Field, ShownOnce
from applinks.web.administration.words import DONE
from applinks.web.visit import TOKENS, PageVisit
from applinks.wire.messages import Response

MAKE = f"{TOKENS}/make"
REVOKE = f"{TOKENS}/revoke"
LONGEST_DAYS = 9
"""Digits of a number of days, before anybody looks whether it is too high."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """All tokens, without what proves them."""
    return (yield from _listed(visit, person))


def revoke(visit: PageVisit, person: Person) -> Flow[Response]:
    """End one."""
    try:
        yield from automation.revoke_token(visit.form.get("revoke", ""), by=person.name)
    except ConfigurationError as trouble:
        return (yield from _listed(visit, person, trouble))
    return answers.redirect(visit.own(f"{TOKENS}?done=revoked"))


def begin(visit: PageVisit, person: Person) -> Flow[Response]:
    """What is the token for?"""
    return (yield from _form(visit, person))


def make(visit: PageVisit, person: Person) -> Flow[Response]:
    """Make it, for the person who asks, and show it this once."""
    said = visit.form
    label, may_change = said.get("label", "").strip(), said.get("read_only") != "yes"
    try:
        days = _days(said.get("days", "").strip())
        made = yield from automation.make_token(label, person.name, by=person.name, may_change=may_change, days=days)
    except StoreUnavailable:
        raise
    except AppLinksError as trouble:
        return (yield from _form(visit, person, trouble))
    until = shown.day(made.token.expires_at)
    lead = f"This is shown only now. It acts for you until {until}; programs send it as “Authorization: Bearer …”."
    heading = f"The token “{shown.brief(label)}”"
    return look.page(ShownOnce(visit.frame(), heading, lead, made.secret, visit.own(TOKENS), "Tokens"))


def _days(said: str) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()) or len(said) > LONGEST_DAYS:
        raise ConfigurationError(f"{said[:50]!r} is no number of days.", remedy=f"Say 1 to {automation.MOST_DAYS}.")
    return int(said)


def _listed(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    found = yield from automation.tokens_of()
    moment: Moment = yield Now()
    cookie, token = yield from forms.token_for(visit, person)
    view = Tokens(
        frame=visit.frame(),
        form_token=token,
        rows=tuple(_row(one, moment.now) for one in found),
        make_path=visit.own(MAKE),
        revoke_path=visit.own(REVOKE),
        interface=f"{visit.identity.url}{interface.BELOW}",
        description_path=visit.own(f"{interface.BELOW}/openapi.json"),
        outcome=DONE.get(visit.query.get("done", "")),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=400 if trouble else 200), visit, cookie)


def _row(token: AutomationToken, now: float) -> Token:
    rights = "may change" if token.may_change else "reads only"
    ended = token.expires_at <= now
    return Token(token.id, token.label, token.user, rights, token.made_at, token.expires_at, token.used_at, ended)


def _form(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    said = visit.form if trouble else {}
    hold = f"1 to {automation.MOST_DAYS}."
    page = one_form(
        visit,
        person,
        heading="Make a token",
        lead="A program that has it acts for you over the HTTP interface: it may do there what you may, as long as you may.",
        path=MAKE,
        back=(TOKENS, "Tokens"),
        fields=(
            Field("label", "What it is for", "text", said.get("label", ""), "Like “nightly check”; records name it."),
            Field("days", "How many days it holds", "number", said.get("days", str(automation.DAYS)), hold),
            Field("read_only", "It only reads", "check", said.get("read_only", "")),
        ),
        button="Make it",
        trouble=trouble,
    )
    return (yield from page)
