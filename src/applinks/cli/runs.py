"""`applinks runs`: what scripts have done and are doing, and what people do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, Since, Until, moment_said, opened, show, table, whoever_runs_this
from applinks.errors import ConfigurationError
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks.scripts import CallTold, Run, RunFilters, RunRecord

app = typer.Typer(help="Runs of scripts: what they did, as whom, and what became of it.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As `applinks runs list` shows it.")]
OfHook = Annotated[str | None, typer.Option("--hook", metavar="HOOK", help="Only those of this hook, like publish:when_done.")]
InState = Annotated[
    str | None, typer.Option("--state", metavar="STATE", help="Only those in this state, such as failed; or all, skipped too.")
]
OfPerson = Annotated[str | None, typer.Option("--user", metavar="USER", help="Only those as this person, or caused by them.")]
About = Annotated[str | None, typer.Option("--item", metavar="ITEM", help='Only those about this: "issue OPS-7".')]
ALL = "all"


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="How many, newest first.")] = 20,
    hook: OfHook = None,
    state: InState = None,
    user: OfPerson = None,
    item: About = None,
    since: Since = None,
    until: Until = None,
    before: Annotated[
        int | None, typer.Option("--before", metavar="NUMBER", min=1, help="Only runs before this one: the next page.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the newest runs. Those that were skipped, since their condition was not met, are left out if no state is said."""
    only = _only(hook, state, user, item, since, until)
    if before is not None:
        only["before"] = before
    with opened(database) as applinks:
        runs = applinks.script_runs(limit, **only)
    rows: list[tuple[str, ...]] = [("number", "made", "hook", "state", "as", "caused by", "about", "note")]
    rows += [_cells(run) for run in runs]
    show(data(runs), *(table(rows) if runs else ["There are no such runs."]), as_json=as_json)


@app.command("show")
def show_(number: Number, database: Database = None, as_json: Json = False) -> None:
    """Show one run with its calls, its log and the event that caused it."""
    with opened(database) as applinks:
        record = applinks.script_run(number)
    show(data(record), *_in_full(record), as_json=as_json)


@app.command()
def cancel(number: Number, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """End a run that has not ended."""
    with opened(database) as applinks:
        run = applinks.cancel_run(number, by=whoever_runs_this(by))
    show(data(run), f"Run {number} is cancelled.", as_json=as_json)


@app.command()
def retry(number: Number, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Try a run that waits for a consent again now."""
    with opened(database) as applinks:
        run = applinks.retry_run(number, by=whoever_runs_this(by))
    show(data(run), f"Run {number} is tried again now.", as_json=as_json)


@app.command()
def repeat(number: Number, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Begin a new run like one that has ended, for the same people. What that one did is done once more."""
    with opened(database) as applinks:
        new = applinks.repeat_run(number, by=whoever_runs_this(by))
    show({"run": new}, f"It is queued as run {new}.", as_json=as_json)


@app.command()
def settle(
    number: Number,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Which call, as `applinks runs show` tells its place.")],
    status: Annotated[
        int | None, typer.Option("--status", metavar="STATUS", help="It happened, and this was the status of the answer.")
    ] = None,
    answer: Annotated[
        str, typer.Option("--answer", metavar="JSON", help="What was answered, if the script needs to know.")
    ] = "",
    did_not_happen: Annotated[bool, typer.Option("--did-not-happen", help="It did not happen: send it again.")] = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say what became of a call that was sent and never answered; the run goes on with that."""
    if (status is None) != did_not_happen:
        raise ConfigurationError(
            "Whether the call happened must be said, in one way.", remedy="Say --status 200, or --did-not-happen."
        )
    with opened(database) as applinks:
        run = applinks.settle_call(number, place, status=status, answer=answer, by=whoever_runs_this(by))
    show(data(run), f"Noted. Run {number} goes on.", as_json=as_json)


@app.command()
def export(
    format: Annotated[str, typer.Option("--format", help="json (a line for each run) or csv.")] = "json",  # noqa: A002
    hook: OfHook = None,
    state: InState = None,
    user: OfPerson = None,
    item: About = None,
    since: Since = None,
    until: Until = None,
    database: Database = None,
) -> None:
    """Print runs, the newest first: as JSON lines with their calls and logs, or as CSV."""
    with opened(database) as applinks:
        for piece in applinks.export_runs(format, **_only(hook, state, user, item, since, until)):
            typer.echo(piece, nl=False)


def _only(
    hook: str | None, state: str | None, user: str | None, item: str | None, since: str | None, until: str | None
) -> RunFilters:
    from applinks.scripts import RunState

    if state not in {None, ALL, *RunState}:
        raise ConfigurationError(f"No run is {str(state)[:50]!r}.", remedy=f"A run is one of: {', '.join(RunState)}.")
    said = {
        "hook": hook,
        "state": state if state != ALL else None,
        "without": RunState.SKIPPED.value if state is None else None,
        "person": user,
        "item": item,
        "since": moment_said(since),
        "until": moment_said(until),
    }
    only: RunFilters = {name: value for name, value in said.items() if value is not None}  # type: ignore[assignment]
    return only


def _cells(run: Run) -> tuple[str, ...]:
    caused = run.actor if run.actor != run.user else None
    cells = (str(run.number), moment(run.made_at), run.hook, run.state.value, run.user, caused, run.item, _note(run))
    return tuple(cell or "-" for cell in cells)


def _note(run: Run) -> str | None:
    if run.state == "parked":
        return f"waits for the consent of {run.parked_user} until {moment(run.parked_until)}"
    if run.state == "running" and run.progress is not None:
        return str(run.progress)
    return run.error


def _in_full(record: RunRecord) -> Iterator[str]:
    run = record.run
    yield f"Run {run.number} of {run.hook}: {run.state.value}"
    told = {
        name: value for name, value in data(run).items() if name not in {"number", "key", "hook", "state", "result", "progress"}
    }
    moments = {"made_at", "due_at", "started_at", "ended_at", "parked_until", "held_until"}
    for name, value in told.items():
        if value is not None:
            yield f"  {name:<13} {moment(value) if name in moments else value}"
    if run.progress is not None:
        yield f"  {'progress':<13} {run.progress}"
    if run.result is not None:
        yield f"  {'result':<13} {json.dumps(run.result, ensure_ascii=False)}"
    if record.event is not None:
        yield f"  event         {record.event.number}: {record.event.application} {record.event.kind}"
    yield from map(_call, record.calls)
    yield from (f"  pass {line.number_of_pass}  {moment(line.at)}  {line.level:<8} {line.text}" for line in record.log)


def _call(call: CallTold) -> str:
    came = "SENT AND NEVER ANSWERED" if call.unclear else "not answered" if call.status is None else str(call.status)
    by = f" by {call.mechanism}" if call.mechanism else ""
    return f"  call {call.place}  {call.method} {call.address} as {call.user or 'nobody'}{by}: {came}"
