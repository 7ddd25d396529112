"""What moves or ends: addresses at either end, both ends of a link, and which of two copies this is."""

from __future__ import annotations

from typing import Any

from applinks import links
from applinks.links import Moved, moving
from applinks.outgoing import ActsFor, AddressTold, Deleted, telling
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import FLAG, TEXT, Schema, obj, shown
from applinks.wire.values import data

MOVE: Schema = obj(
    {
        "url": {**TEXT, "minLength": 1, "description": "The new address of the other application."},
        "unproven": {**FLAG, "description": "That it is sure to be the same, though it cannot prove it; false if not said."},
    },
    optional=("unproven",),
)
MOVED = shown(Moved)
TOLD: Schema = obj({"told": {"type": "array", "items": shown(AddressTold)}})
DELETED = shown(Deleted)


def move(call: Call) -> Flow[Moved]:
    """Consents, grants and policy stay."""
    link = yield from call.link()
    return (yield from moving.move(link, call.body["url"], unproven=call.body.get("unproven", False), by=call.by))


def announce_to_all(call: Call) -> Flow[Any]:
    """Each asks us for a proof there, and follows."""
    return {"told": data((yield from telling.announce_address(by=call.by)))}


def announce(call: Call) -> Flow[Any]:
    """To one."""
    link = yield from call.link()
    return {"told": data((yield from telling.announce_address(link, by=call.by)))}


def delete_both(call: Call) -> Flow[Deleted]:
    """A product is asked as the token's person, who must be an administrator there."""
    link = yield from call.link()
    acts = ActsFor(call.person, call.person, None) if call.person else None
    return (yield from telling.delete(link, both=True, by=call.by, acting=acts, mechanisms=call.mechanisms))


def moved(call: Call) -> Flow[Any]:
    """Calls go out again."""
    yield from links.moved(by=call.by)
    return (yield from call.application())


def copied(call: Call) -> Flow[Any]:
    """An application of its own from now on."""
    yield from links.copied(by=call.by)
    return (yield from call.application())
