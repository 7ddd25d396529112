"""One link: its two directions side by side, as the page's illustration shows them, and what happened over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from applinks.audit import AuditTrail, Entry, Written
from applinks.doctor import Examined, LastExamined
from applinks.incoming import Refusal, Refusals, consent
from applinks.links import ConsentsHeld, EntityLink, EntityLinks, Identity, Level, Link, OurKey, link_with_id
from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.web import forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.records import ended_well, records_of
from applinks.web.administration.views import Fact, Happened, Linked, OneLink, Side
from applinks.web.administration.words import DONE, INCOMING, LEVELS, OUTGOING, POLICY, ago, second_of, status_of
from applinks.web.visit import LINKS, PageVisit
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Response

HISTORY = 20
"""Records on the page; the page of records has all of them."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """The link of that id."""
    link = yield from link_with_id(visit.named["id"])
    key: PrivateKey = yield OurKey()
    written: tuple[Written, ...] = yield AuditTrail(HISTORY, link=link.name)
    given = yield from consent.given(link_id=link.id)
    held = yield ConsentsHeld(link_id=link.id)
    entities: tuple[EntityLink, ...] = yield EntityLinks(link_id=link.id)
    lately: Mapping[str, Examined] = yield LastExamined()
    last = lately.get(link.id)
    refused: tuple[Refusal, ...] = yield Refusals(link.id)
    moment: Moment = yield Now()
    word, tone = status_of(last)
    cookie, token = yield from forms.token_for(visit, person)
    view = OneLink(
        frame=visit.frame(),
        form_token=token,
        id=link.id,
        name=link.name,
        type=link.type,
        primary=link.primary,
        display_url=link.display_url,
        same_users=_same_users(link),
        outgoing=_outgoing(link, visit.identity, key.public),
        incoming=_incoming(link),
        policy=_policy(link),
        entities=tuple(Linked(one.id, str(one.local), str(one.remote), one.remote.name, one.primary) for one in entities),
        history=tuple(_happened(one) for one in written),
        path=visit.own(path_of(link)),
        links_path=visit.own(LINKS),
        records_path=records_of(visit, link.name),
        grants=len(given),
        consents=len(held),
        status=word,
        tone=tone,
        when=ago(last, moment.now),
        refusals=len(refused),
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return forms.remembering(look.page(view), visit, cookie)


def _outgoing(link: Link, us: Identity, key: PublicKey) -> Side:
    setting = link.outgoing
    facts = [Fact("Goes to", link.application_url or "nowhere: it has no address", code=bool(link.application_url))]
    if setting.level in {Level.OAUTH, Level.OAUTH_IMPERSONATION}:
        facts.append(Fact("We name ourselves", setting.consumer_key or us.consumer_key, code=True))
        facts.append(Fact("Signed by", setting.signature_method))
        if not setting.signature_method.shares_a_secret:
            facts.append(Fact("Fingerprint of our key", key.fingerprint, "The other side must show the same.", code=True))
    if setting.fixed_user:
        facts.append(Fact("Without consent", "as the one user whom the other side has set"))
    if setting.account:
        facts.append(Fact("Account over there", setting.account))
    return _side(setting.level, OUTGOING[setting.level], facts)


def _incoming(link: Link) -> Side:
    setting = link.incoming
    facts = []
    if setting.level is not Level.DISABLED and setting.consumer_key:
        facts.append(Fact("It names itself", setting.consumer_key, code=True))
    if setting.level in {Level.OAUTH, Level.OAUTH_IMPERSONATION}:
        facts.append(Fact("Verified by", setting.signature_method))
    if setting.level is not Level.DISABLED and setting.public_key:
        facts.append(Fact("Fingerprint of its key", PublicKey.read(setting.public_key).fingerprint, code=True))
    if setting.execute_as:
        facts.append(Fact("Calls that name nobody act as", setting.execute_as))
    if setting.callback:
        facts.append(Fact("People go back to", setting.callback, code=True))
    return _side(setting.level, INCOMING[setting.level], facts)


def _side(level: Level, summary: str, facts: Iterable[Fact]) -> Side:
    return Side(LEVELS[level], summary, tuple(facts), on=level is not Level.DISABLED)


def _policy(link: Link) -> tuple[Fact, ...]:
    rules = link.incoming.policy.as_data()
    return tuple(Fact(POLICY[name], ", ".join(values)) for name, values in rules.items())


def _same_users(link: Link) -> str:
    said = link.same_users
    if said is None:
        return "Nobody has said whether a user name means the same person on both sides."
    words = "means the same person on both sides" if said.answer else "may mean different people on the two sides"
    but = f" Except: {', '.join(sorted(said.excluded))}." if said.excluded else ""
    return f"A user name {words}, says {said.said_by}.{but}"


def _happened(written: Written) -> Happened:
    entry = written.entry
    what = " ".join(filter(None, (entry.kind, entry.request, f"by {entry.mechanism}" if entry.mechanism else "")))
    return Happened(second_of(written), what, _who(entry), entry.outcome, ended_well(entry))


def _who(entry: Entry) -> str:
    if entry.actor in {None, entry.subject}:
        return entry.subject or "nobody"
    return f"{entry.subject} (really {entry.actor})"
