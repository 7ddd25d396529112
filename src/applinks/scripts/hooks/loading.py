"""Loads a folder of scripts: each file is a module, each decorated function in it a hook.

Rules of this file:
- One file with a mistake does not keep the others from being loaded; each mistake says file, line and what to do.
- Nothing outside of the folder is loaded: no symbolic link leads out of it (security.md T-82).
- A file or folder whose name begins with "_" has no hooks; other scripts may import it.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from inspect import Parameter, iscoroutinefunction, signature
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from applinks.errors import AppLinksError, ConfigurationError, ScriptWrong
from applinks.scripts.conditions import check_condition
from applinks.scripts.hooks.cron import check_cron
from applinks.scripts.hooks.decorators import Hook, HookKind, Noted, noted
from applinks.scripts.hooks.names import names_of
from applinks.scripts.hooks.parameters import parameters_of

PACKAGE = "applinks_scripts"
"""Scripts are modules below this name."""
_BOUND = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.POSITIONAL_ONLY)


@dataclass(frozen=True, slots=True)
class Script:
    """A hook that can be run: its function, its condition, and the names that the function wants bound."""

    hook: Hook
    function: Callable[..., Any]
    when: Callable[..., Any] | None
    names: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a script, and where; the message does not say that again. If `fatal`, the hook or file is not used."""

    file: str
    line: int
    message: str
    remedy: str | None = None
    fatal: bool = True

    @property
    def told(self) -> str:
        """The message with its place: "publish.py, line 3: …"."""
        return f"{Path(self.file).name}, line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was found in a folder. `revision` changes with every file in it."""

    scripts: Mapping[str, Script] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    revision: str = ""

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """All hooks, in the order of their ids."""
        return tuple(script.hook for _, script in sorted(self.scripts.items()))


def load(folder: Path) -> Loaded:
    """Load all scripts below a folder. Raises `ConfigurationError` if there is none."""
    root = checked_folder(folder)
    revision = revision_of(root)  # first: what changes from here on is noticed by whoever looks again
    _forget_modules()
    sys.path[:] = [str(root), *(entry for entry in sys.path if entry != str(root))]
    scripts: dict[str, Script] = {}
    faults: list[Fault] = []
    with _nothing_compiled_left_behind():
        for file in script_files(root):
            for found in _load_file(root, file):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    scripts[found.hook.id] = found
    faults.extend(_doubles(scripts))
    return Loaded(scripts, tuple(faults), revision)


def checked_folder(folder: Path) -> Path:
    """The folder without symbolic links on the way."""
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {str(folder)!r} for scripts.", remedy=f"Make it: mkdir {folder}.")
    return folder.resolve()


def script_files(root: Path) -> Iterator[Path]:
    """The files that may have hooks, in the order of their names."""
    for file in _python_files(root):
        if not any(part.startswith(("_", ".")) for part in file.relative_to(root).parts):
            yield file


def _python_files(root: Path) -> Iterator[Path]:
    """Those that lie in the folder. What leads out of it is none, nor what leads nowhere, like the locks of some editors."""
    for file in sorted(root.rglob("*.py")):
        if file.is_file() and file.resolve().is_relative_to(root.resolve()):
            yield file


