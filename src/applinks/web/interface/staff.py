"""The people whom this application keeps itself.

Neither a password nor the mark of an administrator is given here: with a stolen token, either would leave a way in that
outlives it (T-52).
"""

from __future__ import annotations

from typing import Any

from applinks.errors import PersonUnknown
from applinks.people import AllStaff, Member, MemberSettings, RunnersOf, staff
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import NAME, TEXT, Schema, asked, obj, shown
from applinks.wire.values import data

MEMBER = shown(Member)
_SHORT: Schema = {**TEXT, "maxLength": staff.LONGEST}
_SAID: Schema = asked(MemberSettings, full_name=_SHORT, email=_SHORT, language={**_SHORT, "minLength": 1})["properties"]
_SETTINGS: Schema = {name: told for name, told in _SAID.items() if name != "administrator"}
SETTINGS: Schema = obj(
    _SETTINGS, optional=tuple(_SETTINGS), description="What can be said of somebody; what is not named stays."
)
NEW: Schema = obj(
    {"name": {**NAME, "maxLength": staff.LONGEST, "description": "Theirs for ever."}, **_SETTINGS}, optional=tuple(_SETTINGS)
)
RUNNERS: Schema = obj(
    {"runners": {"type": "array", "items": {"type": "string"}}}, description="Who may run as somebody: names, and group:NAME."
)


def everybody(call: Call) -> Flow[Any]:
    """By their names."""
    members: tuple[Member, ...] = yield AllStaff(call.query.get("limit", 100), call.query.get("after"))
    return {"people": data(members)}


def one(call: Call) -> Flow[Member]:
    """In any case of letters."""
    try:
        return (yield from staff.member_named(call.ids["person"]))
    except PersonUnknown:
        raise nothing_there("person") from None


def add(call: Call) -> Flow[Member]:
    """Without a password."""
    said = dict(call.body)
    return (yield from staff.add(said.pop("name"), by=call.by, **_settings(said)))


def change(call: Call) -> Flow[Member]:
    """What is not named stays."""
    member = yield from one(call)
    return (yield from staff.change(member.name, by=call.by, **_settings(call.body)))


def disable(call: Call) -> Flow[Member]:
    """And signed out everywhere."""
    member = yield from one(call)
    return (yield from staff.disable(member.name, by=call.by))


def enable(call: Call) -> Flow[Member]:
    """With the password that they had."""
    member = yield from one(call)
    return (yield from staff.enable(member.name, by=call.by))


def runners(call: Call) -> Flow[Any]:
    """By what was kept; the setting may allow more."""
    member = yield from one(call)
    found: tuple[str, ...] = yield RunnersOf(member.name)
    return {"runners": list(found)}


def allow(call: Call) -> Flow[Any]:
    """From the next run on."""
    return (yield from _allow(call, allowed=True))


def forbid(call: Call) -> Flow[Any]:
    """From the next run on."""
    return (yield from _allow(call, allowed=False))


def _allow(call: Call, *, allowed: bool) -> Flow[Any]:
    member = yield from one(call)
    found = yield from staff.allow_running(member.name, call.ids["runner"], by=call.by, allowed=allowed)
    return {"runners": list(found)}


def _settings(said: Any) -> MemberSettings:
    """What the schema has let pass."""
    settings: MemberSettings = said
    return settings
