"""`applinks consent`: what people have allowed this application to do as them elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from applinks.cli.shown import consent_as_data, moment
from applinks.cli.words import By, Database, Json, LinkName, OfLink, User, opened, show, table, whoever_runs_this

app = typer.Typer(help="What people have allowed this application to do as them elsewhere.", no_args_is_help=True)


@app.command("list")
def list_(user: User = None, link: OfLink = None, database: Database = None, as_json: Json = False) -> None:
    """Show the consents that this application holds, the newest first."""
    with opened(database) as applinks:
        names = {linked.id: linked.name for linked in applinks.links()}
        held = applinks.consents(user, link=link)
    consents = [consent_as_data(token, names.get(token.link_id, "")) for token in held]
    rows = [("user", "link", "given", "ends")]
    rows += [(each["user"], each["link"], moment(each["made_at"]), moment(each["ends_at"])) for each in consents]
    show(consents, *(table(rows) if consents else ["Nobody has consented to anything."]), as_json=as_json)


@app.command()
def forget(
    link: LinkName,
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose consent is to be forgotten.")],
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Drop a person's consent: the next call as them asks for it again. Ends with 1 if there was none."""
    with opened(database) as applinks:
        forgotten = applinks.forget_consent(link, user, by=whoever_runs_this(by))
    words = f"Forgotten. {link} still lists it among what {user} has allowed." if forgotten else f"{user} had not consented."
    show({"link": link, "user": user, "forgotten": forgotten}, words, as_json=as_json)
    if not forgotten:
        raise typer.Exit(1)
