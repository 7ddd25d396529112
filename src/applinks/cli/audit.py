"""`applinks audit`: read the records of what was done, and check that nobody touched them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from applinks.audit import Head, Written
from applinks.cli.words import Database, Json, opened, show, table
from applinks.errors import ConfigurationError

LONGEST_NUMBER = 18  # digits: no record has a longer one, and reading them costs

app = typer.Typer(help="What was done, by whom, as whom and why.", no_args_is_help=True)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="How many, newest first.")] = 20,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the newest records."""
    with opened(database) as applinks:
        records = applinks.audit(limit)
    rows: list[tuple[str, ...]] = [("when", "what", "as", "really", "link", "request", "outcome", "reason")]
    rows += [_cells(record) for record in records]
    show([asdict(record) for record in records], *table(rows), as_json=as_json)


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
        verdict = applinks.verify_audit(None if noted is None else _head(noted))
    if verdict.broken is not None:
        words = f"Broken at record {verdict.broken}: {verdict.problem}"
    else:
        words = f"Intact up to {verdict.head.sequence}:{verdict.head.digest}" if verdict.head else "No records yet."
    show(asdict(verdict), words, as_json=as_json)
    if verdict.broken is not None:
        raise typer.Exit(1)


def _head(noted: str) -> Head:
    number, _, digest = noted.partition(":")
    if not number.isdecimal() or len(number) > LONGEST_NUMBER or not digest:
        raise ConfigurationError(
            f"{noted!r} is no number and digest.", remedy="Say it like 17:3f2a…, as `audit verify` prints it."
        )
    return Head(int(number), digest)


def _cells(record: Written) -> tuple[str, ...]:
    entry = record.entry
    when = datetime.fromtimestamp(record.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
    cells = (when, entry.kind, entry.subject, entry.actor, entry.link, entry.request, entry.outcome, entry.reason)
    return tuple(cell or "-" for cell in cells)
