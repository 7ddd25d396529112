"""Which application a command is about that runs scripts: the one of a database, or that of somebody's own module."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from applinks.cli.words import check_is_there
from applinks.errors import ConfigurationError

if TYPE_CHECKING:
    from applinks import AppLinks, AsyncAppLinks

OfApplication = Annotated[
    str | None,
    typer.Option("--app", metavar="MODULE:NAME", help="The application's own AppLinks, for its people; else those here."),
]


def application_of(app: str | None, database: str | None) -> AppLinks | AsyncAppLinks:
    """The application's own, or that of the database, with the people whom it keeps. Raises `ConfigurationError`."""
    from applinks import AppLinks, AsyncAppLinks

    if app is None:
        from applinks.people import Staff

        check_is_there(database)
        return AppLinks(database, people=Staff())
    module, _, name = app.partition(":")
    sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name or "applinks")
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"There is no {app!r}: {error}.", remedy="Write --app MODULE:NAME.") from error
    if not isinstance(found, AppLinks | AsyncAppLinks):
        raise ConfigurationError(f"{app!r} is no AppLinks.", remedy="Name the variable that holds it.")
    return found


def closed(applinks: AppLinks | AsyncAppLinks) -> None:
    import asyncio
    from inspect import isawaitable

    ending = applinks.close()
    if isawaitable(ending):

        async def close() -> None:
            await ending

        asyncio.run(close())
