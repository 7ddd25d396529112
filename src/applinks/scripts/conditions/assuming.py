"""Whether an expression can be true, and whether it can be false, found without running it.

It is read twice: once assuming that it is true, once that it is false. On the way it is collected what that tells about the
attributes in it; where nothing is left for one of them, the assumption cannot be made. What is not understood can be anything,
so that no answer is wrong and some are missing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from types import NoneType
from typing import NamedTuple

from applinks.scripts.conditions.comparing import NEGATED, compared
from applinks.scripts.conditions.possible import (
    ANYTHING,
    Possible,
    attribute,
    being,
    either,
    one_of,
    settled,
    stays,
)

PATIENCE = 5_000
"""Steps after which an expression is too intricate to be judged; people's own take some dozens."""


class TooIntricate(Exception):
    """The expression needs more steps than we are ready to take."""


@dataclass(frozen=True, slots=True)
class Known:
    """What has been assumed so far: what attributes can be, and how comparisons came out, each by its text."""

    values: Mapping[str, Possible] = field(default_factory=dict)
    outcomes: Mapping[str, bool] = field(default_factory=dict)

    def knowing(self, text: str, value: Possible) -> Known:
        """The same with what a value can be."""
        return replace(self, values={**self.values, text: value})


def _common(one: Known | None, other: Known | None) -> Known | None:
    """What is known if one of two assumptions holds."""
    if one is None or other is None:
        return one or other
    both = {text: either(value, other.values[text]) for text, value in one.values.items() if text in other.values}
    outcomes = {text: truth for text, truth in one.outcomes.items() if other.outcomes.get(text) is truth}
    return Known({text: value for text, value in both.items() if value is not None}, outcomes)


class Cause(NamedTuple):
    """The part because of which an assumption cannot be made, what it would have to be, and what was known there."""

    node: ast.expr
    wanted: bool
    known: Known


