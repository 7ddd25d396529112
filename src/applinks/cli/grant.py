"""`applinks grant`: what people have allowed other applications to do as them here."""

from __future__ import annotations

from typing import Annotated

import typer

from applinks.cli.shown import grant_as_data, moment
from applinks.cli.words import By, Database, Json, OfLink, User, opened, show, table, whoever_runs_this

app = typer.Typer(help="What people have allowed other applications to do as them here.", no_args_is_help=True)


@app.command("list")
def list_(user: User = None, link: OfLink = None, database: Database = None, as_json: Json = False) -> None:
    """Show what was allowed and has not ended, the newest first."""
    with opened(database) as applinks:
        grants = [grant_as_data(given) for given in applinks.grants(user, link=link)]
    rows = [("id", "user", "link", "given", "ends")]
    rows += [
        (grant["id"], grant["user"], grant["link"], moment(grant["made_at"]), moment(grant["ends_at"])) for grant in grants
    ]
    show(grants, *(table(rows) if grants else ["Nobody has allowed anything."]), as_json=as_json)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `applinks grant list` shows it.")],  # noqa: A002
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take back what somebody allowed. It is refused from the next request on, and may be allowed anew."""
    with opened(database) as applinks:
        given = applinks.revoke_grant(id, by=whoever_runs_this(by))
    words = f"Revoked: {given.link.name} may not act as {given.grant.user} here any more."
    show(grant_as_data(given), words, as_json=as_json)
