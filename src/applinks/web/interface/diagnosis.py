"""How links are and why, and why requests over them were refused."""

from __future__ import annotations

from typing import Any

from applinks import doctor
from applinks.doctor import Check, Status
from applinks.incoming import Refusal, RefusalOf, Refusals
from applinks.links import Link, Links, State
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import FLAG, LINES, NAME, Schema, obj, one_of, or_null, shown
from applinks.wire.manifest import Manifest

_WORDS: Schema = {"type": "string"}
_PERHAPS: Schema = or_null(_WORDS)


def _many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


EXAMINE: Schema = obj(
    {
        "user": {**NAME, "description": "Try one harmless call as this user; as nobody if it is not said."},
        "strict": {**FLAG, "description": "Look for departures from the secure defaults, too."},
    },
    optional=("user", "strict"),
)
_FINDING = obj({**dict.fromkeys(("cause", "title", "evidence", "remedy"), _WORDS), "certain": FLAG})
DIAGNOSIS: Schema = obj(
    {
        "link": _WORDS,
        "link_id": _WORDS,
        "status": one_of(Status),
        "working": FLAG,
        "findings": _many(_FINDING),
        "defaults": _many(_FINDING),
        "checks": _many(shown(Check)),
        "theirs": or_null(shown(State)),
        "manifest": or_null(shown(Manifest)),
    },
    description="One link, examined. `findings` begin with the cause behind the `status`.",
)
REFUSAL: Schema = obj(
    {
        **dict.fromkeys(("id", "link_id", "link", "request", "problem", "why"), _WORDS),
        "time": {"type": "number"},
        "step": _PERHAPS,
    },
    description="One refused request: method and address without the query, the problem that was answered, and our own words.",
)
_ROW = obj({"part": _WORDS, "ours": _PERHAPS, "theirs": _PERHAPS, "same": FLAG})
EXPLAINED: Schema = obj(
    {
        **dict.fromkeys(("request", "consumer_key", "difference", "part", "cause", "remedy"), _WORDS),
        "link": _PERHAPS,
        "certain": FLAG,
        "also": _many(_WORDS),
        "first_difference": or_null(shown(doctor.FirstDifference)),
        "sides": _many(_ROW),
        "checks": {"type": "object", "additionalProperties": _WORDS},
        "tried": {"type": "integer"},
    },
    description="Why a request was rejected. `sides` has what arrived beside what was signed; values that may be private are "
    "masked.",
)
PASTED: Schema = obj(
    {
        "request": {**LINES, "minLength": 1, "description": "As it goes over the wire, or as a curl command."},
        "base_string": {**LINES, "description": "That which the sender says to have signed."},
    },
    optional=("base_string",),
)


def examine(call: Call) -> Flow[Any]:
    """Live; as a user, one call is made, on the record."""
    link = yield from call.link()
    found = yield from doctor.examine(link, by=call.by, mechanisms=call.mechanisms, **call.body)
    return found.as_data()


def examine_all(call: Call) -> Flow[Any]:
    """One after the other."""
    found = yield from doctor.examine_all(by=call.by, mechanisms=call.mechanisms, **call.body)
    return {"diagnoses": [diagnosis.as_data() for diagnosis in found]}


def refusals(call: Call) -> Flow[Any]:
    """Few of each link, for a few days."""
    kept: tuple[Refusal, ...] = yield Refusals(call.query.get("link"))
    names = yield from _names()
    return {"refusals": [_told(refusal, names) for refusal in kept]}


def explain_refusal(call: Call) -> Flow[Any]:
    """Of one that was kept."""
    if (yield RefusalOf(call.ids["refusal"])) is None:
        raise nothing_there("refused request")
    explained = yield from doctor.explain_refusal(call.ids["refusal"], mechanisms=call.mechanisms)
    return explained.as_data()


def explain_request(call: Call) -> Flow[Any]:
    """Of one that is pasted."""
    text, said = call.body["request"], call.body.get("base_string")
    return (yield from doctor.explain_pasted(text, base_string=said, mechanisms=call.mechanisms)).as_data()


def _names() -> Flow[dict[str, str]]:
    everyone: tuple[Link, ...] = yield Links()
    return {link.id: link.name for link in everyone}


def _told(refusal: Refusal, names: dict[str, str]) -> dict[str, Any]:
    """The same as the command shows."""
    return {**refusal.as_data(), "link": names.get(refusal.link_id, "")}
