"""What people have allowed, in both directions, as an administrator sees and ends it."""

from __future__ import annotations

from typing import Any

from applinks import outgoing
from applinks.errors import AdministratorNeeded
from applinks.incoming import consent
from applinks.links import ComparisonOf, Consent, ConsentsHeld, Grant
from applinks.outgoing import dance
from applinks.people import Comparison
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import Schema, obj, shown
from applinks.wire.values import data

GRANT, CONSENT = shown(Grant), shown(Consent)
_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}
COMPARISON: Schema = obj({**shown(Comparison)["properties"], "counts": _COUNTS}, description=shown(Comparison)["description"])


def compare(call: Call) -> Flow[Any]:
    """Without showing either list to the other side."""
    link = yield from call.link()
    return _told((yield from outgoing.compare(link, by=call.by)))


def comparison(call: Call) -> Flow[Any]:
    """Whichever side asked for it."""
    link = yield from call.link()
    found: Comparison | None = yield ComparisonOf(link.id)
    if found is None:
        raise nothing_there("comparison")
    return _told(found)


def _told(found: Comparison) -> dict[str, Any]:
    return {**data(found), "counts": data(found.counts)}


def grants(call: Call) -> Flow[Any]:
    """What people have allowed other applications to do as them here."""
    given = yield from consent.given(call.query.get("user"), call.query.get("link"))
    return {"grants": [data(each.grant) for each in given]}


def revoke_grant(call: Call) -> Flow[None]:
    """From the next request on."""
    try:
        yield from consent.revoke(call.ids["grant"], call.by, administrator=True)
    except AdministratorNeeded:
        raise nothing_there("grant") from None


def consents(call: Call) -> Flow[Any]:
    """What people have allowed this application to do as them elsewhere."""
    held: tuple[Consent, ...] = yield ConsentsHeld(call.query.get("user"), call.query.get("link"))
    return {"consents": data(held)}


def forget_consent(call: Call) -> Flow[None]:
    """The next call as them asks again."""
    link = yield from call.link()
    if not (yield from dance.forget(link, call.query["user"], why="consent forgotten", by=call.by)):
        raise nothing_there("consent")
