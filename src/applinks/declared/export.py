"""Writes a link file from what stands, so that nobody has to begin with an empty one. No secret is in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from applinks.audit import printable
from applinks.declared.doors import LocalDoor
from applinks.declared.file import LINK
from applinks.declared.model import DeclaredApplication
from applinks.declared.steps import Observed
from applinks.errors import ConfigurationError
from applinks.links import REQUESTOR_ID, SIGNATURE_METHODS, Entity, EntityLink, Identity, Level, Limits, Link, id_of
from applinks.settings import Settings
from applinks.store import beside, check_is_there, holds_password
from applinks.wire.oauth1 import SignatureMethod


@dataclass(frozen=True, slots=True)
class Standing:
    """One application whose database is at hand: where that is, and what stands there."""

    database: str = field(repr=False)
    observed: Observed

    @property
    def identity(self) -> Identity:
        """Who it is."""
        if self.observed.identity is None:
            raise ConfigurationError("A database has no application yet.", remedy="Introduce it: `applinks init --url …`.")
        return self.observed.identity


def standing(database: str) -> Standing:
    """What stands in a database that is there."""
    check_is_there(database)
    door = LocalDoor(DeclaredApplication("", "", "", "", "", database), Settings(database=database))
    try:
        return Standing(database, door.observe())
    finally:
        door.close()


@dataclass(frozen=True, slots=True)
class _Known:
    """An application as the file is to name it: one of ours, or one that only links know of."""

    key: str
    id: str
    name: str
    ours: Standing | None = None


def export(ours: Sequence[Standing]) -> str:
    """The file that declares all this. Read and planned, it leaves nothing to be done, but for ends that are missing."""
    keys = set(LINK)
    known = {one.identity.id: _Known(_key(one.identity.name, keys), one.identity.id, one.identity.name, one) for one in ours}
    foreign: dict[tuple[str, ...], _Known] = {}
    applications = [_own(known[one.identity.id].key, one) for one in ours]
    links: list[list[str]] = []
    written: set[frozenset[str]] = set()
    for one in ours:
        here = known[one.identity.id]
        for link in one.observed.links:
            there = known.get(link.id)
            if there is None:
                about = (link.id, link.type, link.application_url, link.display_url)
                if about not in foreign:
                    foreign[about] = _Known(_key(link.name, keys), link.id, link.name)
                    applications.append(_foreign(foreign[about].key, link))
                links.append(_link(here, foreign[about], link, None))
            elif frozenset({here.id, there.id}) not in written:
                written.add(frozenset({here.id, there.id}))
                links.append(_link(here, there, link, there.ours.observed.link(here.id) if there.ours else None))
    return "\n\n".join("\n".join(block) for block in [*applications, *links]) + "\n"


def _key(name: str, taken: set[str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "application"
    numbered = (slug if number == 1 else f"{slug}-{number}" for number in range(1, len(taken) + 2))
    key = next(key for key in numbered if key not in taken)
    taken.add(key)
    return key


def _own(key: str, one: Standing) -> list[str]:
    us = one.identity
    lines = [f"[applications.{key}]", _line("url", us.url), _line("name", us.name), _line("type", us.type)]
    if holds_password(one.database):
        variable = f"{key.upper().replace('-', '_')}_DATABASE"
        return [
            *lines,
            _line("database", f"env:{variable}"),
            "# its address tells a password, so it belongs into that variable",
        ]
    return [*lines, _line("database", beside(one.database, Path()))]


def _foreign(key: str, link: Link) -> list[str]:
    lines = [f"[applications.{key}]"]
    if link.application_url:
        lines.append(_line("url", link.application_url))
    lines += [_line("name", link.name), _line("type", link.type)]
    if link.display_url != link.application_url:
        lines.append(_line("display_url", link.display_url))
    if link.id != id_of(link.application_url, link.incoming.consumer_key or ""):
        lines.append(_line("id", link.id))
    return lines


def _link(here: _Known, there: _Known, link: Link, other: Link | None) -> list[str]:
    """One link; `other` is the end of `there`, None where that is not ours or has none."""
    same = _answer(link)
    lines = ["[[links]]", _line("between", [here.key, there.key]), _line("same_users", same)]
    if excluded := _excluded(link):
        lines.append(_line("excluded", excluded))
    if link.only_proven:
        lines.append(_line("only_proven", True))
    if there.ours is None:
        return [*lines, *_end(here, there, link, _directions_alone(link))]
    if other is None:
        missing = f"# {printable(there.name)} has no end of this link: applying makes one"
        return [*lines, missing, *_end(here, there, link, _directions_alone(link, usual=_usual(link)))]
    mine, theirs = _directions_of_both(link, other)
    own: dict[str, Any] = {} if _answer(other) is same else {"same_users": _answer(other)}
    if _excluded(other) != excluded:
        own["excluded"] = _excluded(other)
    if other.only_proven is not link.only_proven:
        own["only_proven"] = other.only_proven
    return [*lines, *_end(here, there, link, mine), *_end(there, here, other, {**own, **theirs})]


def _end(here: _Known, there: _Known, link: Link, said: Mapping[str, Any]) -> list[str]:
    values = {**dict(_values(here, there, link)), **said}
    named = [_line(key, values[key]) for key in sorted(values, key=_place)]
    comments = [
        f'# {direction}.secret = "env:…": kept in the database; say where it can be read, and it is compared'
        for direction, side in (("outgoing", link.outgoing), ("incoming", link.incoming))
        if side.level is not Level.DISABLED and side.signature_method.shares_a_secret
    ]
    return ["", f"[links.{here.key}]", *named, *comments] if named or comments else []


def _values(here: _Known, there: _Known, link: Link) -> Iterator[tuple[str, Any]]:
    """What of one end is not as usual, but for levels and methods."""
    outgoing, incoming = link.outgoing, link.incoming
    if link.name != there.name:
        yield "name", link.name
    if link.primary and here.ours and sum(other.type == link.type for other in here.ours.observed.links) > 1:
        yield "primary", True
    yield from _people_and_things(here, link)
    if outgoing.impersonation_parameter == REQUESTOR_ID:
        yield "outgoing.impersonation_parameter", REQUESTOR_ID
    for name in ("consumer_key", "fixed_user", "account"):
        if value := getattr(outgoing, name):
            yield f"outgoing.{name}", value
    if outgoing.endpoints:
        yield from ((f"outgoing.endpoints.{name}", value) for name, value in asdict(outgoing.endpoints).items())
    yield from _keys(here, there, link)
    for name in ("callback", "execute_as"):
        if value := getattr(incoming, name):
            yield f"incoming.{name}", value
    yield from ((f"incoming.policy.{name}", value) for name, value in incoming.policy.as_data().items())
    yield from ((f"incoming.limits.{name}", value) for name, value in _limits(incoming.limits).items())


def _people_and_things(here: _Known, link: Link) -> Iterator[tuple[str, Any]]:
    if link.names:
        yield "mapping", dict(link.names.pairs)
    if here.ours and (things := list(_things(here.ours.observed.entity_links, link.id))):
        yield "entities", things


def _things(stored: tuple[EntityLink, ...], link_id: str) -> Iterator[dict[str, Any]]:
    count = Counter((thing.local, thing.remote.type) for thing in stored)
    for thing in stored:
        if thing.link_id == link_id:
            said: dict[str, Any] = {"ours": _entity(thing.local), "theirs": _entity(thing.remote)}
            if thing.remote.name:
                said["name"] = thing.remote.name
            if thing.primary and count[thing.local, thing.remote.type] > 1:
                said["primary"] = True
            yield said


def _entity(entity: Entity) -> str | dict[str, str]:
    return {"type": entity.type, "key": entity.key} if ":" in entity.type else f"{entity.type}:{entity.key}"


def _limits(limits: Limits) -> dict[str, Any]:
    return {name: value for name, value in asdict(limits).items() if value != getattr(Limits(), name)}


def _keys(here: _Known, there: _Known, link: Link) -> Iterator[tuple[str, Any]]:
    usual: tuple[str | None, str | None] = (None, None)
    if there.ours:
        usual = (there.ours.identity.consumer_key, there.ours.observed.key_for(here.ours.identity if here.ours else None, link))
    found = (link.incoming.consumer_key, link.incoming.public_key)
    for name, value, own in zip(("consumer_key", "public_key"), found, usual, strict=True):
        if value and value != own:
            yield f"incoming.{name}", value


def _directions_alone(link: Link, usual: Level = Level.DISABLED) -> dict[str, Any]:
    method = SIGNATURE_METHODS[0] if usual is not Level.DISABLED else SignatureMethod.RSA_SHA1
    said = {}
    for direction, side in (("outgoing", link.outgoing), ("incoming", link.incoming)):
        if side.level is not usual:
            said[f"{direction}.level"] = side.level.value
        if side.signature_method is not method:
            said[f"{direction}.signature_method"] = side.signature_method.value
    return said


def _directions_of_both(link: Link, other: Link) -> tuple[dict[str, Any], dict[str, Any]]:
    """Said at neither end where both are as usual, once where they agree, at both where they do not."""
    mine: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    usual = (_usual(link), _usual(other))
    for direction, against in (("outgoing", "incoming"), ("incoming", "outgoing")):
        own, far = getattr(link, direction), getattr(other, against)
        for name, expected in (("level", usual), ("signature_method", (SIGNATURE_METHODS[0],) * 2)):
            pair = (getattr(own, name), getattr(far, name))
            agreed = pair[0] is pair[1]
            if pair != expected or not agreed:
                mine[f"{direction}.{name}"] = pair[0].value
            if not agreed:
                theirs[f"{against}.{name}"] = pair[1].value
    return mine, theirs


def _usual(link: Link) -> Level:
    return Level.OAUTH_IMPERSONATION if _answer(link) else Level.OAUTH


def _answer(link: Link) -> bool:
    return bool(link.same_users and link.same_users.answer)


def _excluded(link: Link) -> list[str]:
    return sorted(link.same_users.excluded) if link.same_users else []


_ORDER = ("name", "primary", "same_users", "excluded", "only_proven", "mapping", "entities", "outgoing", "incoming")


def _place(key: str) -> tuple[int, bool, bool]:
    """Levels and methods before the rest of their direction."""
    table, _, member = key.partition(".")
    return _ORDER.index(table), member != "level", member != "signature_method"


def _line(key: str, value: Any) -> str:
    return f"{key} = {_written(value)}"


def _written(value: Any) -> str:
    if isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_written_key(key)} = {_written(member)}' for key, member in value.items())} }}"
    return f"[{', '.join(map(_written, value))}]"


def _written_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _written(key)
