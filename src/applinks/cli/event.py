"""`applinks event`: what has happened, as webhooks, linked applications and this application itself have told it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, opened, show, table, whoever_runs_this
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks.scripts import Event

app = typer.Typer(help="Events: what has happened, and what came of it.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As `applinks event list` shows it.")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 20,
    before: Annotated[int | None, typer.Option("--before", metavar="NUMBER", min=1, help="Only earlier ones.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only these: received, sorted, asked or refused.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the events, the newest first, without what they told."""
    with opened(database) as applinks:
        events = applinks.events(limit, before=before, state=state)
    rows: list[tuple[str, ...]] = [("number", "when", "from", "what", "item", "user", "state", "note")]
    rows += [_cells(event) for event in events]
    show(data(events), *(table(rows) if events else ["There are no events."]), as_json=as_json)


@app.command("show")
def show_(number: Number, database: Database = None, as_json: Json = False) -> None:
    """Show one event with all that it told."""
    with opened(database) as applinks:
        event = applinks.event(number)
    told = data(event, also=("payload",))
    payload = json.dumps(event.payload, indent=2, ensure_ascii=False).splitlines()
    lines = [f"{name}: {value}" for name, value in told.items() if value is not None and name != "payload"]
    show(told, *lines, *payload, as_json=as_json)


@app.command()
def replay(number: Number, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Let an event happen once more: as another event, with runs of its own."""
    with opened(database) as applinks:
        fresh = applinks.replay_event(number, by=whoever_runs_this(by))
    show({"event": fresh}, f"It has happened again, as event {fresh}.", as_json=as_json)


def _cells(event: Event) -> tuple[str, ...]:
    who = event.user or (f"key {event.user_key}" if event.user_key else "–")
    what = f"{event.application} {event.kind}"
    return (
        str(event.number),
        moment(event.received_at),
        event.source,
        what,
        event.item or "–",
        who,
        event.state.value,
        event.note or "",
    )
