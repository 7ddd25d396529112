"""What a value can be, as far as its type tells and what was asked about it before.

A `Possible` holds at least the values that can occur, and may hold more: so what it rules out cannot occur. Nothing here knows
about syntax. A function that gives None says that no value is left.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from functools import lru_cache, reduce
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

CONTAINERS: tuple[type, ...] = (tuple, list, dict, set, frozenset)
FAMILIES: dict[type, type] = {
    **dict.fromkeys((int, float, complex, Decimal, Fraction), int),
    **dict.fromkeys((set, frozenset), set),
    **dict.fromkeys((date, datetime), date),
    **{kind: kind for kind in (str, bytes, tuple, list, dict, NoneType)},
}
"""Types whose values compare as one kind: none of them ever equals a value of another one of these kinds."""
FALSE: dict[type, Hashable] = {int: 0, str: "", bytes: b"", tuple: (), NoneType: None}
"""What is false among the values of a family, where it is one."""
MISSING = object()
FEW = 64
"""A range of whole numbers up to this size is looked at one by one."""


@dataclass(frozen=True, slots=True)
class Possible:
    """Any value of these types (all types, where it is None), further narrowed.

    Where `only` is there, it is one of these; it is none of `never`. A number lies from `least` to `most`. `elements` tells
    what is in it, if it is a container.
    """

    types: frozenset[type] | None = None
    only: frozenset[Hashable] | None = None
    never: frozenset[Hashable] = frozenset()
    least: float = -math.inf
    most: float = math.inf
    elements: Possible | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is known how all of these types compare."""
        return self.types is not None and all(family(kind) is not None for kind in self.types)

    @property
    def is_whole(self) -> bool:
        """Whether each number in it is a whole one."""
        return all(issubclass(kind, int) for kind in self.types or () if family(kind) is int)

    @property
    def single(self) -> frozenset[Hashable]:
        """The one value that it can be, alone in a set; an empty set where there are several."""
        return self.only if self.only is not None and len(self.only) == 1 else frozenset()

    @property
    def span(self) -> tuple[float, float]:
        """The least and the largest number that it can be."""
        if self.only is None:
            return self.least, self.most
        numbers = [one for one in self.only if isinstance(one, int | float)]
        return (min(numbers), max(numbers)) if numbers else (math.inf, -math.inf)


ANYTHING = Possible()


@lru_cache(maxsize=256)
def family(kind: type) -> type | None:
    """The kind of values with which values of this type compare; None where they may compare in a way of their own."""
    for known, found in FAMILIES.items():
        if issubclass(kind, known) and _equality(kind) is _equality(known):
            return found
    return kind if _compares_with_its_own(kind) else None


@lru_cache(maxsize=1024)
def may_equal(one: type, other: type) -> bool:
    """Whether a value of one type could equal a value of the other."""
    families = family(one), family(other)
    return None in families or families[0] is families[1] or issubclass(one, other) or issubclass(other, one)


def _compares_with_its_own(kind: type) -> bool:
    """Members of enumerations and plain dataclasses equal nothing but their like."""
    if not (is_dataclass(kind) or issubclass(kind, Enum)):
        return False
    equality = _equality(kind)
    generated = getattr(getattr(equality, "__code__", None), "co_filename", "") == "<string>"
    return equality is _equality(object) or (is_dataclass(kind) and generated)


def _equality(kind: type) -> object:
    return kind.__eq__


def always_true(kind: type) -> bool:
    """Whether a value of this type counts as true, whatever it is."""
    own = any({"__bool__", "__len__"} & vars(base).keys() for base in kind.__mro__)
    return family(kind) is date or (_compares_with_its_own(kind) and not own)


def settled(possible: Possible) -> Possible | None:
    """The same with what follows from it; None where nothing is left."""
    if possible.types is None:
        return possible
    types = frozenset(kind for kind in possible.types if not (kind is NoneType and None in possible.never))
    possible = _ranged(replace(possible, types=types, only=_all_of(possible, types)))
    types = possible.types or frozenset()
    if possible.only is None:
        if possible.least > possible.most:
            types = frozenset(kind for kind in types if family(kind) is not int)
        return replace(possible, types=types) if types else None
    only = frozenset(one for one in possible.only - possible.never if _fits(one, possible))
    types = frozenset(kind for kind in types if any(may_equal(type(one), kind) for one in only))
    return replace(possible, types=types, only=only) if types else None


def _all_of(possible: Possible, types: frozenset[type]) -> frozenset[Hashable] | None:
    """All values of types that have few."""
    if possible.only is None and types <= {bool, NoneType}:
        return frozenset(one for kind in types for one in ((False, True) if kind is bool else (None,)))
    return possible.only


def _ranged(possible: Possible) -> Possible:
    """Whole numbers from 5.5 to 8.5 are 6, 7 and 8."""
    types = possible.types or frozenset()
    if not types or possible.only is not None or not all(family(kind) is int for kind in types) or not possible.is_whole:
        return possible
    least, most = possible.least, possible.most
    least = math.ceil(least) if isinstance(least, float) and math.isfinite(least) else least
    most = math.floor(most) if isinstance(most, float) and math.isfinite(most) else most
    if isinstance(least, int) and isinstance(most, int) and 0 <= most - least < FEW:
        return replace(possible, only=frozenset(range(least, most + 1)))
    return replace(possible, least=least, most=most)


def _fits(one: Hashable, possible: Possible) -> bool:
    in_range = not isinstance(one, int | float) or possible.least <= one <= possible.most
    return in_range and any(may_equal(type(one), kind) for kind in possible.types or ())


