"""`applinks keys`: the keys that seal secrets at rest."""

from __future__ import annotations

import typer

from applinks.cli.words import Database, Json, opened, show, table

app = typer.Typer(help="The keys that seal secrets in the database.", no_args_is_help=True)


@app.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """Show how many secrets each sealing key seals."""
    with opened(database) as applinks:
        secrets = applinks.secrets_per_sealing_key()
    rows = [("key", "secrets"), *((key, str(count)) for key, count in secrets.items())]
    show(secrets, *table(rows), as_json=as_json)


@app.command()
def reseal(database: Database = None, as_json: Json = False) -> None:
    """Seal everything with the first key: after the keys were changed by hand, or a rotation broke off."""
    with opened(database) as applinks:
        sealed = applinks.reseal()
    show({"sealed_anew": sealed}, f"Sealed {sealed} secrets anew.", as_json=as_json)


@app.command()
def rotate(database: Database = None, as_json: Json = False) -> None:
    """Add a new sealing key and seal all secrets anew with it; running applications go on undisturbed."""
    with opened(database) as applinks:
        sealed = applinks.rotate_sealing()
    show({"sealed_anew": sealed}, f"Sealed {sealed} secrets anew.", as_json=as_json)
