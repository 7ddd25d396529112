"""Says in words what a value can be, and why an expression cannot be true, or cannot be false."""

from __future__ import annotations

import ast
import math
from collections.abc import Hashable, Iterable
from types import NoneType

from applinks.scripts.conditions.assuming import Cause, Known, Reader, elements_of, literal_of
from applinks.scripts.conditions.possible import Possible, equal_to, family

WORDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    bytes: "bytes",
    NoneType: "None",
    tuple: "a tuple",
    list: "a list",
    dict: "a dict",
}
MOST_NAMED = 4


def described(possible: Possible | None) -> str:
    """What it can be: "text", "'A' or 'B'", "a whole number above 5, or None"."""
    if possible is None:
        return "missing"
    if possible.types is None:
        return "anything"
    if possible.only is not None and possible.only != {False, True} and len(possible.only) <= MOST_NAMED:
        return _or(_literal(one, possible) for one in possible.only)
    return _or(_kind(kind, possible) for kind in possible.types) + _exceptions(possible)


def _or(words: Iterable[str]) -> str:
    return " or ".join(sorted(words, key=lambda word: (word == "None", word)))


def _literal(one: Hashable, possible: Possible) -> str:
    """1 and True are equal, and the type tells which was meant."""
    return repr(bool(one) if possible.types == frozenset({bool}) else one)


def _kind(kind: type, possible: Possible) -> str:
    words = WORDS.get(kind) or f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
    if family(kind) is not int or possible.only is not None:
        return words
    least, most = possible.least, possible.most
    return words + (f" from {least}" if math.isfinite(least) else "") + (f" up to {most}" if math.isfinite(most) else "")


def _exceptions(possible: Possible) -> str:
    left_out = sorted(
        repr(one) for one in possible.never if any(family(type(one)) is family(kind) for kind in possible.types or ())
    )
    return f", but not {' or '.join(left_out)}" if left_out and possible.only is None else ""


def explained(reader: Reader, cause: Cause) -> tuple[str, str]:
    """Why an expression cannot be what was assumed, and what to write instead."""
    node, wanted, known = cause
    text = ast.unparse(node)
    if literal_of(node) is not None:
        return f"it says `{text}`", "Write what it should wait for."
    if not isinstance(node, ast.Compare):
        return f"`{text}` is {described(reader.value(node, known))}{_there(known)}", "Write what it should wait for."
    if reader.assume(node, wanted, Known(known.values)) is not None:
        return f"`{text}` came out the other way before", "Take one of them out, or write `or` where one of them is enough."
    why = _why(reader, node, known)
    return f"`{text}` is never {str(wanted).lower()}{why and ', because '}{why}", _remedy(reader, node, known)


def _there(known: Known) -> str:
    return " there" if known.values else ""


def _why(reader: Reader, node: ast.Compare, known: Known) -> str:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], ast.In | ast.NotIn) and elements_of(right) == []:
        return f"nothing is in `{ast.unparse(right)}`"
    sides = [side for side in (left, right) if literal_of(side) is None]
    told = [f"`{ast.unparse(side)}` is {described(reader.value(side, known))}" for side in sides]
    return " and ".join(told) + (_there(known) if told else "")


def _remedy(reader: Reader, node: ast.Compare, known: Known) -> str:
    left, right, how = node.left, node.comparators[0], node.ops[0]
    if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.Not) and isinstance(how, ast.Eq):
        return f"`not` turns the value, and not the comparison: write `{ast.unparse(left.operand)} != {ast.unparse(right)}`."
    if isinstance(how, ast.Is | ast.IsNot):
        return "Take it out, or ask for something that can be None."
    if isinstance(how, ast.In | ast.NotIn) and elements_of(right) == []:
        return "Write what it should be among."
    one, other = reader.value(left, Known()), reader.value(right, Known())
    if one and other and one.is_known and other.is_known and equal_to(one, other) is None:
        return "Compare it with something that it can be."
    return "Take it out, or write `or` where one of them is enough." if known.values else "Correct it, or take it out."
