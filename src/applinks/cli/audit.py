"""`applinks audit`: read the records of what was done, and check that nobody touched them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from applinks.audit import AuditFilters, Head, Written, said
from applinks.cli.words import Database, Json, OfLink, Since, Until, moment_said, opened, show, table
from applinks.errors import ConfigurationError

app = typer.Typer(help="What was done, by whom, as whom and why.", no_args_is_help=True)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="How many, newest first.")] = 20,
    link: OfLink = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only records of this kind, such as call.")] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="USER", help="Only what was done as or by this person.")] = None,
    since: Since = None,
    until: Until = None,
    before: Annotated[
        int | None, typer.Option("--before", metavar="NUMBER", min=1, help="Only records before this one: the next page.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the newest records."""
    with opened(database) as applinks:
        only = AuditFilters(link=link, kind=kind, user=user, since=moment_said(since), until=moment_said(until), before=before)
        records = applinks.audit(limit, **only)
    rows: list[tuple[str, ...]] = [("when", "what", "as", "really", "link", "request", "outcome", "reason")]
    rows += [_cells(record) for record in records]
    show([asdict(record) for record in records], *table(rows), as_json=as_json)


@app.command("show")
def show_(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The number of the record.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show one record with all that it holds: what was checked, and each value before and after a change."""
    with opened(database) as applinks:
        record = next(iter(applinks.audit(1, before=number + 1)), None)
    if record is None or record.sequence != number:
        raise ConfigurationError(f"There is no record {number}.", remedy="`applinks audit list --json` tells the numbers.")
    show(asdict(record), *_in_full(record), as_json=as_json)


@app.command()
def export(
    format: Annotated[str, typer.Option("--format", help="json or csv.")] = "json",  # noqa: A002
    since: Since = None,
    until: Until = None,
    database: Database = None,
) -> None:
    """Print all records, or those of a span, the oldest first, and the head that they go up to."""
    with opened(database) as applinks:
        for piece in applinks.export_audit(format, since=moment_said(since), until=moment_said(until)):
            typer.echo(piece, nl=False)


@app.command()
def verify(
    noted: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:DIGEST", help="The last record as it was noted elsewhere: finds an older copy."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Check the chain of the records; ends with 1 if it is broken."""
    with opened(database) as applinks:
        verdict = applinks.verify_audit(None if noted is None else Head.read(noted))
    if verdict.broken is not None:
        words = f"Broken at record {verdict.broken}: {verdict.problem}"
    else:
        words = f"Intact up to {verdict.head}" if verdict.head else "No records yet."
    show(asdict(verdict), words, as_json=as_json)
    if verdict.broken is not None:
        raise typer.Exit(1)


def _cells(record: Written) -> tuple[str, ...]:
    entry = record.entry
    when = datetime.fromtimestamp(record.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
    cells = (when, entry.kind, entry.subject, entry.actor, entry.link, entry.request, entry.outcome, entry.reason)
    return tuple(cell or "-" for cell in cells)


def _in_full(record: Written) -> list[str]:
    entry = record.entry
    facts = {**asdict(entry), "when": _cells(record)[0], "checks": None, "changes": None}
    lines = [f"Record {record.sequence}: {entry.kind}"]
    lines += [f"  {name:<10} {value}" for name, value in facts.items() if value is not None and name != "kind"]
    lines += [f"  checked    {name}: {outcome}" for name, outcome in entry.checks]
    return lines + [f"  changed    {change}" for change in said(entry.changes)]
