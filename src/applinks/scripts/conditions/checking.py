"""What is wrong with the condition of a hook is said when its script is loaded (R-34).

A condition is the `when=` of a hook: a lambda, or the name of a function of the same file. It is read, not run, against the
types of what it is given. Where it calls what we do not know, nothing is said about that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from types import NoneType

from applinks.scripts.conditions.assuming import Cause, Known, Reader, TooIntricate, links_of
from applinks.scripts.conditions.located import Condition, conditions_of
from applinks.scripts.conditions.possible import lacks, of_hint
from applinks.scripts.conditions.telling import described, explained

NEW_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.FunctionDef, ast.AsyncFunctionDef)
START = Known()
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """Something about a condition that its author would hardly want. Line and column begin at 1.

    `fatal` says that the hook would never run, or would fail instead.
    """

    file: str
    line: int
    column: int
    words: str
    remedy: str
    fatal: bool

    def __str__(self) -> str:
        return f"{PurePath(self.file).name}, line {self.line}, column {self.column}: {self.words} {self.remedy}"


def check_condition(source: str, file: str, function_name: str, types: Mapping[str, type]) -> tuple[Doubt, ...]:
    """What is doubtful about the condition of that function, in the order of the text; nothing, where it has none.

    `types` has the type of each name that a condition can ask for. Raises ScriptWrong for text that is not Python.
    """
    found = [doubt for condition in conditions_of(source, file, function_name) for doubt in _Check(condition, file, types)]
    return tuple(sorted(set(found)))


class _Check:
    """All doubts about one condition."""

    def __init__(self, condition: Condition, file: str, types: Mapping[str, type]) -> None:
        self._condition = condition
        self._file = file
        self._types = types
        bound = {name: of_hint(types[name]) for name in condition.asked if name in types}
        self._reader = Reader({name: value for name, value in bound.items() if name not in condition.changed})

    def __iter__(self) -> Iterator[Doubt]:
        yield from self._names()
        try:
            yield from self._unknown()
            if self._condition.result is not None:
                yield from self._outcome(self._condition.result)
        except TooIntricate:
            return

    def _doubt(self, node: ast.AST, words: str, remedy: str, *, fatal: bool) -> Doubt:
        line, column = self._condition.place_of(node)
        return Doubt(self._file, line, column, words, remedy, fatal)

    def _names(self) -> Iterator[Doubt]:
        for name, node in self._condition.asked.items():
            if name not in self._types and name not in self._condition.defaulted:
                remedy = nearest(name, self._types)
                yield self._doubt(node, f"A condition cannot ask for `{name}` here.", remedy, fatal=True)
        if self._condition.is_async:
            what, remedy = "A condition cannot be asynchronous.", "Write `def` without `async`."
            yield self._doubt(self._condition.node, what, remedy, fatal=True)

    def _unknown(self) -> Iterator[Doubt]:
        """Names that mean nothing in this file, and attributes that what they are asked of does not have."""
        for node in _within(self._condition.body):
            if isinstance(node, ast.Name) and not self._condition.knows(node.id):
                yield self._doubt(node, f"`{node.id}` is not known here.", nearest(node.id, self._condition.asked), fatal=True)
            if isinstance(node, ast.Attribute):
                yield from self._attribute(node)

    def _attribute(self, node: ast.Attribute) -> Iterator[Doubt]:
        owner = self._reader.value(node.value, START)
        kinds = [kind for kind in (owner.types if owner else None) or () if kind is not NoneType]
        if kinds and all(lacks(kind, node.attr) for kind in kinds):
            words = f"`{ast.unparse(node.value)}` has no attribute `{node.attr}`: it is {described(owner)}."
            known = [name for kind in kinds for name in _attributes_of(kind)]
            yield self._doubt(node, words, nearest(node.attr, known), fatal=True)

    def _outcome(self, result: ast.expr) -> Iterator[Doubt]:
        told: set[tuple[int, int]] = set()
        for truth, words, remedy in (
            (True, "The condition can never be true", None),
            (False, "The condition is always true", "Leave `when=` out, if that is what you want."),
        ):
            if self._reader.assume(result, truth, START) is None:
                cause = self._reader.cause(result, truth, START)
                why, better = explained(self._reader, cause)
                told.add(self._condition.place_of(cause.node))
                yield self._doubt(cause.node, f"{words}: {why}.", remedy or better, fatal=truth)
                break
        for doubt in self._comparisons(result):
            if (doubt.line, doubt.column) not in told:
                yield doubt
        yield from self._no_truth_values(result)

    def _comparisons(self, result: ast.expr) -> Iterator[Doubt]:
        """Comparisons that always come out the same, whatever was asked before them."""
        compares = [node for node in _within([result]) if isinstance(node, ast.Compare)]
        for link in (link for node in compares for link in links_of(node)):
            for truth, word in ((True, "never"), (False, "always")):
                if self._reader.assume(link, truth, START) is None:
                    why, remedy = explained(self._reader, Cause(link, truth, START))
                    yield self._doubt(link, f"This comparison is {word} true: {why}.", remedy, fatal=False)
                    break

    def _no_truth_values(self, result: ast.expr) -> Iterator[Doubt]:
        for leaf, value in self._reader.results(result, START):
            if value.types is not None and value.types != {bool}:
                words = f"The condition can give {described(value)} instead of True or False: `{ast.unparse(leaf)}`."
                yield self._doubt(leaf, words, "Compare it, as in `is not None`, or write bool(…).", fatal=True)


def nearest(name: str, known: Iterable[str]) -> str:
    """What was meant by a name that is not known; else all that are, unless these are too many to be read."""
    names = sorted(set(known))
    found = get_close_matches(name, names, 1)
    if found:
        return f"Did you mean `{found[0]}`?"
    return f"There are: {', '.join(names)}." if 0 < len(names) <= MOST_NAMED else "Take it out."


def _attributes_of(kind: type) -> list[str]:
    return [name for name in {*dir(kind), *getattr(kind, "__annotations__", ())} if not name.startswith("_")]


def _within(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All parts, but those in which names can mean something else."""
    for node in nodes:
        if not isinstance(node, NEW_SCOPE):
            yield node
            yield from _within(ast.iter_child_nodes(node))
