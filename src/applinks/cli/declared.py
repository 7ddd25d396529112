"""`applinks plan`, `applinks apply`, `applinks export`: links as code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.words import By, Json, show, whoever_runs_this

if TYPE_CHECKING:
    from applinks.declared import Plan

DIFFERENT = 2
"""The status where something stands otherwise than declared."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The link file.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Delete links that the file does not have, with what people have allowed.")
]


def plan(file: File, prune: Prune = False, as_json: Json = False) -> None:
    """Show what differs between what stands and what a link file declares; changes nothing.

    Ends with 0 if nothing does, with 2 if something does, with 1 if it could not be found out.
    """
    from applinks import declared

    read = declared.read(file)
    with declared.doors_of(read) as doors:
        found = declared.plan(read, doors, prune=prune)
    show(found.as_data(), *_lines(found), as_json=as_json)
    if found.differs:
        raise typer.Exit(DIFFERENT)


def apply(file: File, prune: Prune = False, by: By = None, as_json: Json = False) -> None:
    """Make what stands what a link file declares: both ends of each link, without any password. Twice is the same as once."""
    from applinks import declared

    read = declared.read(file)
    with declared.doors_of(read) as doors:
        done = declared.apply(
            read,
            doors,
            by=whoever_runs_this(by),
            prune=prune,
            told=None if as_json else lambda step: show(None, *step.words, as_json=False),
        )
        left = declared.plan(read, doors, prune=prune)
    notes = [note.words for note in left.notes]
    if as_json:
        show({"done": [step.as_data() for step in done], "notes": left.as_data()["notes"]}, as_json=True)
    elif lines := [*([] if done else ["Nothing to do."]), *notes]:
        show(None, *lines, as_json=False)


def export(
    databases: Annotated[
        list[str] | None,
        typer.Argument(metavar="DATABASE", help="Whose ends to write; APPLINKS_DATABASE or sqlite:///applinks.db if not said."),
    ] = None,
) -> None:
    """Write a link file from what stands in one or several databases, without any secret, to standard output."""
    from applinks import declared
    from applinks.settings import from_environment

    named = databases or [from_environment().database]
    typer.echo(declared.export([declared.standing(database) for database in named]), nl=False)


def _lines(found: Plan) -> list[str]:
    lines = [line for step in found.steps for line in step.words] + [note.words for note in found.notes]
    return lines or ["Nothing to do."]
