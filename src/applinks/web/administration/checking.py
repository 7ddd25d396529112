"""How links are: examined live when somebody presses the button, and the status of all of them as it was last seen."""

from __future__ import annotations

from collections.abc import Mapping

from applinks.doctor import Check, Diagnosis, Examined, Finding, LastExamined, examine, examine_all
from applinks.doctor import Status as Word
from applinks.errors import AdministratorNeeded, AppLinksError, PersonUnknown
from applinks.links import Identity, Level, Link, OurKey, State, link_with_id, links_of
from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.web import answers, forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.views import Checked, Compared, FoundCause, Seen, Status, StatusRow
from applinks.web.administration.words import DONE, LEVELS, STATUS, TONES, ago, status_of
from applinks.web.visit import LINKS, STATUS_PAGE, PageVisit
from applinks.wire.keys import PrivateKey, PublicKey
from applinks.wire.messages import Response


def show_all(visit: PageVisit, person: Person) -> Flow[Response]:
    """The status of every link, as it was last seen by this process."""
    moment: Moment = yield Now()
    last: Mapping[str, Examined] = yield LastExamined()
    rows = tuple(_row(visit, link, last.get(link.id), moment.now) for link in (yield from links_of()))
    cookie, token = yield from forms.token_for(visit, person)
    view = Status(visit.frame(), token, rows, visit.own(STATUS_PAGE), visit.own(LINKS))
    return forms.remembering(look.page(view), visit, cookie)


def check_all(visit: PageVisit, person: Person) -> Flow[Response]:
    """Examine every link, one after the other."""
    yield from examine_all(by=person.name, mechanisms=visit.mechanisms)
    return answers.redirect(visit.own(STATUS_PAGE))


def check(visit: PageVisit, person: Person) -> Flow[Response]:
    """Examine one link, as somebody or as nobody in particular."""
    link = yield from link_with_id(visit.named["id"])
    return (yield from checked(visit, person, link, visit.form.get("user", "").strip() or None))


def checked(visit: PageVisit, person: Person, link: Link, user: str | None, done: str = "") -> Flow[Response]:
    """What an examination of a link finds now. `done` is the word for what was done before it."""
    found, trouble = yield from _examined(visit, person, link, user)
    key: PrivateKey = yield OurKey()
    cookie, token = yield from forms.token_for(visit, person)
    outgoing, incoming = _side_by_side(found.link, found.theirs, visit.identity, key.public) if found.theirs else ((), ())
    view = Checked(
        frame=visit.frame(),
        form_token=token,
        name=link.name,
        status=STATUS[found.status],
        tone=TONES[found.status],
        findings=tuple(_finding(one) for one in found.findings),
        checks=tuple(_seen(one) for one in found.checks),
        outgoing=outgoing,
        incoming=incoming,
        user=user or "",
        path=visit.own(path_of(link)),
        people_path=visit.own(f"{path_of(link)}/people") if link.same_users and link.same_users.answer else "",
        outcome=DONE.get(done),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view), visit, cookie)


def _row(visit: PageVisit, link: Link, last: Examined | None, now: float) -> StatusRow:
    word, tone = status_of(last)
    cause = last.diagnosis.findings[0].cause.title if last and last.diagnosis.findings else ""
    return StatusRow(link.name, visit.own(path_of(link)), word, tone, cause, ago(last, now))


def _finding(finding: Finding) -> FoundCause:
    return FoundCause(finding.cause.name, finding.cause.title, finding.evidence, finding.remedy, finding.certain)


def _seen(check: Check) -> Seen:
    mark = {True: "good", False: "bad", None: "unknown"}[check.good]
    return Seen(check.name, check.outcome, mark)


def _examined(visit: PageVisit, person: Person, link: Link, user: str | None) -> Flow[tuple[Diagnosis, AppLinksError | None]]:
    """As that user; as nobody in particular where that can tell nothing of the link, and why."""
    try:
        found = yield from examine(link, user=user, by=person.name, mechanisms=visit.mechanisms)
    except PersonUnknown as unknown:
        trouble: AppLinksError | None = unknown
    else:
        if not (found.status is Word.ACCESS_DENIED and person.administrator and user == person.name):
            return found, None
        trouble = AdministratorNeeded(_ADMINISTRATOR, remedy=_NAME_THEM)
    return (yield from examine(link, by=person.name, mechanisms=visit.mechanisms)), trouble


_ADMINISTRATOR = "You are an administrator, whom nobody may impersonate over there. So the link was checked as nobody."
_NAME_THEM = "Check it as somebody else; or have its policy name you, if your own calls shall go through."

Pairs = tuple[Compared, ...]


def _side_by_side(link: Link, theirs: State, us: Identity, ours: PublicKey) -> tuple[Pairs, Pairs]:
    """What each end says of the same direction: ours of what we send, and theirs of what they accept; and the reverse."""
    setting, accepted = link.outgoing, link.incoming
    outgoing = _compared(
        ("Level", LEVELS[setting.level], _level(theirs.incoming)),
        ("Signature method", setting.signature_method, theirs.incoming_method),
        ("Consumer key", setting.consumer_key or us.consumer_key, theirs.consumer_key or "none"),
        ("Our key", ours.fingerprint, theirs.fingerprint or "none"),
        ("Our address", us.url, theirs.known_url or "none"),
    )
    known = PublicKey.read(accepted.public_key).fingerprint if accepted.public_key else "none"
    incoming = _compared(
        ("Level", LEVELS[accepted.level], _level(theirs.outgoing)),
        ("Signature method", accepted.signature_method, theirs.outgoing_method),
        ("Its key", known, theirs.signs_with),
        ("Its address", link.application_url, theirs.url),
    )
    return outgoing, incoming


def _level(word: str) -> str:
    return LEVELS[Level(word)] if word in set(Level) else word


def _compared(*rows: tuple[str, str, str]) -> Pairs:
    return tuple(Compared(name, here, there, here == there) for name, here, there in rows)
