"""Webhooks from which events are taken, and the events that came."""

from __future__ import annotations

from typing import Any

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import link_with_id
from applinks.questions import Flow
from applinks.scripts import (
    DAY,
    LONGEST_OVERLAP,
    Event,
    Events,
    EventState,
    Source,
    SourceMade,
    Sources,
    add_source,
    address_of,
    change_source,
    event_numbered,
    remove_source,
    renew_source,
    replay_event,
    source_named,
)
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import FLAG, NAME, SECRET, Schema, obj, one_of, or_null, shown
from applinks.wire.values import data

LONGEST_NUMBER = 18
_SHOWN = shown(Source)
SOURCE: Schema = obj(
    {**_SHOWN["properties"], "is_signed": FLAG, "address": {"type": "string"}}, description=_SHOWN["description"]
)
MADE: Schema = obj(
    {"source": SOURCE, "address": {"type": "string"}, "secret": {"type": ["string", "null"]}, "where": {"type": "string"}},
    description="What to enter over there, and where: it is never shown again.",
)
_NAME: Schema = {**NAME, "maxLength": 100, "description": "What to call it."}
_LINK: Schema = {**or_null(NAME), "description": "The id of the link of its application; null: its people are called as here."}
_BELIEVES: Schema = {**FLAG, "description": "Whether runs act as the person whom an event names."}
_ASKS: Schema = {**or_null(NAME), "description": "The user of ours who asks the far side whose a key is."}
_SECRET: Schema = {**SECRET, "description": "One that exists over there already; else it is made."}
NEW: Schema = obj(
    {
        "name": _NAME,
        "application": {**NAME, "maxLength": 100, "description": "jira, confluence, bitbucket, or another type."},
        "link": _LINK,
        "signed": {**FLAG, "description": "Whether it signs, as if not said; else a secret part of its address is the proof."},
        "secret": _SECRET,
        "believes_user": _BELIEVES,
        "asks_as": _ASKS,
    },
    optional=("application", "link", "signed", "secret", "believes_user", "asks_as"),
)
SETTINGS: Schema = obj(
    {"name": _NAME, "link": _LINK, "believes_user": _BELIEVES, "asks_as": _ASKS},
    optional=("name", "link", "believes_user", "asks_as"),
    description="What can be set on a webhook; what is not named stays.",
)
RENEW: Schema = obj(
    {
        "secret": _SECRET,
        "overlap": {
            "type": "integer",
            "minimum": 0,
            "maximum": int(LONGEST_OVERLAP),
            "description": f"Seconds for which the former proof holds; {DAY:.0f} if not said.",
        },
    },
    optional=("secret", "overlap"),
)
EVENT: Schema = shown(Event)
WHOLE_EVENT: Schema = obj(
    {**EVENT["properties"], "payload": {"type": "object"}}, description="An event with all that was told of it."
)
STATE = one_of(EventState)
REPLAYED: Schema = obj({"event": {"type": "integer"}}, description="The number of the event that it has become.")


def sources(_call: Call) -> Flow[Any]:
    """All, by their names."""
    found: tuple[Source, ...] = yield Sources()
    return {"sources": [_told(source, _call) for source in found]}


def one_source(call: Call) -> Flow[Any]:
    """One; what proves it is not told."""
    return _told((yield from _source(call)), call)


def add(call: Call) -> Flow[Any]:
    """What to enter over there is told once."""
    said = dict(call.body)
    link = yield from _name_of(said.pop("link", None))
    made = yield from add_source(said.pop("name"), said.pop("application", None), by=call.by, link=link, **said)
    return _made(made, call)


def change(call: Call) -> Flow[Any]:
    """What is not named stays."""
    said: Any = dict(call.body)
    if "link" in said:
        said["link"] = yield from _name_of(said["link"])
    source = yield from _source(call)
    return _told((yield from change_source(source.id, by=call.by, **said)), call)


def renew(call: Call) -> Flow[Any]:
    """Another proof; the one before it holds for a while."""
    source = yield from _source(call)
    overlap = float(call.body.get("overlap", DAY))
    return _made((yield from renew_source(source.id, by=call.by, secret=call.body.get("secret"), overlap=overlap)), call)


def remove(call: Call) -> Flow[None]:
    """Events of it are refused from now on."""
    source = yield from _source(call)
    yield from remove_source(source.id, by=call.by)


def events(call: Call) -> Flow[Any]:
    """The newest first, without what they told."""
    limit, state = call.query.get("limit", 100), call.query.get("state")
    found: tuple[Event, ...] = yield Events(limit, call.query.get("before"), EventState(state) if state else None)
    return {"events": data(found), "before": found[-1].number if len(found) == limit else None}


def one_event(call: Call) -> Flow[Any]:
    """With what it told."""
    return data((yield from _event(call)), also=("payload",))


def replay(call: Call) -> Flow[Any]:
    """As another event, with runs of its own."""
    event = yield from _event(call)
    return {"event": (yield from replay_event(event.number, by=call.by))}


def _told(source: Source, call: Call) -> dict[str, Any]:
    return {**data(source), "is_signed": source.is_signed, "address": address_of(source, call.identity.url)}


def _made(made: SourceMade, call: Call) -> dict[str, Any]:
    return {"source": _told(made.source, call), "address": made.address, "secret": made.secret, "where": made.where}


def _source(call: Call) -> Flow[Source]:
    try:
        found = yield from source_named(call.ids["source"])
    except ConfigurationError:
        raise nothing_there("webhook") from None
    if found.id != call.ids["source"]:
        raise nothing_there("webhook")
    return found


def _event(call: Call) -> Flow[Event]:
    number = call.ids["event"]
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        raise nothing_there("event")
    try:
        return (yield from event_numbered(int(number)))
    except ConfigurationError:
        raise nothing_there("event") from None


def _name_of(link_id: str | None) -> Flow[str | None]:
    """Links go by their ids here."""
    if link_id is None:
        return None
    try:
        return (yield from link_with_id(link_id)).name
    except LinkNotFound as gone:
        raise ConfigurationError(gone.message, remedy=gone.remedy) from None
