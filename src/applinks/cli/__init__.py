"""The command line. Commands decide nothing: they read words, call the front door, and print what came of it."""

from __future__ import annotations

import sys

import typer

from applinks.audit import printable
from applinks.cli import audit, demo, init, keys, link
from applinks.errors import AppLinksError

app = typer.Typer(
    name="applinks",
    help="Application links: let one application call another as the person who is using it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.add_typer(link.app, name="link")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run; what the user can mend is said in two lines, without a traceback."""
    try:
        app()
    except AppLinksError as error:
        print(f"applinks: {printable(error.message)}", file=sys.stderr)
        if error.remedy:
            print(f"  → {printable(error.remedy)}", file=sys.stderr)
        sys.exit(1)
