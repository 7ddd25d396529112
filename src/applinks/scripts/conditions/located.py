"""Finds the condition of a function in the text of its file."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from applinks.errors import ScriptWrong

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: the names that it asks for, those of them that it changes, its body, and its result as one expression.

    `defaulted` has the names that it can do without; `result` is None where it is no plain decision. `defined` has all
    names that the file gives to something, None where that cannot be told.
    """

    node: ast.Lambda | Function
    lines: Sequence[str]
    asked: Mapping[str, ast.arg]
    defaulted: frozenset[str]
    changed: frozenset[str]
    body: Sequence[ast.AST]
    result: ast.expr | None
    defined: frozenset[str] | None

    @property
    def is_async(self) -> bool:
        """Whether it would give a coroutine."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def knows(self, name: str) -> bool:
        """Whether a name can mean something in this file."""
        return self.defined is None or name in self.defined or hasattr(builtins, name) or name == "__file__"

    def place_of(self, node: ast.AST) -> tuple[int, int]:
        """Line and column, from 1, the latter in characters."""
        line, column = getattr(node, "lineno", self.node.lineno), getattr(node, "col_offset", self.node.col_offset)
        before = self.lines[line - 1].encode()[:column] if line <= len(self.lines) else b""
        return line, len(before.decode(errors="replace")) + 1


def conditions_of(source: str, file: str, function_name: str) -> Iterator[Condition]:
    """The conditions in the decorators of that function. Raises ScriptWrong for text that is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ScriptWrong(f"this is not Python: {error.args[0]}.", file=file, line=line, remedy="Correct it.") from error
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name == function_name:
            for when in _whens(node):
                found = _defined(when, tree)
                if found is not None:
                    yield _condition(found, lines, _names_of(tree))


def _whens(function: Function) -> Iterator[ast.expr]:
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return (keyword.value for call in calls for keyword in call.keywords if keyword.arg == "when")


def _defined(when: ast.expr, tree: ast.Module) -> ast.Lambda | Function | None:
    """The lambda itself, or the function that has this name here and no other time, and that nothing wraps."""
    if isinstance(when, ast.Lambda):
        return when
    if not isinstance(when, ast.Name) or [*_changed([tree])].count(when.id) != 1:
        return None
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]) if node.name == when.id:
                return node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as found) if name == when.id:
                return found
    return None


def _condition(node: ast.Lambda | Function, lines: Sequence[str], defined: frozenset[str] | None) -> Condition:
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    late = [name for name, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is not None]
    defaulted = [*plain[len(plain) - len(given.defaults) :], *late]
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    return Condition(
        node,
        lines,
        {one.arg: one for one in (*plain, *given.kwonlyargs)},
        frozenset(one.arg for one in defaulted),
        frozenset(_changed(body)),
        body,
        node.body if isinstance(node, ast.Lambda) else _folded(node.body),
        defined,
    )


def _names_of(tree: ast.Module) -> frozenset[str] | None:
    """Everything that has a name somewhere in the file: too much rather than too little."""
    names = {*_changed([tree]), *(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))}
    return None if "*" in names else frozenset(names)


def _changed(body: Sequence[ast.AST]) -> Iterator[str]:
    """Names that are given another value somewhere."""
    for part in body:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                yield node.id
            elif isinstance(node, ast.alias):
                yield (node.asname or node.name).partition(".")[0]
            elif isinstance(node, Function | ast.ClassDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                yield node.name
            elif isinstance(node, ast.MatchMapping) and node.rest:
                yield node.rest


def _folded(statements: Sequence[ast.stmt]) -> ast.expr | None:
    """Statements that only decide and return, as one expression."""
    if not statements:
        return ast.Constant(None)
    first, *rest = statements
    match first:
        case ast.Return(value=value):
            return value or ast.copy_location(ast.Constant(None), first)
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return _folded(rest)
        case ast.If(test=test, body=body, orelse=orelse):
            then, other = _folded([*body, *rest]), _folded([*orelse, *rest])
            if then is None or other is None:
                return None
            return ast.copy_location(ast.IfExp(test, then, other), first)
    return None
