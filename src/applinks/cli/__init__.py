"""The command line. Commands decide nothing: they read words, call the front door, and print what came of it."""

from __future__ import annotations

import io
import sys

import typer

from applinks.audit import printable
from applinks.cli import (
    audit,
    backup,
    consent,
    declared,
    demo,
    doctor,
    entity,
    event,
    explain,
    grant,
    identity,
    init,
    keys,
    link,
    look,
    pasted,
    person,
    run,
    runs,
    scripts,
    serve,
    signing,
    source,
    token,
    worker,
)
from applinks.cli.words import check_text
from applinks.errors import AppLinksError, CredentialsRequired, LinkFileWrong

app = typer.Typer(
    name="applinks",
    help="Application links: let one application call another as the person who is using it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("serve")(serve.serve)
app.command("backup")(backup.backup)
app.add_typer(identity.app, name="identity")
app.command("doctor")(doctor.doctor)
app.command("refusals")(explain.refusals)
app.command("explain")(explain.explain)
app.command("plan")(declared.plan)
app.command("apply")(declared.apply)
app.command("export")(declared.export)
app.command("look")(look.look)
app.command("run")(run.run)
app.command("worker")(worker.worker)
app.add_typer(link.app, name="link")
app.add_typer(entity.app, name="entity")
app.add_typer(grant.app, name="grant")
app.add_typer(consent.app, name="consent")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(signing.app, name="signing")
app.add_typer(runs.app, name="runs")
app.add_typer(scripts.app, name="scripts")
app.add_typer(token.app, name="token")
app.add_typer(person.app, name="person")
app.add_typer(source.app, name="source")
app.add_typer(event.app, name="event")
app.add_typer(pasted.app, name="scripts")


def main() -> None:
    """Run; what the user can mend is said in two lines, without a traceback."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is refused by whoever reads it, not by the reading
    try:
        for word in sys.argv[1:]:
            check_text(word, repr(word))
        app()
    except AppLinksError as error:
        print(f"applinks: {printable(error.message)}", file=sys.stderr)
        for remedy in error.mistakes if isinstance(error, LinkFileWrong) else filter(None, [error.remedy]):
            print(f"  → {printable(remedy)}", file=sys.stderr)
        if isinstance(error, CredentialsRequired) and error.authorization_url:
            print(f"  → {printable(error.authorization_url)}", file=sys.stderr)
        sys.exit(1)
