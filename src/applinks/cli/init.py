"""`applinks init`: make the database and say who this application is."""

from __future__ import annotations

from typing import Annotated

import typer

from applinks.cli.words import Database, Json, show


def init(
    url: Annotated[str, typer.Option("--url", help="The public address of this application.")],
    name: Annotated[str | None, typer.Option("--name", help="What others are to call it.")] = None,
    type: Annotated[str | None, typer.Option("--type", help="jira, confluence, bitbucket, bamboo or generic.")] = None,  # noqa: A002
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make the database, its keys and the identity of this application; say it again to change name, type or address."""
    from applinks import AppLinks

    with AppLinks(database, url=url, name=name, type=type) as applinks:
        us = applinks.identity
    data = {"id": us.id, "name": us.name, "type": us.type, "url": us.url, "consumer_key": us.consumer_key}
    show(data, f"{us.name} ({us.type}) at {us.url}", f"consumer key {us.consumer_key}", as_json=as_json)
