"""`applinks keys`: the keys that seal secrets at rest."""

from __future__ import annotations

import typer

from applinks.cli.words import Database, Json, show

app = typer.Typer(help="The keys that seal secrets in the database.", no_args_is_help=True)


@app.command()
def rotate(database: Database = None, as_json: Json = False) -> None:
    """Add a new sealing key and seal all secrets anew with it; running applications go on undisturbed."""
    from applinks import AppLinks

    with AppLinks(database) as applinks:
        sealed = applinks.rotate_sealing()
    show({"sealed_anew": sealed}, f"Sealed {sealed} secrets anew.", as_json=as_json)
