"""What a condition says, asked before its hook runs (R-34)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from applinks.audit import printable
from applinks.errors import ScriptWrong

_STARS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def evaluate(when: Callable[..., object], bindings: Mapping[str, Any]) -> bool:
    """What a condition says, called with those bindings that its parameters name.

    Raises ScriptWrong where it asks for something else, fails, or gives something else than True or False.
    """
    code = getattr(inspect.unwrap(when), "__code__", None)
    asked = inspect.signature(when).parameters.values()
    missing = [one.name for one in asked if one.name not in bindings and one.default is one.empty and one.kind not in _STARS]
    if missing:
        raise _failed(code, f"the condition asks for {missing[0]}, which is not there", f"There are: {', '.join(bindings)}.")
    try:
        result = when(**{one.name: bindings[one.name] for one in asked if one.name in bindings and one.kind not in _STARS})
    except Exception as error:
        what = f"the condition failed: {type(error).__name__}: {printable(str(error)[:200])}"
        raise _failed(code, what, "Correct it.", error) from error
    if isinstance(result, bool):
        return result
    if inspect.iscoroutine(result):
        result.close()
    what = f"the condition gave a value of the type {type(result).__name__}"
    raise _failed(code, what, "It must give True or False: compare, or write bool(…).")


def _failed(code: CodeType | None, what: str, remedy: str, error: BaseException | None = None) -> ScriptWrong:
    """The error, at the line of the condition where it failed."""
    line = code.co_firstlineno if code else 0
    step = error.__traceback__ if error else None
    while step is not None:
        line = step.tb_lineno if step.tb_frame.f_code is code else line
        step = step.tb_next
    return ScriptWrong(f"{what}.", file=code.co_filename if code else "", line=line, remedy=remedy)
