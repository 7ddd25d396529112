"""`applinks backup`: a copy of the database while it is used."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from applinks.cli.words import Database, Json, opened, show


def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", help="A new file; nothing is overwritten.")],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Write a backup of a SQLite database into a new file, while applications go on using it."""
    with opened(database) as applinks:
        made = applinks.back_up(to)
    head = f"{made.head.sequence}:{made.head.digest}" if made.head else None
    noted = f"Note {head}: `applinks audit verify --noted {head}` tells an older one." if head else "It holds no records yet."
    apart = f"Its secrets are sealed. Keep the keys too, apart from it and as safe: they are in {made.sealing_keys}."
    data = {**asdict(made), "path": str(made.path), "head": head}
    show(data, f"Written to {made.path}.", apart, noted, as_json=as_json)