class Reader:
    """Reads expressions in which these names are bound, until it runs out of patience."""

    def __init__(self, bound: Mapping[str, Possible], patience: int = PATIENCE) -> None:
        self.bound = bound
        self._steps_left = patience

    def assume(self, node: ast.expr, truth: bool, known: Known) -> Known | None:
        """What is known where the expression counts as true, or as false; None where it cannot. Raises TooIntricate."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise TooIntricate
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.assume(operand, not truth, known)
            case ast.BoolOp(op=op, values=values):
                return self._in_turn(values, isinstance(op, ast.And), truth, known)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                branches = [(self.assume(test, True, known), body), (self.assume(test, False, known), orelse)]
                return reduce(_common, [self.assume(then, truth, now) for now, then in branches if now is not None], None)
            case ast.Compare(ops=[op]):
                return self._compare(node, type(op), truth, known)
            case ast.Compare():
                return self._in_turn(links_of(node), True, truth, known)
        value = self.value(node, known)
        found = None if value is None else being(value, truth)
        return None if found is None else self._narrowed(node, found, known)

    def value(self, node: ast.expr, known: Known) -> Possible | None:
        """What an expression can give; None where it always fails."""
        literal = literal_of(node)
        if literal is not None:
            return literal
        match node:
            case ast.Name(id=name):
                return known.values.get(name) or self.bound.get(name, ANYTHING)
            case ast.Attribute(value=owner, attr=name):
                of = self.value(owner, known)
                return None if of is None else known.values.get(_path_of(node) or "") or attribute(of, name)
            case ast.UnaryOp(op=ast.Not()):
                return self._truth(node, known)
            case ast.Compare() if self._gives_truth(node, known):
                return self._truth(node, known)
            case ast.BoolOp() | ast.IfExp():
                return reduce(either, [value for _, value in self.results(node, known)], None)
        return next((settled(Possible(frozenset({kind}))) for form, kind in FORMS.items() if isinstance(node, form)), ANYTHING)

    def results(self, node: ast.expr, known: Known) -> Iterator[tuple[ast.expr, Possible]]:
        """The parts of an expression that can be its result, such as both sides of `or`, each with what it can be then."""
        match node:
            case ast.BoolOp(op=op, values=[*before, last]):
                goes_on = isinstance(op, ast.And)
                for part in before:
                    yield from self._results_being(part, not goes_on, known)
                    after = self.assume(part, goes_on, known)
                    if after is None:
                        return
                    known = after
                yield from self.results(last, known)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                for truth, then in ((True, body), (False, orelse)):
                    now = self.assume(test, truth, known)
                    if now is not None:
                        yield from self.results(then, now)
            case _:
                value = self.value(node, known)
                if value is not None:
                    yield node, value

    def cause(self, node: ast.expr, truth: bool, known: Known) -> Cause:
        """Because of which part an expression cannot be true, or cannot be false; constants are the last to be blamed."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.cause(operand, not truth, known)
            case ast.BoolOp(op=op, values=values):
                return self._first_cause(self._causes_in_turn(values, isinstance(op, ast.And), truth, known))
            case ast.IfExp():
                return self._first_cause(self._causes_of_both(node, truth, known))
            case ast.Compare(ops=ops) if len(ops) > 1:
                return self._first_cause(self._causes_in_turn(links_of(node), True, truth, known))
        return Cause(node, truth, known)

    def _first_cause(self, causes: Iterator[Cause]) -> Cause:
        found = list(causes)
        return next((cause for cause in found if literal_of(cause.node) is None), found[0])

    def _causes_in_turn(self, parts: Sequence[ast.expr], is_and: bool, truth: bool, known: Known) -> Iterator[Cause]:
        for part in parts:
            after = self.assume(part, truth, known)
            if after is None:
                yield self.cause(part, truth, known)
            now = after if is_and is truth else self.assume(part, not truth, known)
            if now is None:
                return
            known = now

    def _causes_of_both(self, node: ast.IfExp, truth: bool, known: Known) -> Iterator[Cause]:
        for way, then in ((True, node.body), (False, node.orelse)):
            now = self.assume(node.test, way, known)
            yield self.cause(node.test, way, known) if now is None else self.cause(then, truth, now)

    def is_stable(self, node: ast.expr, known: Known) -> bool:
        """Whether it names what gives the same value whenever it is asked."""
        if isinstance(node, ast.Name):
            return node.id in self.bound
        if not isinstance(node, ast.Attribute) or not self.is_stable(node.value, known):
            return False
        owner = self.value(node.value, known)
        return owner is not None and all(map(stays, (owner.types or {object}) - {NoneType}))

    def _in_turn(self, parts: Sequence[ast.expr], is_and: bool, truth: bool, known: Known) -> Known | None:
        """All parts for a true `and`, or a false `or`; else one of them, and those before it were the other way."""
        now: Known | None = known
        ways: list[Known | None] = []
        for part in parts:
            if now is None:
                break
            ways.append(self.assume(part, truth, now))
            now = ways[-1] if is_and is truth else self.assume(part, not truth, now)
        return now if is_and is truth else reduce(_common, ways, None)

    def _compare(self, node: ast.Compare, how: type[ast.cmpop], truth: bool, known: Known) -> Known | None:
        left, right = node.left, node.comparators[0]
        truth, how = (not truth, NEGATED[how]) if how in NEGATED else (truth, how)
        remembers = self._is_settled(left, known) and self._is_settled(right, known)
        text = f"{ast.unparse(left)} {how.__name__} {ast.unparse(right)}" if remembers else ""
        if known.outcomes.get(text, truth) is not truth:
            return None
        elements = elements_of(right) if how is ast.In else None
        if elements is not None:
            after = self._among(left, elements, truth, known)
        else:
            after = self._pair(left, how, right, truth, known)
        return replace(after, outcomes={**after.outcomes, text: truth}) if after is not None and remembers else after

    def _among(self, left: ast.expr, elements: Sequence[ast.expr], truth: bool, known: Known) -> Known | None:
        """`left in (…)`: equal to one of them, and to none of those before it."""
        now: Known | None = known
        ways: list[Known | None] = []
        for element in elements:
            if now is None:
                break
            ways.append(self._pair(left, ast.Eq, element, True, now))
            now = self._pair(left, ast.Eq, element, False, now)
        return reduce(_common, ways, None) if truth else now

    def _pair(self, left: ast.expr, how: type[ast.cmpop], right: ast.expr, truth: bool, known: Known) -> Known | None:
        one, other = self.value(left, known), self.value(right, known)
        sides = None if one is None or other is None else compared(how, one, other, truth)
        if sides is None:
            return None
        return self._narrowed(right, sides[1], self._narrowed(left, sides[0], known))

    def _narrowed(self, node: ast.expr, value: Possible, known: Known) -> Known:
        if value.types is not None and self.is_stable(node, known):
            return known.knowing(_path_of(node) or "", value)
        return known

    def _is_settled(self, node: ast.expr, known: Known) -> bool:
        """Whether comparing it again comes out the same."""
        elements = elements_of(node)
        if elements is not None:
            return all(self._is_settled(element, known) for element in elements)
        if literal_of(node) is None and not self.is_stable(node, known):
            return False
        value = self.value(node, known)
        return value is not None and value.is_known and not (value.types or set()) & {list, dict, set}

    def _gives_truth(self, node: ast.Compare, known: Known) -> bool:
        """Comparing gives true or false, unless a type of its own has other ideas; `in` and `is` always do."""
        sides = [self.value(side, known) for side in (node.left, *node.comparators)]
        plain = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops)
        return plain or all(side is None or side.is_known for side in sides)

    def _truth(self, node: ast.expr, known: Known) -> Possible | None:
        return one_of([truth for truth in (True, False) if self.assume(node, truth, known) is not None])

    def _results_being(self, node: ast.expr, truth: bool, known: Known) -> Iterator[tuple[ast.expr, Possible]]:
        for leaf, value in self.results(node, known):
            found = being(value, truth)
            if found is not None:
                yield leaf, found


