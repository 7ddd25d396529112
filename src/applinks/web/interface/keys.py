"""Keys while calls go on: our own, told to the others, and those by which we know them."""

from __future__ import annotations

from typing import Any

from applinks.links import OVERLAP, KeyStatus, Link, signing_keys
from applinks.outgoing import telling
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import FLAG, LINES, Schema, obj, shown

STATUS = shown(KeyStatus)
ROTATE: Schema = obj(
    {"announce": {**FLAG, "description": "Whether the other applications are told at once; true if it is not said."}},
    optional=("announce",),
)
RETIRED: Schema = obj({"retired": {"type": "array", "items": {"type": "string"}}})
THEIRS: Schema = obj(
    {
        "public_key": {**LINES, "minLength": 1},
        "overlap": {
            "type": "integer",
            "minimum": 0,
            "maximum": signing_keys.LONGEST_OVERLAP,
            "description": f"Seconds for which the old one holds, too; 0 for none, {OVERLAP} if it is not said.",
        },
    },
    optional=("overlap",),
)


def status(_: Call) -> Flow[KeyStatus]:
    """Which one each link signs with."""
    return (yield from signing_keys.status())


def rotate(call: Call) -> Flow[KeyStatus]:
    """Each link goes on with a key that is known there."""
    return (yield from telling.rotate_key(announce=call.body.get("announce", True), by=call.by))


def announce_to_all(call: Call) -> Flow[KeyStatus]:
    """To those that know another one."""
    return (yield from telling.announce_key(by=call.by))


def announce(call: Call) -> Flow[KeyStatus]:
    """To one, in any case."""
    link = yield from call.link()
    return (yield from telling.announce_key(link, by=call.by))


def use(call: Call) -> Flow[Link]:
    """It was entered over there."""
    link = yield from call.link()
    return (yield from signing_keys.use_new_key(link, by=call.by))


def retire(call: Call) -> Flow[Any]:
    """Their fingerprints."""
    return {"retired": list((yield from signing_keys.retire(by=call.by)))}


def change_theirs(call: Call) -> Flow[Link]:
    """With an overlap."""
    link, key = (yield from call.link()), call.body["public_key"]
    return (yield from signing_keys.change_public_key(link, key, overlap=call.body.get("overlap", OVERLAP), by=call.by))
