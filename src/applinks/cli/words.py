"""The options that several commands share, and how results are printed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

Database = Annotated[
    str | None,
    typer.Option(
        "--database", "-d", envvar="APPLINKS_DATABASE", help="Where the links are; sqlite:///applinks.db if not said."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
By = Annotated[
    str | None,
    typer.Option("--by", help="The administrator who says so, for the record; your user name on this machine if not said."),
]
LinkName = Annotated[str, typer.Argument(metavar="NAME", help="The name of the link.")]


def whoever_runs_this(by: str | None) -> str:
    """The name for the record: whoever can open the database is an administrator here."""
    return by or getpass.getuser()


def show(data: Any, text: str, *, as_json: bool) -> None:
    """Print a result, as data or as words."""
    typer.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of text in columns, without a frame."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
