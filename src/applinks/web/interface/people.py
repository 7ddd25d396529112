"""What people have allowed, in both directions, as an administrator sees and ends it."""

from __future__ import annotations

from typing import Any

from applinks.errors import AdministratorNeeded
from applinks.incoming import consent
from applinks.links import Consent, ConsentsHeld, Grant
from applinks.outgoing import dance
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import shown
from applinks.wire.values import data

GRANT, CONSENT = shown(Grant), shown(Consent)


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
