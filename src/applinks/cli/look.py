"""`applinks look`: who is at an address, before anything is made."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from applinks.cli.words import Database, Json, opened, show

Url = Annotated[str, typer.Argument(metavar="URL", help="The address of an application, or of one of its pages.")]


def look(url: Url, database: Database = None, as_json: Json = False) -> None:
    """Look at an address: who is there, what they speak, and what stands against a link. Makes nothing.

    Ends with 1 if no link can be made as it is.
    """
    with opened(database) as applinks:
        found = applinks.look(url)
    show(asdict(found), *found.lines, as_json=as_json)
    if found.obstacle is not None:
        raise typer.Exit(1)
