"""`applinks scripts`: scripts that are pasted, and run in a sandbox."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, check_text, opened, show, table, whoever_runs_this
from applinks.errors import ConfigurationError
from applinks.wire.values import data

if TYPE_CHECKING:
    from applinks.scripts import PastedScript

app = typer.Typer(help="Scripts that are pasted, and run in a sandbox.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name.")]
File = Annotated[str, typer.Option("--file", metavar="FILE", help="Where its text is; - for standard input.")]


@app.command()
def paste(
    name: Name,
    file: File,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="listener, validator, post-function or by hand; told by the rest.")
    ] = "",
    on: Annotated[
        list[str] | None, typer.Option("--on", metavar="EVENT", help="Run when this has happened; may be said again.")
    ] = None,
    transition: Annotated[
        str | None, typer.Option("--transition", metavar="NAME", help="Run after this transition; before it as a validator.")
    ] = None,
    application: Annotated[
        str | None, typer.Option("--application", metavar="TYPE", help="The type of the application: jira, confluence …")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A text that is set for it; may be said again."),
    ] = None,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Keep a script that runs in a sandbox, new or in place of the one of its name. It is checked, and not run."""
    place = kind or ("listener" if on else "post-function" if transition is not None else "by hand")
    with opened(database) as applinks:
        kept = applinks.paste_script(
            name,
            _text_of(file),
            kind=place,
            application=application,
            events=on or [],
            transition=transition,
            parameters=parameter or [],
            by=whoever_runs_this(by),
        )
    show(data(kept), f"Kept: {kept.name}, revision {kept.revision}.", as_json=as_json)


@app.command()
def check(name: Name, file: File, database: Database = None, as_json: Json = False) -> None:
    """Read a script that could be pasted, without running or keeping it; what is wrong is said with line and column."""
    with opened(database) as applinks:
        applinks.check_script(_text_of(file), name=name)
    show({"name": name, "good": True}, f"{name} can be read.", as_json=as_json)


@app.command()
def unpaste(name: Name, by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Forget a pasted script. Its runs stay."""
    with opened(database) as applinks:
        removed = applinks.unpaste_script(name, by=whoever_runs_this(by))
    show(data(removed), f"Removed: {removed.name}.", as_json=as_json)


@app.command()
def pasted(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this one, with its text.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the pasted scripts, by their names, or the text of one."""
    with opened(database) as applinks:
        if name is not None:
            script = applinks.pasted_script(name)
            show(data(script, also=("text",)), *script.text.splitlines(), as_json=as_json)
            return
        found = applinks.pasted_scripts()
    rows: list[tuple[str, ...]] = [("name", "kind", "on", "application", "revision", "kept", "by"), *map(_cells, found)]
    show(data(found), *(table(rows) if found else ["Nobody has pasted a script yet."]), as_json=as_json)


def _cells(script: PastedScript) -> tuple[str, ...]:
    on = ", ".join(script.events) or script.transition or "–"
    kept = (moment(script.changed_at), script.changed_by)
    return (script.name, script.kind.value, on, script.application or "any", script.revision, *kept)


def _text_of(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file!r} cannot be read: {error}.", remedy="Name a file of text in UTF-8.") from error
    check_text(text, "The script")
    return text
