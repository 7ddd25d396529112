"""Runs a pasted text where it can reach nothing: no file, no network, no environment, no import of ours (T-80, T-81).

The text runs in a process of its own, in an interpreter that has nothing to begin with (pydantic-monty, the extra `sandbox`).
Each time it asks for something it is halted, and what it asks for is answered here, or is an error there.

Rules of this file:
- Its clock stands at the moment when the run was made, and its chance begins with the number of the run: each pass is alike.
- What it uses is held to `Limits`; what the text does about that is of no account, since it cannot catch it.
- What ends a pass leaves the sandbox as it is: the halted text is thrown away, and learns nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from applinks.errors import ConfigurationError, ScriptWrong
from applinks.scripts.hooks.decorators import HookKind, Limits
from applinks.scripts.pasted.granted import Granted, values

if TYPE_CHECKING:
    from pydantic_monty import Frame, MontyError, MontySession, SyncSnapshot

EXTRA = "pydantic_monty"
INSTALL = "pip install 'applinks[sandbox]'"
MOST_HALTS = 1000
"""How often a text may ask for something in one pass."""
DEEPEST_CALLS = 200
LIMITS = Limits(seconds=60.0, cpu_seconds=10.0, megabytes=128)
"""What one pass of a pasted text may use; the memory is that of the text alone."""
MEGABYTE = 1024 * 1024
SOMEWHAT_LESS = 0.9
"""Of the processor time: so that it ends by itself before the system would end it, which says less."""
STOP = "__checked__"
OF_EVAL = "<string>"
ENDS = "\nNone"
"""What a text leaves as its last line is not what it returns."""


def has_sandbox() -> bool:
    """Whether there is a sandbox."""
    return find_spec(EXTRA) is not None


def warm_up_sandbox() -> None:
    """Fetch what each pass would have to fetch; it begins no process and no thread."""
    if has_sandbox():
        import_module(EXTRA)


def check(name: str, text: str) -> None:
    """Read a text without running it. Raises `ScriptWrong` with line and column, and `ConfigurationError` without the extra."""
    from pydantic_monty import MontyError

    with _session(name, LIMITS, None) as session:
        try:
            session.feed_start(f"{STOP}()\n{text}")
        except MontyError as error:
            raise _wrong(error, name, LIMITS, lines_before=1) from None


@dataclass(frozen=True, slots=True)
class Sandboxed:
    """A pasted text as a function of a script: it is called with what `granted.WANTED` names, what is told, and parameters."""

    name: str
    text: str
    kind: HookKind
    told: tuple[str, ...]
    parameters: tuple[str, ...]
    limits: Limits = LIMITS

    def __call__(self, **bound: Any) -> Any:
        """Run it; what it returns. Raises `ScriptWrong` where it fails, and whatever ends the pass."""
        granted = Granted(bound, self.kind)
        given = values(bound, self.told, {name: bound[name] for name in self.parameters})
        with _session(self.name, self.limits, bound["run"]) as session:
            return self._driven(session, given, granted)

    def _driven(self, session: MontySession, given: Mapping[str, Any], granted: Granted) -> Any:
        from pydantic_monty import MontyComplete, MontyError

        try:
            halted = session.feed_start(f"{self.text}{ENDS}", inputs=dict(given), print_callback=_print)
            while not isinstance(halted, MontyComplete):
                halted = _answered(halted, granted)
            return halted.output
        except MontyError as error:
            inner = error.exception()
            known = granted.raised.get(str(inner)) if isinstance(inner, RuntimeError) else None
            if known is not None:
                raise known from None
            raise _wrong(error, self.name, self.limits) from None


def _answered(halted: SyncSnapshot, granted: Granted) -> SyncSnapshot:
    """Let it go on with the answer to what it has asked for."""
    from pydantic_monty import FunctionSnapshot, NameLookupSnapshot

    if isinstance(halted, NameLookupSnapshot):
        function = granted.functions.get(halted.variable_name) if halted.object_id is None else None
        return halted.resume() if function is None else halted.resume(value=function)
    if not isinstance(halted, FunctionSnapshot):
        raise ConfigurationError("A pasted text waits for what nobody has begun.")
    if halted.is_os_function:
        return halted.resume_not_handled()
    name = str(halted.function_name) if halted.object_id is None else ""
    reply: Any = granted.reply(name, halted.args, halted.kwargs)
    return halted.resume(reply)


@contextmanager
def _session(name: str, limits: Limits, run: Any) -> Iterator[MontySession]:
    """A process for one text, which ends with this."""
    if not has_sandbox():
        raise ConfigurationError("Pasted scripts need a sandbox, which is not installed.", remedy=f"{INSTALL}.")
    from pydantic_monty import Monty

    made_at, number = (run.made_at, run.number) if run is not None else (0.0, 0)
    with Monty(min_processes=1, max_processes=1, request_timeout=limits.seconds) as pool:
        session = pool.checkout(
            script_name=name,
            limits={
                "max_feed_duration_secs": limits.cpu_seconds * SOMEWHAT_LESS,
                "max_memory": limits.megabytes * MEGABYTE,
                "max_suspensions": MOST_HALTS,
                "max_recursion_depth": DEEPEST_CALLS,
            },
            os_policy={
                "datetime": datetime.fromtimestamp(made_at, UTC),
                "sleep": "call_host",
                "random_start": {"seed": number},
            },
        )
        with session:
            yield session


def _print(_stream: str, text: str) -> None:
    """To the output of the run, into which all that is printed in this process goes."""
    print(text, end="")


def _wrong(error: MontyError, name: str, limits: Limits, *, lines_before: int = 0) -> ScriptWrong:
    """What has gone wrong in the text, and where."""
    inner = error.exception()
    line, column = _place(getattr(error, "traceback", list)())
    line = max(1, line - lines_before) if line else 0
    remedy = "Correct the line." if line and isinstance(inner, SyntaxError) else None
    return ScriptWrong(_said(error, inner, limits), file=name, line=line, column=column, remedy=remedy)


def _place(frames: list[Frame]) -> tuple[int, int | None]:
    """The innermost line of the text itself; what it has put together and evaluated has none."""
    own = [frame for frame in frames if frame.filename != OF_EVAL]
    return (own[-1].line, own[-1].column) if own else (0, None)


def _said(error: MontyError, inner: BaseException, limits: Limits) -> str:
    said = str(inner)
    if isinstance(inner, MemoryError):
        return f"It used more than {limits.megabytes} megabytes of memory."
    if isinstance(inner, TimeoutError) and "time limit" in said:
        return f"It used more than {limits.cpu_seconds:g} seconds of processor time."
    if isinstance(inner, RuntimeError) and said.startswith("suspension limit"):
        return f"It has asked for something more than {MOST_HALTS} times."
    if type(error).__name__ == "MontyCrashedError":
        return "It has broken off: its process is gone, and with it whatever it was about to do."
    return f"{type(inner).__name__}: {said[:1000]}"
