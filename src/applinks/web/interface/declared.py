"""What links as code need of an application: all that stands, a link put whole, and whether a secret is as declared."""

from __future__ import annotations

from typing import Any

from applinks import links
from applinks.errors import ConfigurationError
from applinks.incoming import may_compare_a_secret
from applinks.links import EntityLink, EntityLinks, Identity, Incoming, Link, Outgoing, WantedLink, WhoWeAre
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import Refusal
from applinks.web.interface.schemas import FLAG, NAME, Schema, asked, obj, shown
from applinks.wire.values import data, read

KEYS = ("public_key", "previous_key")
"""Public, and told only here."""
STANDING: Schema = obj(
    {
        "application": shown(Identity),
        "mechanisms": {"type": "array", "items": {"type": "string"}},
        "keys": {"type": "object", "additionalProperties": {"type": "string"}},
        "current_key": {"type": "string"},
        "links": {"type": "array", "items": shown(Link, also=KEYS)},
        "total": {"type": "integer"},
        "entity_links": {"type": "array", "items": shown(EntityLink)},
    },
    description="All that a link file is compared with. `keys` are our public keys by their ids, `current_key` one of them; "
    "a link signs with its `outgoing.key_id`, and where that is null, with the current one.",
)


def _but(schema: Schema, *names: str) -> Schema:
    properties = {name: member for name, member in schema["properties"].items() if name not in names}
    return {**schema, "properties": properties}


WANTED: Schema = _but(
    asked(
        WantedLink,
        id=NAME,
        name=NAME,
        type=NAME,
        outgoing=_but(asked(Outgoing), "key_id"),
        incoming=_but(asked(Incoming), "previous_key", "previous_key_until"),
    )
)
HELD: Schema = obj({"holds": FLAG})


def standing(call: Call) -> Flow[Any]:
    """A part of the links, with the things that are linked over them."""
    us: Identity = yield WhoWeAre()
    keys = yield from links.our_public_keys()
    everyone = yield from links.links_of()
    start, limit = call.query.get("offset", 0), call.query.get("limit", 100)
    part = everyone[start : start + limit]
    ids = {link.id for link in part}
    things: tuple[EntityLink, ...] = yield EntityLinks()
    return {
        "application": data(us),
        "mechanisms": list(call.loaded),
        "keys": keys,
        "current_key": next(iter(keys)),
        "links": data(part, also=KEYS),
        "total": len(everyone),
        "entity_links": data([thing for thing in things if thing.link_id in ids]),
    }


def declare(call: Call) -> Flow[Link]:
    """Nothing is written where it is so already."""
    if call.ids["link"] != call.body["id"]:
        raise ConfigurationError("The path names another link than the body.", remedy="Send the same id in both.")
    return (yield from links.declare(read(WantedLink, call.body), by=call.by, loaded=call.loaded))


def holds(call: Call) -> Flow[Any]:
    """Yes or no, and not often."""
    link, direction = (yield from call.link()), call.body["direction"]
    if not (yield from may_compare_a_secret(link.id, direction)):
        raise Refusal(
            429,
            "too-often",
            "This secret was compared too often.",
            remedy="Wait an hour, or set it: PUT /links/{link}/secret.",
            headers=(("retry-after", "3600"),),
        )
    return {"holds": (yield from links.compare_secret(link, direction, call.body["secret"], by=call.by))}
