"""`applinks run`: one hook of a script, by hand; or a rehearsal that shows what it would do."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.audit import printable
from applinks.cli.application import OfApplication, application_of, closed
from applinks.cli.performing import log_unsaid
from applinks.cli.words import Database, Json, show
from applinks.errors import ConfigurationError, CredentialsRequired

if TYPE_CHECKING:
    from applinks import AppLinks, AsyncAppLinks
    from applinks.running import Scripts
    from applinks.scripts import Event, Fault, Hook, Progress, Rehearsed, Run

LONGEST_WAIT = 3600.0
LOOK_EVERY = 0.1
PROGRESS_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for: which hook of which file, as whom, on which event, with which parameters."""

    script: Path
    hook: str | None
    user: str | None
    payload: Any
    kind: str
    values: list[str]


def run(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="The file with the hook.")],
    user: Annotated[str | None, typer.Option("--as", metavar="USER", help="Who is said to have caused it.")] = None,
    hook: Annotated[str | None, typer.Option("--hook", metavar="FUNCTION", help="Which one, if the file has several.")] = None,
    event: Annotated[Path | None, typer.Option("--event", metavar="FILE", help="What happened, as JSON.")] = None,
    kind: Annotated[str, typer.Option("--kind", help="The name of that event, if the hook does not have one.")] = "",
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter, for this run alone; may be said again."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing that changes anything; show which calls would be made.")
    ] = False,
    app: OfApplication = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Run a hook once, here and now, as the person who is said to have caused it.

    With --dry-run, what only reads is asked for really, and what would change something is shown and not sent.
    """
    if not script.is_file():
        raise ConfigurationError(f"There is no file {str(script)!r}.", remedy="Name the file of the script.")
    wanted = _Wanted(script, hook, user, _payload(event), kind, values or [])
    applinks = application_of(app, database)
    try:
        with log_unsaid():
            (_rehearse if dry_run else _run)(applinks, wanted, as_json=as_json)
    finally:
        closed(applinks)


def _run(applinks: AppLinks | AsyncAppLinks, wanted: _Wanted, *, as_json: bool) -> None:
    from applinks.running import Scripts
    from applinks.scripts import read_named

    scripts = Scripts(applinks, wanted.script.parent, engine=False)
    try:
        hook = _chosen(scripts.hooks, scripts.faults, wanted)
        parameters = read_named(hook.parameters, _pairs(wanted.values))
        kind = _kind(hook, wanted.kind)
        number = scripts.run(hook.id, user=wanted.user, parameters=parameters, event=wanted.payload, kind=kind)
        _perform(scripts, number)
        _show_run(scripts, hook, number, as_json=as_json)
    finally:
        scripts.close(0)


def _perform(scripts: Scripts, number: int) -> None:
    """Here, unless another process with the same database is quicker, such as `applinks serve`: then until that one has.

    How far it is, is told on standard error meanwhile.
    """
    from applinks.scripts import RunOf, RunState

    until = time.monotonic() + LONGEST_WAIT
    told: Progress | None = None
    while scripts.performer.take(number) is None and time.monotonic() < until:
        run: Run = scripts.applinks.answer(RunOf(number))
        if run.state not in {RunState.QUEUED, RunState.RUNNING}:
            return
        told = _tell_progress(run, told)
        time.sleep(LOOK_EVERY)
    while not scripts.performer.wait(number, PROGRESS_EVERY) and time.monotonic() < until:
        told = _tell_progress(scripts.applinks.answer(RunOf(number)), told)


def _tell_progress(run: Run, told: Progress | None) -> Progress | None:
    """Tell what is new; what was told last."""
    if run.progress is not None and run.progress != told:
        typer.echo(f"  {printable(str(run.progress))}", err=True)
    return run.progress


def _show_run(scripts: Scripts, hook: Hook, number: int, *, as_json: bool) -> None:
    from applinks.scripts import RunRecord, RunState, record_for, without_secrets

    record: RunRecord = scripts.drive(record_for(number, "", administrator=True))
    done = record.run
    told = [f"  {line.level:8} {line.text}" for line in record.log]
    told += [f"  {call.method} {call.address} as {call.user or 'nobody'} → {call.status}" for call in record.calls]
    told += [f"  it came to {done.progress}"] if done.progress is not None else []
    outcome = f"Run {number} of {done.hook}: {done.state.value}"
    if done.state is RunState.PARKED:
        outcome += f"; it waits until {done.parked_user} has allowed it, and goes on by itself then"
    outcome += f": {done.error}" if done.error else "" if done.result is None else f", with {json.dumps(done.result)}"
    told_as_data = {"lines": [asdict(line) for line in record.log], "calls": [asdict(call) for call in record.calls]}
    data = {**asdict(done), **told_as_data}
    data.pop("holder")
    data["parameters"] = without_secrets(hook.parameters, done.parameters)
    show(data, *told, outcome, as_json=as_json)
    if done.state not in {RunState.DONE, RunState.SKIPPED, RunState.PARKED}:
        raise typer.Exit(1)


def _rehearse(applinks: AppLinks | AsyncAppLinks, wanted: _Wanted, *, as_json: bool) -> None:
    from applinks.scripts import load, read_named, rehearse

    loaded = load(wanted.script.parent)
    hook = _chosen(loaded.hooks, loaded.faults, wanted)
    parameters = read_named(hook.parameters, _pairs(wanted.values))
    event = None if wanted.payload is None else _event(hook, wanted, applinks.identity.type)
    found = rehearse(loaded.scripts[hook.id], applinks, wanted.user, event=event, parameters=parameters)
    show(_as_data(found), *_in_words(found), as_json=as_json)
    if not isinstance(found.ending, CredentialsRequired) and found.ending.error and found.ending.state.value == "failed":
        raise typer.Exit(1)


def _in_words(found: Rehearsed) -> list[str]:
    lines = [f"  {level:8} {text}" for _, level, text in found.lines]
    for call in found.calls:
        who = (
            f"as {call.user} over {call.link!r} by {call.way or 'no way yet'}" if call.user else f"as nobody over {call.link!r}"
        )
        lines.append(f"  {'asked' if call.sent else 'would send'}: {call.method} {call.address} {who}")
    lines += [f"  it came to {found.progress}"] if found.progress is not None else []
    lines += [f"  would tell {message.user}: {message.text}" for message in found.messages]
    if isinstance(found.ending, CredentialsRequired):
        lines.append(f"{found.hook.id} would wait here until {found.ending.user} has allowed it in {found.ending.link!r}.")
    else:
        why = f": {found.ending.error.rstrip('.')}" if found.ending.error else ""
        lines.append(f"{found.hook.id} would end as {found.ending.state.value}{why}. Nothing was changed.")
    return lines


def _as_data(found: Rehearsed) -> dict[str, Any]:
    ending = found.ending
    return {
        "hook": found.hook.id,
        "calls": [asdict(call) for call in found.calls],
        "messages": [asdict(message) for message in found.messages],
        "lines": [{"level": level, "text": text} for _, level, text in found.lines],
        "state": "parked" if isinstance(ending, CredentialsRequired) else ending.state.value,
        "error": None if isinstance(ending, CredentialsRequired) else ending.error,
    }


def _chosen(hooks: Sequence[Hook], faults: Sequence[Fault], wanted: _Wanted) -> Hook:
    """The hook that is meant; where none is, what is wrong with the file is said first."""
    file = wanted.script.resolve()
    there = {hook.id.rpartition(":")[2]: hook for hook in hooks if Path(hook.file).resolve() == file}
    meant = [hook for name, hook in there.items() if wanted.hook in {None, name}]
    if len(meant) == 1:
        return meant[0]
    for fault in faults:
        if fault.fatal and Path(fault.file).resolve() == file:
            raise ConfigurationError(fault.told, remedy=fault.remedy)
    names = ", ".join(there)
    raise ConfigurationError(
        f"{wanted.script.name} has {'no such hook' if wanted.hook or not meant else 'several hooks'}.",
        remedy=f"Name one with --hook: {names}." if names else "Decorate a function of it: see the guide to scripts.",
    )


def _payload(path: Path | None) -> Any:
    if path is None:
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The event in {path} cannot be read: {error}.", remedy="Give a file with JSON.") from error
    if not isinstance(told, dict):
        raise ConfigurationError(f"The event in {path} is no JSON object.", remedy='Write {"…": …}.')
    return told


def _event(hook: Hook, wanted: _Wanted, own: str) -> Event:
    from applinks import clock
    from applinks.scripts import BY_HAND, Event

    application, kind = hook.application or own, _kind(hook, wanted.kind)
    return Event(BY_HAND, application, kind, clock.fresh_nonce(), wanted.payload, clock.now(), user=wanted.user)


def _kind(hook: Hook, said: str) -> str:
    return said or next((event for event in hook.events if event != "*"), "by hand")


def _pairs(values: list[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for value in values:
        name, is_one, text = value.partition("=")
        if not is_one:
            raise ConfigurationError(f"--set {name!r} says no value.", remedy="Write --set NAME=VALUE.")
        pairs.setdefault(name, []).append(text)
    return pairs