def one_of(values: Iterable[Hashable]) -> Possible | None:
    """Just these values."""
    said = list(values)
    return settled(Possible(frozenset(type(one) for one in said), frozenset(said)))


def equal_to(possible: Possible, other: Possible) -> Possible | None:
    """What it can be where it equals the other; both must be known."""
    types = frozenset(kind for kind in possible.types or () if any(may_equal(kind, one) for one in other.types or ()))
    only = possible.only if other.only is None else other.only if possible.only is None else possible.only & other.only
    least, most = max(possible.least, other.least), min(possible.most, other.most)
    return settled(replace(possible, types=types, only=only, never=possible.never | other.never, least=least, most=most))


def without(possible: Possible, values: frozenset[Hashable]) -> Possible | None:
    """What it can be besides these values."""
    return possible if possible.types is None else settled(replace(possible, never=possible.never | values))


def either(one: Possible | None, other: Possible | None) -> Possible | None:
    """What it can be if it is one or the other."""
    if one is None or other is None:
        return one or other
    if one.types is None or other.types is None:
        return ANYTHING
    only = one.only | other.only if one.only is not None and other.only is not None else None
    never = frozenset(value for value in one.never | other.never if _excludes(one, value) and _excludes(other, value))
    least, most = min(one.span[0], other.span[0]), max(one.span[1], other.span[1])
    return settled(Possible(one.types | other.types, only, never, *_span(one, other, least, most), _elements(one, other)))


def _span(one: Possible, other: Possible, least: float, most: float) -> tuple[float, float]:
    """A range says nothing where there are no numbers to begin with."""
    numbers = [side for side in (one, other) if any(family(kind) in {int, None} for kind in side.types or ())]
    if len(numbers) == 1:
        return numbers[0].span
    return (least, most) if numbers else (-math.inf, math.inf)


def _elements(one: Possible, other: Possible) -> Possible | None:
    holding = [side for side in (one, other) if any(family(kind) in {*CONTAINERS, None} for kind in side.types or ())]
    return holding[0].elements if len(holding) == 1 or (holding and one.elements == other.elements) else None


def _excludes(possible: Possible, value: Hashable) -> bool:
    return value in possible.never or (possible.only is not None and value not in possible.only)


def being(possible: Possible, truth: bool) -> Possible | None:
    """What it can be where it counts as true, or as false."""
    if possible.types is None:
        return possible
    if possible.only is not None:
        return settled(replace(possible, only=frozenset(one for one in possible.only if bool(one) is truth)))
    if truth:
        return without(possible, frozenset(FALSE.values()))
    types = frozenset(kind for kind in possible.types if not always_true(kind))
    if all(family(kind) in FALSE for kind in types):
        only = frozenset(FALSE[found] for kind in types if (found := family(kind)) is not None)
        return settled(replace(possible, types=types, only=only))
    return settled(replace(possible, types=types))


@lru_cache(maxsize=256)
def fields_of(kind: type) -> dict[str, Any]:
    """The annotated attributes of a dataclass or named tuple; none where they cannot be understood."""
    if not _has_fields(kind):
        return {}
    try:
        return get_type_hints(kind)
    except (NameError, TypeError, AttributeError):
        return {}


def _has_fields(kind: type) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")


def attribute(possible: Possible, name: str) -> Possible | None:
    """What an attribute can be; None has none that a condition would ask for."""
    if possible.types is None:
        return ANYTHING
    found = [_attribute_of(kind, name) for kind in possible.types if kind is not NoneType]
    return reduce(either, found, None)


@lru_cache(maxsize=1024)
def _attribute_of(kind: type, name: str) -> Possible:
    return of_hint(fields_of(kind).get(name, Any))


def lacks(kind: type, name: str) -> bool:
    """Whether values of this type surely have no such attribute."""
    open_ended = issubclass(kind, Enum) or any("__getattr__" in vars(base) for base in kind.__mro__)
    if open_ended or inspect.getattr_static(kind, name, MISSING) is not MISSING:
        return False
    return name not in fields_of(kind) and (kind in FAMILIES or kind is bool or bool(fields_of(kind)))


def stays(kind: type) -> bool:
    """Whether the attributes of a value of this type cannot change."""
    return hasattr(kind, "_fields") or (is_dataclass(kind) and kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def of_hint(hint: Any) -> Possible:
    """What a value with this annotation can be."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return of_hint(arguments[0])
    if origin in {Union, UnionType}:
        return reduce(either, map(of_hint, arguments), None) or ANYTHING
    if origin is Literal:
        return (None if any(isinstance(one, Enum) for one in arguments) else one_of(arguments)) or ANYTHING
    kind = NoneType if hint is None else getattr(hint, "__supertype__", origin or hint)
    if not isinstance(kind, type) or (family(kind) is None and not _has_fields(kind)):
        return ANYTHING
    return _of_enum(kind) if issubclass(kind, Enum) else _of_type(kind, arguments)


def _of_type(kind: type, arguments: tuple[Any, ...]) -> Possible:
    inner = [one for one in (arguments[:1] if issubclass(kind, dict) else arguments) if one is not Ellipsis]
    elements = reduce(either, map(of_hint, inner), None) if issubclass(kind, CONTAINERS) else None
    return settled(Possible(frozenset({kind}), elements=elements)) or ANYTHING


def _of_enum(kind: type[Enum]) -> Possible:
    """Members that are texts or numbers compare like these."""
    if issubclass(kind, Flag):
        return ANYTHING
    like_texts = issubclass(kind, str | int)
    only = frozenset(member.value for member in kind) if like_texts else None
    return settled(Possible(frozenset({kind}), only)) or ANYTHING
