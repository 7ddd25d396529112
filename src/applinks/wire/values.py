"""Frozen values as JSON, and back: both made from the fields of their dataclasses.

What a value does not show in its `repr` (keys, secrets, digests) is not told (security.md T-66), unless it is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

D = TypeVar("D")

SETS = (frozenset, set, Set)
MANY = (tuple, list, *SETS, Sequence)
_PLAIN: Mapping[type, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}


class Unfit(ValueError):
    """The JSON is not that of the value; says why, without repeating it."""


def data(value: Any, *, also: Sequence[str] = ()) -> Any:
    """A value as JSON; `also` names fields that are told though they are not shown."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: data(getattr(value, each.name), also=also) for each in open_fields(type(value), tuple(also))}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): data(member, also=also) for name, member in value.items()}
    if isinstance(value, SETS):
        return sorted(data(member, also=also) for member in value)
    if isinstance(value, tuple | list):
        return [data(member, also=also) for member in value]
    return value


def read(kind: type[D], given: Any) -> D:
    """The dataclass from JSON. Members that it does not have are left out; `Unfit` if one is missing or of another kind."""
    if not isinstance(given, Mapping):
        raise Unfit(f"a {kind.__name__} must be an object")
    made: Any = kind
    if missing := _needed(made) - given.keys():
        raise Unfit(f"a {kind.__name__} lacks {', '.join(sorted(missing))}")
    return kind(**{name: _read(hint, given[name]) for name, hint in _given(made).items() if name in given})


@cache
def open_fields(kind: type, also: tuple[str, ...] = ()) -> tuple[Field[Any], ...]:
    """The fields of a dataclass that are told."""
    return tuple(each for each in fields(kind) if each.repr or each.name in also)


def without_none(hint: Any) -> tuple[Any, bool]:
    """A type without None, and whether it had it."""
    if get_origin(hint) not in {Union, UnionType}:
        return hint, False
    (rest,) = (part for part in get_args(hint) if part is not NoneType)
    return rest, True


@cache
def _given(kind: Any) -> Mapping[str, Any]:
    """The types of what it is made from."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


@cache
def _needed(kind: Any) -> frozenset[str]:
    made = (each for each in fields(kind) if each.init)
    return frozenset(each.name for each in made if each.default is MISSING and each.default_factory is MISSING)


def _read(hint: Any, value: Any) -> Any:
    bare, nullable = without_none(hint)
    if value is None and nullable:
        return None
    if bare in _PLAIN:
        return _plain(bare, value)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return _word(bare, value)
    if is_dataclass(bare) and isinstance(bare, type):
        return read(bare, value)
    origin = get_origin(bare)
    if isinstance(value, Mapping) and isinstance(origin, type) and issubclass(origin, Mapping):
        return {name: _read(get_args(bare)[1], member) for name, member in value.items()}
    if isinstance(value, list) and origin in MANY:
        return _read_many(origin, get_args(bare), value)
    raise Unfit(f"{type(value).__name__} is of another kind")


def _plain(kind: type, value: Any) -> Any:
    if isinstance(value, _PLAIN[kind]) and (kind is bool or not isinstance(value, bool)):
        return value
    raise Unfit(f"{type(value).__name__} is not {kind.__name__}")


def _word(words: type[Enum], value: Any) -> Enum:
    try:
        return words(value)
    except ValueError:
        raise Unfit(f"there is no such {words.__name__}") from None


def _read_many(origin: Any, parts: tuple[Any, ...], values: list[Any]) -> Any:
    if origin is tuple and parts[-1] is not Ellipsis:
        if len(values) != len(parts):
            raise Unfit(f"{len(values)} in place of {len(parts)}")
        return tuple(_read(part, value) for part, value in zip(parts, values, strict=True))
    found = [_read(parts[0], value) for value in values]
    return frozenset(found) if origin in SETS else tuple(found)
