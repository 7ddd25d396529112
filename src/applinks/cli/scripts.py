"""`applinks scripts`: the hooks of scripts, whether they are on, and their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, line_from_stdin, opened, show, table, whoever_runs_this
from applinks.errors import ConfigurationError
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks.scripts import Fault, Hook, KnownHook, Loaded

app = typer.Typer(help="Scripts: their hooks, on and off, and their parameters.", no_args_is_help=True)
HookId = Annotated[str, typer.Argument(metavar="HOOK", help="Its file and its function, like publish:when_done.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", help="Where the scripts lie: they are loaded, which runs what stands in them."),
]
STDIN = "-"


@app.command("list")
def list_(folder: Folder = None, database: Database = None, as_json: Json = False) -> None:
    """Show the hooks that have run or are set; with a folder, also those in it, and what is wrong with them."""
    loaded = _loaded(folder)
    with opened(database) as applinks:
        known = {hook.id: hook for hook in applinks.known_hooks()}
    hooks = _all(known, loaded)
    kinds = {hook.id: hook.kind.value for hook in loaded.hooks} if loaded else {}
    rows: list[tuple[str, ...]] = [("hook", "kind", "on", "last run", "failed in a week", "set by")]
    rows += [_cells(hook, kinds.get(hook.id, "-")) for hook in hooks]
    faults = loaded.faults if loaded else ()
    lines = [*(table(rows) if hooks else ["There are no hooks."]), *_faults(faults)]
    show({"hooks": data(hooks), "faults": data(faults)}, *lines, as_json=as_json)


@app.command("show")
def show_(hook: HookId, folder: Folder = None, database: Database = None, as_json: Json = False) -> None:
    """Show one hook; with the folder of its script, also what it hooks into, and its parameters. Secrets are never shown."""
    loaded = _loaded(folder)
    with opened(database) as applinks:
        known = {one.id: one for one in applinks.known_hooks()}
    one = next((one for one in _all(known, loaded) if one.id == hook), None)
    if one is None:
        raise ConfigurationError(f"There is no hook {hook!r}.", remedy="`applinks scripts list` shows what there is.")
    found = next((each for each in loaded.hooks if each.id == hook), None) if loaded else None
    values = _values(found, one)
    told = {**data(one), "parameters": values, "hook": data(found) if found else None}
    show(told, *_in_full(one, found, values), as_json=as_json)


@app.command("set")
def set_(
    hook: HookId,
    values: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE…", help="Parameters; a secret is read from standard input: NAME=-")
    ],
    folder: Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Where the scripts lie; they are loaded.")],
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Set parameters of a hook, from the next run on; those that are not named stay. A list is named once for each text."""
    from applinks.scripts import hook_of, load, read_named, to_json

    with opened(database) as applinks:
        found = hook_of(load(folder).hooks, hook)
        read = read_named(found.parameters, _texts(found, values))
        known = applinks.set_parameters(found, to_json(read), by=whoever_runs_this(by))
    show({**data(known), "parameters": _values(found, known)}, f"Kept for {hook}.", as_json=as_json)


@app.command()
def on(hook: HookId, folder: Folder = None, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let a hook run again."""
    _switch(hook, folder, by, database, on=True, as_json=as_json)


@app.command()
def off(hook: HookId, folder: Folder = None, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let a hook run no more, on any machine, until it is on again."""
    _switch(hook, folder, by, database, on=False, as_json=as_json)


def _switch(hook: str, folder: Path | None, by: str | None, database: str | None, *, on: bool, as_json: bool) -> None:
    loaded = _loaded(folder)
    ids = [one.id for one in loaded.hooks] if loaded else []
    with opened(database) as applinks:
        known = applinks.switch_hook(hook, on, loaded=ids, by=whoever_runs_this(by))
    show(data(known), f"{hook} is {'on' if on else 'off'}.", as_json=as_json)


def _loaded(folder: Path | None) -> Loaded | None:
    from applinks.scripts import load

    return None if folder is None else load(folder)


def _all(known: dict[str, KnownHook], loaded: Loaded | None) -> list[KnownHook]:
    from applinks.scripts import KnownHook

    ids = sorted({*known, *(hook.id for hook in (loaded.hooks if loaded else ()))})
    return [known.get(id, KnownHook(id)) for id in ids]  # noqa: A001


def _texts(hook: Hook, values: Sequence[str]) -> dict[str, list[str]]:
    """By the names; a secret is no word of a command line, where others of this machine could see it."""
    texts: dict[str, list[str]] = {}
    secrets = {parameter.name for parameter in hook.parameters if parameter.secret}
    for said in values:
        name, equals, value = said.partition("=")
        if not equals:
            raise ConfigurationError(f"{said[:50]!r} sets nothing.", remedy="Write NAME=VALUE.")
        if name in secrets:
            if value != STDIN:
                raise ConfigurationError(f"{name} is a secret.", remedy=f"Write {name}=- and give it on standard input.")
            value = line_from_stdin(name)
        texts.setdefault(name, []).append(value)
    return texts


def _values(hook: Hook | None, known: KnownHook) -> dict[str, Any]:
    """What is set, as far as it is known to be no secret."""
    from applinks.scripts import without_secrets

    return without_secrets(hook.parameters, known.parameters) if hook is not None else {}


def _cells(hook: KnownHook, kind: str) -> tuple[str, ...]:
    last = f"{hook.last.number} {hook.last.state.value} {moment(hook.last.made_at)}" if hook.last is not None else "-"
    return (hook.id, kind, "on" if hook.enabled else "off", last, str(hook.failures or "-"), hook.changed_by or "-")


def _in_full(known: KnownHook, hook: Hook | None, values: dict[str, Any]) -> Iterator[str]:
    yield f"{known.id}: {'on' if known.enabled else 'off'}"
    if hook is not None:
        yield f"  {hook.kind.value}, {hook.file}, line {hook.line}{', with a condition' if hook.conditional else ''}"
        yield f"  {hook.about or '-'}"
        for one in hook.parameters:
            kept = "(secret)" if one.secret else values.get(one.name, "as the script has it")
            yield f"  {one.name}: {kept}   {one.kind.value}{', must be given' if one.required else ''}. {one.description}"
    if known.last is not None:
        yield f"  last run {known.last.number}, {known.last.state.value}, {moment(known.last.made_at)}"
    if known.failures:
        yield f"  {known.failures} failed in the last week"
    if known.changed_by is not None:
        yield f"  set last by {known.changed_by}, {moment(known.changed_at)}"


def _faults(faults: Sequence[Fault]) -> Iterator[str]:
    for fault in faults:
        yield f"{fault.file}, line {fault.line}: {'' if fault.fatal else 'a doubt: '}{fault.message}"
        if fault.remedy:
            yield f"  → {fault.remedy}"
