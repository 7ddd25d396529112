"""Reads a link file: TOML with typed values, every mistake at once, each with its place and what to write instead.

The tables of keys below are the format; docs/reference/link-file.md tells each of them, and a test holds the two together.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from applinks.declared.checks import check_file
from applinks.declared.model import (
    DeclaredApplication,
    DeclaredEnd,
    DeclaredEntities,
    DeclaredIncoming,
    DeclaredLink,
    DeclaredOutgoing,
    LinkFile,
)
from applinks.declared.reading import (
    REFERENCE,
    Mistake,
    Reader,
    Reading,
    Wrong,
    below,
    flag,
    make_checked,
    member_of,
    names,
    number_up_to,
    referred,
    sealing_keys,
    secret,
    table_of,
    text,
    text_or_reference,
    texts,
    word_of,
)
from applinks.declared.references import CannotBeRead, Surroundings, is_reference, read_text
from applinks.errors import ConfigurationError, LinkFileWrong
from applinks.links import ALIASES, GENERIC, IMPERSONATION_PARAMETERS, Endpoints, Entity, Level, Limits
from applinks.people import Names, Policy
from applinks.settings import from_environment
from applinks.store import beside, holds_password, is_on_a_server, sqlite_path
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.tokens import is_callback
from applinks.wire.trusted_apps import LONGEST_AGE, check_patterns

LARGEST = 256 * 1024
MOST_TOLD = 20
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_many_parts = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_PART}){{32}}")
"""Reading a dotted key costs the square of its parts."""


def read(path: Path, environment: Mapping[str, str] = os.environ) -> LinkFile:
    """The file at this path, with what it refers to. Raises `LinkFileWrong`, which lists every mistake."""
    surroundings = Surroundings(path.parent, environment)
    try:
        written = read_text(path, LARGEST)
    except CannotBeRead as why:
        raise LinkFileWrong(str(path), (f"It cannot be read: {why}.",)) from None
    return parse(written, str(path), surroundings)


def parse(written: str, source: str, surroundings: Surroundings) -> LinkFile:
    """What such a text declares; `source` names it in errors."""
    if _many_parts.search(written):
        raise LinkFileWrong(source, ("It has a key of more parts than any key of a link file.",))
    try:
        document = tomllib.loads(written)
    except (ValueError, RecursionError) as error:  # the former also for numbers without end
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is no document of sensible size"
        raise LinkFileWrong(source, (f"It is not TOML: {why}.",)) from None
    reading = Reading(surroundings)
    found = _file(reading, document)
    plain_http = from_environment(surroundings.environment).plain_http
    if not reading.mistakes:
        reading.mistakes += check_file(found, plain_http=plain_http)
    if reading.mistakes:
        raise LinkFileWrong(source, tuple(map(str, reading.mistakes)))
    return found


def _file(reading: Reading, document: Mapping[str, object]) -> LinkFile:
    said = reading.table("", document, FILE)
    applications: dict[str, DeclaredApplication] = said.get("applications", {})
    listed = said.get("links", ())
    keys = {**LINK, **dict.fromkeys(applications, _end)}
    links = [_link(reading, f"links[{number}]", link, keys, applications) for number, link in enumerate(listed, 1)]
    return LinkFile(applications, tuple(link for link in links if link is not None))


def _applications(reading: Reading, where: str, value: object) -> dict[str, DeclaredApplication]:
    found = {}
    if not isinstance(value, dict):
        raise Wrong(where, "it must hold one table for each application", "Write [applications.tracker].")
    for key, table in value.items():
        place = below(where, key if _KEY.fullmatch(key) else repr(key[:60]))
        if not _KEY.fullmatch(key) or key in LINK:
            reading.wrong(place, "an application cannot be called so here", "Call it by small letters, like tracker.")
        else:
            found[key] = _application(reading, place, key, table)
    return found


def _application(reading: Reading, where: str, key: str, value: object) -> DeclaredApplication:
    said = reading.table(where, value, APPLICATION)
    url = said.get("url", "")
    name, kind = (f"({key})", f"({key})") if "token" in said else (said.get("name", key), said.get("type", GENERIC))
    made = {"key": key, "url": url, "name": name, "type": ALIASES.get(kind, kind)}
    rest = {name: said[name] for name in ("database", "token", "sealing_keys", "id") if name in said}
    if "token" in said:
        for name in said.keys() & {"name", "type"}:
            reading.wrong(below(where, name), "an application that is reached by a token says it itself", "Take it out.")
    return DeclaredApplication(**made, display_url=said.get("display_url", url), **rest)


def _links(_reading: Reading, where: str, value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise Wrong(where, "it must be a list of tables", "Begin each link with [[links]].")


def _link(
    reading: Reading,
    where: str,
    value: object,
    keys: Mapping[str, Reader],
    applications: Mapping[str, DeclaredApplication],
) -> DeclaredLink | None:
    said = reading.table(where, value, keys)
    if "between" not in said:
        if isinstance(value, dict) and "between" not in value:
            reading.wrong(below(where, "between"), "it is missing", 'Write between = ["tracker", "wiki"].')
        return None
    pair = said["between"]
    if len(pair) != 2 or len(set(pair)) != 2 or not set(pair) <= applications.keys():
        known = ", ".join(list(applications)[:MOST_TOLD]) or "none"
        reading.wrong(below(where, "between"), "it must name two of the applications of this file", f"There are: {known}.")
        return None
    for stranger in (said.keys() & applications.keys()) - set(pair):
        reading.wrong(
            below(where, stranger), "that application has no end of this link", f"It is between {' and '.join(pair)}."
        )
    ends = {key: said[key] for key in pair if key in said}
    return DeclaredLink(**{key: said[key] for key in LINK if key in said}, ends=ends)


def _address(reading: Reading, where: str, value: object) -> str:
    return text(reading, where, value).rstrip("/")


def _database(reading: Reading, where: str, value: object) -> str:
    said = text(reading, where, value)
    url = referred(reading, where, said) if is_reference(said) else said
    if make_checked(where, holds_password, url) and url is said:
        raise Wrong(where, "a password must not stand in this file", REFERENCE)
    if sqlite_path(url) is None and not is_on_a_server(url):
        raise Wrong(where, "a database in memory ends with this command", "Name a file: sqlite:///tracker.db.")
    return beside(url, reading.surroundings.folder)


def _callback(reading: Reading, where: str, value: object) -> str:
    found = text(reading, where, value)
    if not is_callback(found):
        raise Wrong(where, "it is no address to send people to", "Write an absolute http(s) address.")
    return found


def _public_key(reading: Reading, where: str, value: object) -> str:
    key: PublicKey = make_checked(where, PublicKey.read, text_or_reference(reading, where, value))
    return key.text


def _mapping(_reading: Reading, where: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise Wrong(where, "it must be a table of names", 'Write it like { carol = "cclark" }: our name = theirs.')
    make_checked(where, Names.read, value)
    return value


def _entities(reading: Reading, where: str, value: object) -> tuple[DeclaredEntities, ...]:
    if not isinstance(value, list):
        raise Wrong(where, "it must be a list of tables", 'Write [{ ours = "project:OPS", theirs = "space:OPS" }].')
    read_one = table_of(ENTITIES, _linked)
    return tuple(found for number, one in enumerate(value, 1) for found in reading.tried(f"{where}[{number}]", one, read_one))


def _linked(*, ours: Entity | None = None, theirs: Entity | None = None, name: str = "", primary: bool = False) -> Any:
    if ours is None or theirs is None:
        raise ConfigurationError("It lacks ours or theirs.", remedy='Write { ours = "project:OPS", theirs = "space:OPS" }.')
    return DeclaredEntities(ours, Entity(theirs.type, theirs.key, name), primary)


def _entity(reading: Reading, where: str, value: object) -> Entity:
    if isinstance(value, dict):
        found: Entity = table_of(ENTITY, _both)(reading, where, value)
        return found
    type_, colon, key = text(reading, where, value).partition(":")
    if not colon:
        raise Wrong(where, "it must be type and key", 'Write it like "project:OPS".')
    made: Entity = make_checked(where, Entity, type_, key)
    return made


def _both(type: str = "", key: str = "") -> Entity:  # noqa: A002
    return Entity(type, key)


def _policy(**rules: Any) -> Policy:
    return Policy.from_data(rules)


def _limits(addresses: tuple[str, ...] = (), paths: tuple[str, ...] = (), max_age: int | None = None) -> Limits:
    check_patterns(addresses, paths)
    return Limits(addresses, paths) if max_age is None else Limits(addresses, paths, max_age)


def _endpoints(**addresses: str) -> Endpoints:
    if missing := {"request_token", "authorize", "access_token"} - addresses.keys():
        raise ConfigurationError(f"It lacks {', '.join(sorted(missing))}.", remedy="Write all three addresses.")
    return Endpoints(**addresses)


FILE: dict[str, Reader] = {"applications": _applications, "links": _links}

APPLICATION: dict[str, Reader] = {
    "url": _address,
    "name": text,
    "type": text,
    "database": _database,
    "token": secret,
    "sealing_keys": sealing_keys,
    "display_url": _address,
    "id": text,
}

LINK: dict[str, Reader] = {
    "between": texts,
    "same_users": flag,
    "excluded": names,
    "only_proven": flag,
    "signature_method": member_of(SignatureMethod),
}

ENDPOINTS: dict[str, Reader] = {"request_token": text, "authorize": text, "access_token": text}

OUTGOING: dict[str, Reader] = {
    "level": member_of(Level),
    "signature_method": member_of(SignatureMethod),
    "impersonation_parameter": word_of(*IMPERSONATION_PARAMETERS),
    "consumer_key": text,
    "secret": secret,
    "endpoints": table_of(ENDPOINTS, _endpoints),
    "fixed_user": flag,
    "account": text,
}

POLICY: dict[str, Reader] = {
    "users": texts,
    "groups": texts,
    "excluded_users": texts,
    "excluded_groups": texts,
    "administrators": texts,
    "methods": texts,
    "paths": texts,
}

LIMITS: dict[str, Reader] = {"addresses": texts, "paths": texts, "max_age": number_up_to(LONGEST_AGE)}

INCOMING: dict[str, Reader] = {
    "level": member_of(Level),
    "signature_method": member_of(SignatureMethod),
    "consumer_key": text,
    "public_key": _public_key,
    "secret": secret,
    "policy": table_of(POLICY, _policy),
    "callback": _callback,
    "execute_as": text,
    "limits": table_of(LIMITS, _limits),
}

ENTITY: dict[str, Reader] = {"type": text, "key": text}

ENTITIES: dict[str, Reader] = {"ours": _entity, "theirs": _entity, "name": text, "primary": flag}

END: dict[str, Reader] = {
    "name": text,
    "primary": flag,
    "same_users": flag,
    "excluded": names,
    "only_proven": flag,
    "mapping": _mapping,
    "entities": _entities,
    "outgoing": table_of(OUTGOING, DeclaredOutgoing),
    "incoming": table_of(INCOMING, DeclaredIncoming),
}

_end = table_of(END, DeclaredEnd)

__all__ = [
    "APPLICATION",
    "END",
    "ENTITIES",
    "FILE",
    "INCOMING",
    "LIMITS",
    "LINK",
    "OUTGOING",
    "POLICY",
    "Mistake",
    "parse",
    "read",
]