def glance_at(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of each Python file below the folder: where they are the same, nothing has changed."""
    return tuple((str(file), *_size_and_time(file)) for file in _python_files(root))


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:  # it has just been taken away
        return 0, 0
    return status.st_size, status.st_mtime_ns


def revision_of(root: Path) -> str:
    """A digest of all Python files below the folder, whose change means that the scripts have to be loaded again."""
    digest = hashlib.sha256()
    for file in _python_files(root):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _doubles(scripts: dict[str, Script]) -> Iterator[Fault]:
    """Operations of one name, or endpoints at one address: none of them is used, since nobody could say which is meant."""
    places: dict[tuple[str, ...], list[Hook]] = {}
    for script in scripts.values():
        hook = script.hook
        if hook.kind is HookKind.OPERATION:
            places.setdefault(("the name", hook.id.rpartition(":")[2]), []).append(hook)
        elif hook.kind is HookKind.ENDPOINT:
            places.setdefault(("the address", f"{hook.method} {hook.path}"), []).append(hook)
    for (what, place), hooks in places.items():
        for hook in hooks if len(hooks) > 1 else ():
            del scripts[hook.id]
            others = ", ".join(other.id for other in hooks if other is not hook)
            yield Fault(hook.file, hook.line, f"{hook.id} has {what} {place!r}, and so has {others}.", "Change one of them.")


def _load_file(root: Path, file: Path) -> Iterator[Script | Fault]:
    name = ".".join(file.relative_to(root).with_suffix("").parts)
    try:
        text = file.read_text(encoding="utf-8")
        module = _imported(f"{PACKAGE}.{name}", file)
    except (Exception, SystemExit) as error:  # noqa: BLE001 whatever a script does when it is loaded
        yield _fault(file, error)
        return
    for function in list(vars(module).values()):
        if getattr(function, "__module__", None) == module.__name__:
            for number, one in enumerate(noted(function)):
                yield from _load_carefully(root, file, text, function, one, number)


def _load_carefully(
    root: Path, file: Path, text: str, function: Callable[..., Any], one: Noted, number: int
) -> Sequence[Script | Fault]:
    """What nobody foresaw about one hook keeps no other from being loaded."""
    try:
        return list(_load_hook(root, file, text, function, one, number))
    except Exception as error:  # noqa: BLE001
        return [_fault(file, error)]


def _imported(name: str, file: Path) -> ModuleType:
    loader = _AsItStands(name, str(file))
    spec = spec_from_loader(name, loader)
    if spec is None:
        raise ConfigurationError(f"{file} cannot be loaded.")
    module = module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


class _AsItStands(SourceFileLoader):
    """Never takes what was compiled before: within a second, it could be that of another text of the same length."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 it loads one file
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


@contextmanager
def _nothing_compiled_left_behind() -> Iterator[None]:
    """For the same reason, and for what scripts import from their folder."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _forget_modules() -> None:
    for name in [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]:
        del sys.modules[name]


def _load_hook(
    root: Path, file: Path, text: str, function: Callable[..., Any], one: Noted, number: int
) -> Iterator[Script | Fault]:
    line = function.__code__.co_firstlineno
    stem = file.relative_to(root).with_suffix("").as_posix()
    about = (function.__doc__ or "").strip().partition("\n")[0]
    hook = replace(
        one.hook,
        id=f"{stem}:{function.__name__}" + (f"-{number + 1}" if number else ""),
        file=str(file),
        line=line,
        about=about,
        revision=hashlib.sha256(text.encode()).hexdigest()[:16],
        conditional=one.when is not None,
    )
    try:
        names = _names(hook, function)
        if hook.cron is not None:
            check_cron(hook.cron, hook.zone or "UTC", file=str(file), line=line)
        hook = replace(hook, parameters=parameters_of(function))
    except ScriptWrong as wrong:
        yield _fault(file, wrong)
        return
    fatal = False
    if one.when is not None:
        for doubt in check_condition(text, str(file), function.__name__, _types(hook)):
            fatal = fatal or doubt.fatal
            yield Fault(str(file), doubt.line, doubt.words, doubt.remedy, doubt.fatal)
    if not fatal:
        yield Script(hook, function, one.when, names, str(file))


def _names(hook: Hook, function: Callable[..., Any]) -> tuple[str, ...]:
    """The names that are to be bound; `ScriptWrong` for one that cannot be."""
    if iscoroutinefunction(function):
        raise _wrong(hook, "is asynchronous.", "Write it as a plain function: each run has a process of its own.")
    allowed = names_of(hook)
    names = []
    for name, parameter in signature(function).parameters.items():
        if parameter.kind is Parameter.KEYWORD_ONLY:
            continue
        if parameter.kind not in _BOUND or name not in allowed:
            near = get_close_matches(name, allowed, 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            own = "If it is a parameter of your own, put it behind a `*` and annotate it."
            raise _wrong(hook, f"names {name!r}, which a {hook.kind.value} cannot have.", hint + own)
        names.append(name)
    return tuple(names)


def _types(hook: Hook) -> dict[str, Any]:
    return {name: Any if kind is None else kind for name, kind in names_of(hook).items()}


def _wrong(hook: Hook, message: str, remedy: str) -> ScriptWrong:
    return ScriptWrong(f"{hook.id} {message}", file=hook.file, line=hook.line, remedy=remedy)


def _fault(file: Path, error: Exception | SystemExit) -> Fault:
    if isinstance(error, ScriptWrong):
        place = f"{Path(error.file).name}, line {error.line}: "
        return Fault(error.file, error.line, error.message.removeprefix(place), error.remedy)
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return Fault(str(file), error.lineno or 0, f"{error.msg}: {(error.text or '').strip()}", "Correct the line.")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    line = (frames[-1].lineno or 0) if frames else 0
    if isinstance(error, AppLinksError):
        return Fault(str(file), line, error.message, error.remedy)
    return Fault(str(file), line, f"{type(error).__name__}: {error}", "Correct what it does when it is loaded.")
