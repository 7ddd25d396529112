"""What a comparison tells about its two sides, if it holds or if it does not.

Each function gives what both sides can still be, or None where nothing is left: it cannot have come out like that, or it fails.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import reduce
from types import NoneType
from typing import Any

from applinks.scripts.conditions.possible import (
    CONTAINERS,
    FAMILIES,
    Possible,
    either,
    equal_to,
    family,
    one_of,
    settled,
    without,
)

Sides = tuple[Possible, Possible] | None

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.NotEq: ast.Eq,
    ast.NotIn: ast.In,
    ast.IsNot: ast.Is,
}
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
}
NOT_ORDERED = {NoneType, dict}
NOT_SEARCHED = {NoneType, int}
NOTHING = frozenset[Hashable]({None})


def compared(how: type[ast.cmpop], left: Possible, right: Possible, truth: bool) -> Sides:
    """What both sides can be where the comparison comes out like this."""
    if how in NEGATED:
        return compared(NEGATED[how], left, right, not truth)
    if how is ast.Is:
        return _same(left, right, truth)
    if not (left.is_known and right.is_known):
        return left, right
    if left.only is not None and right.only is not None:
        return _tried(how, left, right, truth)
    if how is ast.Eq:
        return _equal(left, right, truth)
    return _found_in(left, right, truth) if how is ast.In else _ordered(how, left, right, truth)


def _both(left: Possible | None, right: Possible | None) -> Sides:
    return None if left is None or right is None else (left, right)


def _tried(how: type[ast.cmpop], left: Possible, right: Possible, truth: bool) -> Sides:
    """Where all values are known, each is tried with each."""
    pairs = [(a, b) for a in left.only or () for b in right.only or () if _outcome(how, a, b) is truth]
    lefts, rights = frozenset(a for a, _ in pairs), frozenset(b for _, b in pairs)
    return _both(settled(replace(left, only=lefts)), settled(replace(right, only=rights)))


def _outcome(how: type[ast.cmpop], one: Hashable, other: Hashable) -> bool | None:
    """None where the comparison fails."""
    try:
        return bool(OPERATORS[how](one, other))
    except TypeError:
        return None


def _same(left: Possible, right: Possible, truth: bool) -> Sides:
    """`is` tells most about None; of others, that they are equal if they are the same."""
    for one, other in ((left, right), (right, left)):
        if other.types == frozenset({NoneType}):
            found = _none(one) if truth else without(one, NOTHING)
            return _both(found, other) if one is left else _both(other, found)
    return _equal(left, right, True) if truth and left.is_known and right.is_known else (left, right)


def _none(possible: Possible) -> Possible | None:
    return one_of([None]) if possible.types is None or NoneType in possible.types else None


def _equal(left: Possible, right: Possible, truth: bool) -> Sides:
    if truth:
        return _both(equal_to(left, right), equal_to(right, left))
    return _both(without(left, right.single), without(right, left.single))


def _ordered(how: type[ast.cmpop], left: Possible, right: Possible, truth: bool) -> Sides:
    """What has no order with the other side fails. Not a number is neither less nor more, so that "not less" tells nothing."""
    sides = _both(_in_order_with(left, right), _in_order_with(right, left))
    if sides is None or not (truth or all(side.is_whole or side.only is not None for side in sides)):
        return sides
    left, right = sides
    how = how if truth else OPPOSITE[how]
    return _both(_bounded(left, how, right), _bounded(right, MIRRORED[how], left))


def _in_order_with(possible: Possible, other: Possible) -> Possible | None:
    types = frozenset(kind for kind in possible.types or () if any(_has_order(kind, one) for one in other.types or ()))
    return settled(replace(possible, types=types))


def _has_order(one: type, other: type) -> bool:
    families = {family(one), family(other)}
    if not families <= {*FAMILIES.values()}:
        return True
    return len(families) == 1 and not families & NOT_ORDERED


def _bounded(possible: Possible, how: type[ast.cmpop], other: Possible) -> Possible | None:
    least, most = other.span
    strict = how in {ast.Lt, ast.Gt} and possible.is_whole
    if how in {ast.Lt, ast.LtE}:
        most = most - 1 if strict and isinstance(most, int) else most
        return settled(replace(possible, most=min(possible.most, most)))
    least = least + 1 if strict and isinstance(least, int) else least
    return settled(replace(possible, least=max(possible.least, least)))


def _found_in(left: Possible, right: Possible, truth: bool) -> Sides:
    """`left in right`, where right is a container or a text."""
    searched = settled(replace(right, types=frozenset(kind for kind in right.types or () if family(kind) not in NOT_SEARCHED)))
    families = {family(kind) for kind in searched.types or ()} if searched else set()
    if searched is not None and truth and families == {tuple}:
        searched = without(searched, frozenset[Hashable]({()}))
    if searched is None:
        return None
    if families == {str}:
        left_text = settled(replace(left, types=frozenset(kind for kind in left.types or () if family(kind) is str)))
        return _both(left_text, searched)
    members = _members(searched) if truth and families <= {*CONTAINERS} else None
    return (left, searched) if members is None else _both(equal_to(left, members), searched)


def _members(container: Possible) -> Possible | None:
    """What is in a container, where it is known how that compares."""
    inside = [one_of(literal) for literal in container.only or () if isinstance(literal, tuple)]
    found = container.elements if container.only is None else reduce(either, inside, None)
    return found if found is not None and found.is_known else None
