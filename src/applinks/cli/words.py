"""The options that several commands share, and how results are printed."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.audit import printable
from applinks.errors import ConfigurationError

if TYPE_CHECKING:
    from applinks import AppLinks

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
User = Annotated[str | None, typer.Option("--user", metavar="USER", help="Only those of this person.")]
OfLink = Annotated[str | None, typer.Option("--link", metavar="NAME", help="Only those of this link.")]

Since = Annotated[str | None, typer.Option("--since", metavar="WHEN", help="From then on: 2026-01-31, or 2026-01-31T08:15.")]
Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Up to then; a day alone means its beginning.")]


def opened(database: str | None) -> AppLinks:
    """The application of a database that is there."""
    from applinks import AppLinks

    check_is_there(database)
    return AppLinks(database)


def check_is_there(database: str | None) -> None:
    """Raise `ConfigurationError` where there is no database: of all commands, only `applinks init` makes a new one."""
    from applinks import store
    from applinks.settings import from_environment

    store.check_is_there(from_environment(database=database).database)


def line_from_stdin(what: str) -> str:
    """The next line of standard input, without its end."""
    try:
        line = sys.stdin.readline().removesuffix("\n")
        check_text(line, what)
    except UnicodeDecodeError:
        raise _no_text(what) from None
    return line


def check_text(text: str, what: str) -> None:
    """Raise `ConfigurationError` for what was read from bytes that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _no_text(what) from None


def _no_text(what: str) -> ConfigurationError:
    return ConfigurationError(f"{what} is no text in UTF-8.", remedy="Give it in the encoding of this terminal.")


def whoever_runs_this(by: str | None) -> str:
    """The name for the record: whoever can open the database is an administrator here."""
    return by or getpass.getuser()


def moment_said(when: str | None) -> float | None:
    """Seconds since the epoch; UTC where no other zone is said."""
    if when is None:
        return None
    try:
        read = datetime.fromisoformat(when)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{when!r} is no date.", remedy="Say it like 2026-01-31, or 2026-01-31T08:15 (UTC).") from None


def show(data: Any, *lines: str, as_json: bool) -> None:
    """Print a result, as data or as words; what is stored came from outside: it cannot even begin a line (T-67)."""
    typer.echo(_as_json(data) if as_json else "\n".join(map(printable, lines)))


def _as_json(data: Any) -> str:
    written = json.dumps(data, ensure_ascii=False, default=str)
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in written)


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of text in columns, without a frame: the lines."""
    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
