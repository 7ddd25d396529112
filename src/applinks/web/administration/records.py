"""The records of what was done: the newest, those asked for, one of them, whether they are whole, and a copy of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from applinks.audit import (
    ADMISSION,
    CALL,
    EXPORTED_AT_ONCE,
    LONGEST_NUMBER,
    AuditFilters,
    AuditTrail,
    AuditVerdict,
    Entry,
    Export,
    Head,
    VerifyAudit,
    Written,
)
from applinks.errors import ConfigurationError
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, forms, look
from applinks.web.administration import kept
from applinks.web.administration.views import Field
from applinks.web.administration.words import second_of
from applinks.web.filters import asking, begin_of, words_of
from applinks.web.views import Kind
from applinks.web.visit import RECORDS, PageVisit
from applinks.wire.messages import Response

VERIFY = f"{RECORDS}/verify"
EXPORT = f"{RECORDS}/export"
AT_ONCE = 50
"""Records on a page."""
MOST_EXPORTED = 10 * EXPORTED_AT_ONCE
"""Records in one export; the command line has no such limit."""
DAY = 24 * 3600
TICK = 0.000001
"""The last moment of a day lies so many seconds before the next one."""

_DAYS = ("since", "until")
_FILTERS = ("kind", "link", "user", *_DAYS)
_ENDS = {CALL: {"answered"}, ADMISSION: {"admitted"}}
_FORMATS = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
BAD_REQUEST = 400

KINDS = (
    *("call", "admission", "people compared", "run_as", "link made", "link made primary", "link became primary"),
    *("link changed", "link checked"),
    *("policy changed", "secret set", "secret compared", "link moved", "link moved unproven", "address announced"),
    *("key rotated", "key announced", "key switched", "key retired", "key accepted", "key changed", "trust suspended"),
    *("identity moved", "identity copied", "entities linked", "entities unlinked", "link deleted"),
    *("link deleted by the other application", "consent", "consent given", "consent refused", "consent gone"),
    *("run cancelled", "run retried", "run repeated", "run begun by hand", "call settled"),
    *("hook switched", "hook changed", "script pasted", "pasted script removed"),
    *("consent forgotten", "grant given", "grant renewed", "grant revoked", "token made", "token revoked", "unreadable"),
    *("person added", "person changed", "person disabled", "person enabled", "password set", "run_as allowed"),
    *("run_as forbidden", "webhook added", "webhook changed", "webhook removed", "event replayed"),
)
"""Kinds that are offered; others can be asked for by the address."""


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """The newest of those that are asked for."""
    try:
        only = _wanted(visit.query)
    except ConfigurationError as trouble:
        return _page(visit, (), trouble)
    found: tuple[Written, ...] = yield AuditTrail(AT_ONCE + 1, **only)
    return _page(visit, found)


def show_one(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001
    """The record of that number, with all that it holds."""
    said = visit.named["number"]
    number = _number(said) if _is_number(said) else 0
    found: tuple[Written, ...] = yield AuditTrail(1, before=number + 1)
    if not found or found[0].sequence != number:
        return answers.notice(visit, Kind.NOT_FOUND)
    return look.page(_in_full(visit, found[0]))


def export(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001
    """All records of the days that are said, as a file."""
    wanted = visit.query.get("format", "json")
    try:
        days = _wanted({name: visit.query.get(name, "") for name in _DAYS})
        pieces = yield from _pieces(Export(wanted, days.get("since"), days.get("until")))
    except ConfigurationError as trouble:
        return _page(visit, (), trouble)
    return answers.file(f"records.{wanted}", _FORMATS[wanted], "".join(pieces))


def ask(visit: PageVisit, person: Person) -> Flow[Response]:
    """Shall they be verified?"""
    return (yield from _verifying(visit, person))


def verify(visit: PageVisit, person: Person) -> Flow[Response]:
    """Whether the records are what was written; the head to note."""
    noted = visit.form.get("noted", "").strip()
    try:
        head = Head.read(noted) if noted else None
    except ConfigurationError as trouble:
        return (yield from _verifying(visit, person, trouble=trouble))
    verdict: AuditVerdict = yield VerifyAudit(head)
    return (yield from _verifying(visit, person, verdict))


def _verifying(
    visit: PageVisit, person: Person, verdict: AuditVerdict | None = None, trouble: ConfigurationError | None = None
) -> Flow[Response]:
    cookie, token = yield from forms.token_for(visit, person)
    view = kept.Verify(
        frame=visit.frame(),
        form_token=token,
        action_path=visit.own(VERIFY),
        back_path=visit.own(RECORDS),
        noted=visit.form.get("noted", "").strip(),
        good=None if verdict is None else verdict.broken is None,
        verdict=_words(verdict) if verdict else "",
        head=str(verdict.head) if verdict and verdict.head else None,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return forms.remembering(look.page(view, status=BAD_REQUEST if trouble else 200), visit, cookie)


def _words(verdict: AuditVerdict) -> str:
    if verdict.broken is not None:
        return f"The records do not hold at number {verdict.broken}: {verdict.problem}."
    return f"All {verdict.head.sequence} records are as they were written." if verdict.head else "There are no records yet."


def _pieces(export: Export) -> Flow[list[str]]:
    """The beginning, as many batches as are allowed, and the end; one more would be too many."""
    pieces = list[str]()
    while (piece := (yield from export.next_piece())) is not None:
        pieces.append(piece)
        if len(pieces) > MOST_EXPORTED // EXPORTED_AT_ONCE + 2:
            raise ConfigurationError(
                f"There are more than {MOST_EXPORTED:,} records in these days.",
                remedy="Export fewer days at once, or all of them on the command line: `applinks audit export`.",
            )
    return pieces


# ---- which ones


def records_of(visit: PageVisit, link: str) -> str:
    """The page of the records of a link."""
    return asking(visit, RECORDS, {"link": link})


def _wanted(said: Mapping[str, str]) -> AuditFilters:
    """What the query asks for. Raises `ConfigurationError` for what no record can have."""
    words = words_of(said, (*_FILTERS, "before"), "record")
    only = AuditFilters()
    if words["kind"]:
        only["kind"] = words["kind"]
    if words["link"]:
        only["link"] = words["link"]
    if words["user"]:
        only["user"] = words["user"]
    if words["since"]:
        only["since"] = begin_of(words["since"])
    if words["until"]:
        only["until"] = begin_of(words["until"]) + DAY - TICK
    if words["before"]:
        only["before"] = _number(words["before"])
    return only


def _number(said: str) -> int:
    if not _is_number(said):
        raise ConfigurationError(f"{said[:50]!r} is no number of a record.", remedy="Begin with the newest again.")
    return int(said)


def _is_number(said: str) -> bool:
    return said.isdecimal() and len(said) <= LONGEST_NUMBER


def _page(visit: PageVisit, found: tuple[Written, ...], trouble: ConfigurationError | None = None) -> Response:
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    said = {name: value for name in _FILTERS if (value := visit.query.get(name, "").strip())}
    days = {name: value for name, value in said.items() if name in _DAYS}
    newest = asking(visit, RECORDS, said)
    view = kept.Records(
        frame=visit.frame(),
        filters=_fields(said),
        rows=tuple(_act(visit, one) for one in shown),
        records_path=visit.own(RECORDS),
        verify_path=visit.own(VERIFY),
        json_path=asking(visit, EXPORT, {"format": "json", **days}),
        csv_path=asking(visit, EXPORT, {"format": "csv", **days}),
        filtered=bool(said),
        newest_path=newest if visit.query.get("before") else None,
        older_path=asking(visit, RECORDS, {**said, "before": str(shown[-1].sequence)}) if more else None,
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    return look.page(view, status=BAD_REQUEST if trouble else 200)


def _fields(said: Mapping[str, str]) -> tuple[Field, ...]:
    kinds = sorted({*KINDS, *filter(None, (said.get("kind"),))})
    choices = (("", "everything"), *((kind, kind) for kind in kinds))
    return (
        Field("kind", "What", "choice", said.get("kind", ""), choices=choices),
        Field("link", "Link", "text", said.get("link", "")),
        Field("user", "Who", "text", said.get("user", "")),
        Field("since", "From", "date", said.get("since", "")),
        Field("until", "To", "date", said.get("until", "")),
    )


# ---- what they hold


def _act(visit: PageVisit, written: Written) -> kept.Act:
    entry = written.entry
    return kept.Act(
        path=visit.own(f"{RECORDS}/{written.sequence}"),
        time=second_of(written),
        what=entry.kind,
        subject=entry.subject or "",
        actor=entry.actor or "" if entry.actor != entry.subject else "",
        reason=entry.reason or "",
        link=entry.link or "",
        outcome=entry.outcome,
        good=ended_well(entry),
    )


def _in_full(visit: PageVisit, written: Written) -> kept.Record:
    entry = written.entry
    return kept.Record(
        frame=visit.frame(),
        number=written.sequence,
        time=second_of(written),
        what=entry.kind,
        outcome=entry.outcome,
        good=ended_well(entry),
        parts=tuple(_parts(entry)),
        checks=tuple(kept.Step(name, how, good=how == "ok") for name, how in entry.checks),
        changes=tuple(kept.Changed(*change) for change in entry.changes),
        back_path=visit.own(RECORDS),
    )


def _parts(entry: Entry) -> Iterable[kept.Part]:
    parts = (
        ("As", entry.subject),
        ("Really", entry.actor if entry.actor != entry.subject else None),
        ("Reason", entry.reason),
        ("Link", entry.link),
        ("Mechanism", entry.mechanism),
        ("Request", entry.request),
        ("Status", entry.status),
    )
    return (kept.Part(name, str(value)) for name, value in parts if value is not None)


def ended_well(entry: Entry) -> bool:
    """Traffic has one good end each; of all else, it is told where it was refused."""
    good = _ENDS.get(entry.kind)
    return (not entry.outcome.startswith("refused") if good is None else entry.outcome in good) and (
        entry.status or 200
    ) < BAD_REQUEST
