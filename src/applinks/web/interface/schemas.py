"""How values look as JSON, and the JSON Schema that says so: both made from the dataclasses themselves.

What a value does not show in its `repr` (keys, secrets, digests) is in no answer (T-66). What may be asked for is checked by
the same schema that describes it; of JSON Schema 2020-12 only the words that are used here are known.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from applinks.wire.values import MANY, SETS, open_fields, without_none

Schema = Mapping[str, Any]

LONGEST_TEXT = 2_000
LONGEST_KEY_TEXT = 20_000
MOST_ITEMS = 1_000

TEXT: Schema = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": r"^[^\x00-\x1f\x7f]*$"}
NAME: Schema = {**TEXT, "minLength": 1, "maxLength": 255}
FLAG: Schema = {"type": "boolean"}
SECRET: Schema = {**TEXT, "minLength": 1, "format": "password", "writeOnly": True}
LINES: Schema = {"type": "string", "maxLength": LONGEST_KEY_TEXT, "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"}
SPECIAL: Mapping[str, Schema] = {"secret": SECRET, "public_key": LINES}
"""Fields of what is asked for whose name says more than their type."""

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}


def obj(properties: Mapping[str, Schema], *, optional: Sequence[str] = (), description: str | None = None) -> Schema:
    """An object with these members and no others; all are required unless they are named as optional."""
    told = {"description": description} if description else {}
    required = [name for name in properties if name not in optional]
    whole = {"type": "object", **told, "properties": dict(properties), "additionalProperties": False}
    return {**whole, "required": required} if required else whole


def one_of(words: type[Enum]) -> Schema:
    """One of the words of an enumeration."""
    return {"type": "string", "enum": [word.value for word in words]}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    told = {**schema, "type": [schema["type"], "null"]} if isinstance(schema["type"], str) else dict(schema)
    return {**told, "enum": [*schema["enum"], None]} if "enum" in schema else told


# ---- what is shown


def shown(kind: type, *, also: Sequence[str] = ()) -> Schema:
    """How a value of this dataclass looks in an answer, by `values.data`; `also` names further fields."""
    hints = get_type_hints(kind)
    members = {each.name: _shown(hints[each.name], also) for each in open_fields(kind, tuple(also))}
    return obj(members, description=_description(kind))


def _shown(hint: Any, also: Sequence[str] = ()) -> Schema:
    if hint is Any:
        return {}
    bare, nullable = without_none(hint)
    schema = _schema(bare, partial(_shown, also=also), partial(shown, also=also))
    if get_origin(bare) in SETS:
        schema = {**schema, "uniqueItems": True}
    return or_null(schema) if nullable else schema


# ---- what is asked for


def asked(kind: type, **instead: Schema) -> Schema:
    """What to send for a dataclass or a typed dictionary; `instead` says it for single fields."""
    hints, needed = _asked_for(kind), _needed(kind)
    members = {name: instead.get(name) or SPECIAL.get(name) or _asked(hint) for name, hint in hints.items()}
    for name in members.keys() & SPECIAL.keys() - instead.keys():
        members[name] = or_null(members[name]) if without_none(hints[name])[1] else members[name]
    return obj(members, optional=[name for name in hints if name not in needed], description=_description(kind))


def _asked(hint: Any) -> Schema:
    bare, nullable = without_none(hint)
    schema = TEXT if bare is str else _schema(bare, _asked, asked)
    if schema["type"] == "array":
        schema = {**schema, "maxItems": MOST_ITEMS}
    if schema.get("additionalProperties"):
        schema = {**schema, "propertyNames": TEXT}
    return or_null(schema) if nullable else schema


def _asked_for(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return hints if is_typeddict(kind) else {each.name: hints[each.name] for each in fields(kind) if each.init}


def _needed(kind: type) -> set[str]:
    if is_typeddict(kind):
        return set(kind.__required_keys__)  # type: ignore[attr-defined]
    return {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}


# ---- both


def _schema(hint: Any, inner: Any, nested: Any) -> Schema:
    origin, parts = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return one_of(hint)
    if is_dataclass(hint):
        found: Schema = nested(hint)
        return found
    if origin is tuple and parts[-1] is not Ellipsis:
        size = {"minItems": len(parts), "maxItems": len(parts)}
        if len(set(parts)) == 1:
            return {"type": "array", "items": inner(parts[0]), **size}
        return {"type": "array", "prefixItems": [inner(part) for part in parts], **size}
    if origin in MANY or (isinstance(origin, type) and issubclass(origin, MANY)):
        return {"type": "array", "items": inner(parts[0])}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": inner(parts[1])}
    raise TypeError(f"nothing is said of how {hint!r} looks as JSON")


def _description(kind: type) -> str | None:
    text = inspect.getdoc(kind)
    return " ".join(text.split("\n\n", 1)[0].split()) if text else None


# ---- checking


def objections(schema: Schema, value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """What is wrong with a value: JSON pointers (RFC 6901), each with a sentence that does not repeat the value."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next((kind for kind in kinds if _is(value, kind)), None)
    if kind is None:
        yield at, f"must be {' or '.join(_WORDS[kind] for kind in kinds)}"
    elif "enum" in schema and value not in schema["enum"]:
        yield at, f"must be one of: {', '.join(str(word) for word in schema['enum'] if word is not None)}"
    elif kind in _CHECKS:
        yield from _CHECKS[kind](schema, value, at)


def _of_text(schema: Schema, value: str, at: str) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST_KEY_TEXT)
    if not least <= len(value) <= most:
        yield at, f"must have {least} to {most} letters"
    elif "pattern" in schema and not re.fullmatch(schema["pattern"].removeprefix("^").removesuffix("$"), value):
        yield at, "must not hold control characters" if "x00" in schema["pattern"] else f"must fit {schema['pattern']}"


def _of_number(schema: Schema, value: int, at: str) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    if not least <= value <= most:
        yield at, f"must be {least} to {most}"


def _of_items(schema: Schema, value: list[Any], at: str) -> Iterator[tuple[str, str]]:
    if len(value) > schema.get("maxItems", MOST_ITEMS):
        yield at, f"must have {schema.get('maxItems', MOST_ITEMS)} items at most"
        return
    for number, item in enumerate(value):
        yield from objections(schema["items"], item, f"{at}/{number}")


def _of_members(schema: Schema, value: dict[str, Any], at: str) -> Iterator[tuple[str, str]]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    yield from ((f"{at}/{name}", "is missing") for name in schema.get("required", ()) if name not in value)
    others = schema.get("additionalProperties", False)
    for name, member in value.items():
        if name in properties:
            yield from objections(properties[name], member, f"{at}/{name}")
        elif others:
            yield from objections(TEXT, name, f"{at}/{_escaped(name)}")
            yield from objections(others, member, f"{at}/{_escaped(name)}")
        else:
            yield f"{at}/{_escaped(name)}", f"is not known; known are: {', '.join(properties)}"


_CHECKS: Mapping[str, Any] = {"string": _of_text, "integer": _of_number, "array": _of_items, "object": _of_members}
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict, "null": NoneType}


def _is(value: Any, kind: str) -> bool:
    if kind in _TYPES:
        return isinstance(value, _TYPES[kind])
    return isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)


def _escaped(name: str) -> str:
    return name[:50].replace("~", "~0").replace("/", "~1")