FORMS: dict[type[ast.expr], type] = {
    ast.Tuple: tuple,
    ast.List: list,
    ast.Set: set,
    ast.Dict: dict,
    ast.JoinedStr: str,
    ast.ListComp: list,
    ast.SetComp: set,
    ast.DictComp: dict,
}
"""Expressions whose form tells the type of their value."""


def _path_of(node: ast.expr) -> str | None:
    """A name and the attributes behind it, as in "issue.owner.name"."""
    if isinstance(node, ast.Name):
        return node.id
    owner = _path_of(node.value) if isinstance(node, ast.Attribute) else None
    return f"{owner}.{node.attr}" if owner and isinstance(node, ast.Attribute) else None


def links_of(node: ast.Compare) -> list[ast.Compare]:
    """`a < b < c` as `a < b` and `b < c`."""
    if len(node.ops) == 1:
        return [node]
    sides = [node.left, *node.comparators]
    links = zip(sides, node.ops, sides[1:], strict=False)
    return [ast.copy_location(ast.Compare(left, [op], [right]), left) for left, op, right in links]


def literal_of(node: ast.expr) -> Possible | None:
    """What a constant is, or a tuple of constants, or a negative number; None for anything else."""
    if not isinstance(node, ast.Constant | ast.Tuple | ast.UnaryOp):
        return None
    try:
        return one_of([ast.literal_eval(node)])
    except (ValueError, TypeError):
        return None


def elements_of(node: ast.expr) -> Sequence[ast.expr] | None:
    """What is written between brackets; None where that is not all."""
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return None if any(isinstance(one, ast.Starred) for one in elements) else elements
        case ast.Dict(keys=keys):
            return None if None in keys else [key for key in keys if key is not None]
    return None
