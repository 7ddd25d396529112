"""`applinks identity`: who this application is, where its database lies, and whether it is the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from applinks.cli.shown import moment
from applinks.cli.words import By, Database, Json, opened, show, whoever_runs_this
from applinks.links import OurKey

if TYPE_CHECKING:
    from applinks import AppLinks
    from applinks.links import Identity

app = typer.Typer(help="Who this application is, and whether it is the original or a copy.", no_args_is_help=True)


@app.command("show")
def show_(database: Database = None, as_json: Json = False) -> None:
    """Show id, name, address, key, where the database lies, and whether outgoing trust is suspended."""
    with opened(database) as applinks:
        _show(applinks, applinks.identity, as_json=as_json)


@app.command()
def moved(by: By = None, database: Database = None, as_json: Json = False) -> None:
    """Say that this is the original, which lies elsewhere or has another address now: calls go out again."""
    with opened(database) as applinks:
        _show(applinks, applinks.identity_moved(by=whoever_runs_this(by)), as_json=as_json)


@app.command()
def copied(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say that this is a copy: it becomes an application of its own, with a new id and key, and all its links are disabled.

    Tokens, grants and secrets are dropped, here only. Names and policies stay, so that links can be made again.
    """
    if not yes:
        typer.confirm("Give this application another id and key, and disable all its links?", abort=True)
    with opened(database) as applinks:
        _show(applinks, applinks.identity_copied(by=whoever_runs_this(by)), as_json=as_json)


def _show(applinks: AppLinks, us: Identity, *, as_json: bool) -> None:
    fingerprint = applinks.answer(OurKey()).public.fingerprint
    suspended = us.suspension
    data: dict[str, Any] = {
        "id": us.id,
        "name": us.name,
        "type": us.type,
        "url": us.url,
        "consumer_key": us.consumer_key,
        "fingerprint": fingerprint,
        "place": us.place,
        "suspended": {"since": suspended.since, "why": suspended.why} if suspended else None,
    }
    trust = f"suspended since {moment(suspended.since)}: {suspended.why}" if suspended else "not suspended"
    lines = (
        f"{us.name} ({us.type}) at {us.url}",
        f"  id            {us.id}",
        f"  consumer key  {us.consumer_key}",
        f"  key           {fingerprint}",
        f"  place         {us.place or 'in memory'}",
        f"  trust         {trust}",
    )
    show(data, *lines, as_json=as_json)
