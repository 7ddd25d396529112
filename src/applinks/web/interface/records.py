"""What was done, and whether the record of it is whole."""

from __future__ import annotations

from typing import Any

from applinks.audit import AuditTrail, AuditVerdict, Head, VerifyAudit, Written
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import Schema, shown
from applinks.wire.values import data

RECORD, VERDICT = shown(Written), shown(AuditVerdict)
HEAD: Schema = {
    "type": "string",
    "maxLength": 83,
    "pattern": "^[0-9]{1,18}:[0-9a-f]{64}$",
    "description": "A head that was noted elsewhere, NUMBER:DIGEST; finds an older copy of the record.",
}


def records(call: Call) -> Flow[Any]:
    """The newest first, or those before one."""
    query, limit = call.query, call.query.get("limit", 100)
    only = {name: query[name] for name in ("link", "kind", "user", "since", "until", "before") if name in query}
    found: tuple[Written, ...] = yield AuditTrail(limit, **only)
    return {"records": data(found), "before": found[-1].sequence if len(found) == limit else None}


def verdict(call: Call) -> Flow[AuditVerdict]:
    """The whole chain is walked."""
    noted = call.query.get("noted")
    found: AuditVerdict = yield VerifyAudit(Head.read(noted) if noted else None)
    return found
