"""Links between single things: what is linked with what, and linking and unlinking them."""

from __future__ import annotations

from typing import Any

from applinks import links
from applinks.errors import LinkNotFound
from applinks.links import Entity, EntityLink, EntityLinks
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import FLAG, NAME, Schema, asked, obj, shown
from applinks.wire.values import data, read

ENTITY_LINK = shown(EntityLink)
_ENTITY = asked(Entity, type=NAME, key=NAME, name={**NAME, "minLength": 0})
NEW: Schema = obj({"local": _ENTITY, "remote": _ENTITY, "primary": FLAG}, optional=("primary",))


def entity_links(call: Call) -> Flow[Any]:
    """All, of one link, or to one type."""
    found: tuple[EntityLink, ...] = yield EntityLinks(None, call.query.get("link"), call.query.get("type"))
    return {"entity_links": data(found)}


def link_entities(call: Call) -> Flow[EntityLink]:
    """Saying it again renews the name."""
    link = yield from call.link()
    ours, theirs = (read(Entity, call.body[side]) for side in ("local", "remote"))
    return (yield from links.link_entities(link, ours, theirs, primary=call.body.get("primary", False), by=call.by))


def unlink_entities(call: Call) -> Flow[None]:
    """The things themselves stay."""
    try:
        yield from links.unlink_entities(call.ids["entity_link"], by=call.by)
    except LinkNotFound:
        raise nothing_there("link of entities") from None
