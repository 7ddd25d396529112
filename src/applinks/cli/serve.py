"""`applinks serve`: the application that stands alone, with pages and people of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from applinks.cli.performing import (
    IN_PROCESS,
    PATIENCE,
    WORKERS,
    Broker,
    EngineName,
    Patience,
    Workers,
    log_on_standard_error,
    runs_at_a_time,
)
from applinks.cli.words import Database, Json, show
from applinks.errors import ConfigurationError

if TYPE_CHECKING:
    from applinks import AsyncAppLinks
    from applinks.running import Scripts

PORT = 8080
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def serve(
    url: Annotated[
        str | None, typer.Option("--url", help="The public address; http://localhost:PORT for a new database if not said.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen: this machine only if not said.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The port of a local address, else 8080; 0 for a free one.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What others are to call it.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--scripts", metavar="FOLDER", help="Where scripts lie: they are loaded, and run here.")
    ] = None,
    engine: EngineName = IN_PROCESS,
    broker: Broker = None,
    workers: Workers = WORKERS,
    patience: Patience = PATIENCE,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Serve pages and endpoints until it is asked to stop (SIGTERM, Ctrl-C); a second time stops it at once.

    A new database is made. Where no administrator can sign in yet, an address is printed at which the first one is made.
    Scripts are loaded again when they change; what is wrong with one is said on standard error, with its file and line.
    What runs when it is to stop is finished, or handed over; it says there, too, for what it waits.
    """
    if folder is None and engine != IN_PROCESS:
        raise ConfigurationError(
            "--engine says how scripts are run, and there are none.", remedy="Name them: --scripts FOLDER."
        )
    standing = _standing()
    from applinks.settings import from_environment

    told = from_environment(database=database, url=url, name=name)
    listening = None
    if told.url is None and _is_new(told.database):
        listening = standing.listen(host, PORT if port is None else port)
        url = f"http://localhost:{listening.getsockname()[1]}"
    applinks = _opened(database, url, name)
    listening = listening or standing.listen(host, _port_of(applinks.identity.url) if port is None else port)
    with listening, log_on_standard_error():
        scripts = None if folder is None else _loaded(applinks, folder, engine, broker, workers)
        how = runs_at_a_time(engine, workers)
        _tell(applinks, scripts, how, *listening.getsockname()[:2], as_json=as_json)
        served = standing.serve(standing.create(applinks, scripts=scripts, patience=patience), listening)
    if not served:
        raise typer.Exit(1)


def _standing() -> Any:
    """The room that needs the extra."""
    try:
        from applinks import serve as standing
    except ImportError as missing:
        if (missing.name or "applinks").partition(".")[0] == "applinks":
            raise
        raise ConfigurationError(
            f"`applinks serve` needs {(missing.name or '').partition('.')[0]}.",
            remedy="Install it with this package: pip install 'applinks[serve]'",
        ) from missing
    return standing


def _is_new(database: str) -> bool:
    from applinks import store

    return store.is_new(database)


def _opened(database: str | None, url: str | None, name: str | None) -> AsyncAppLinks:
    from applinks import AsyncAppLinks
    from applinks.people import Staff

    return AsyncAppLinks(database, url=url, name=name, people=Staff())


def _loaded(applinks: AsyncAppLinks, folder: Path, engine: str, broker: str | None, workers: int) -> Scripts:
    """The scripts in the folder, for which a process is started; raises `ConfigurationError` where it cannot be."""
    from applinks.running import Scripts, engine_named

    scripts = Scripts(applinks, folder, engine=engine_named(engine, applinks, broker=broker, workers=workers))
    _ = scripts.hooks
    return scripts


def _port_of(url: str) -> int:
    """Of an address on this machine; elsewhere a proxy decides."""
    parts = urlsplit(url)
    return parts.port or PORT if parts.hostname in HERE else PORT


def _tell(applinks: AsyncAppLinks, scripts: Scripts | None, how: str, host: str, port: int, *, as_json: bool) -> None:
    from applinks.incoming import first_administrator
    from applinks.serve import set_up_path

    us = applinks.identity
    invitation = applinks.run(first_administrator.invite())
    address = f"{us.url}{set_up_path(invitation)}" if invitation else None
    first = (
        f"  set it up   {address}",
        "              There the first administrator is made: once, within an hour.",
    )
    lines = (
        f"{us.name} ({us.type}) at {us.url}",
        *(_of_scripts(scripts, how) if scripts else ()),
        *(first if address else ()),
        f"  serving on  {host}, port {port}",
    )
    data = {"name": us.name, "type": us.type, "url": us.url, "host": host, "port": port, "set_up": address}
    show({**data, "scripts": None if scripts is None else _told(scripts)}, *lines, as_json=as_json)


def _of_scripts(scripts: Scripts, how: str) -> Iterator[str]:
    """The hooks that are loaded, and how they are run; what is wrong was said by whoever loaded them."""
    hooks, faults = scripts.hooks, scripts.faults
    yield f"  scripts     {len(hooks)} {'hook' if len(hooks) == 1 else 'hooks'}, {len(faults)} found wrong; {how}"
    yield from (f"              {hook.id} ({hook.kind.value})" for hook in hooks)


def _told(scripts: Scripts) -> dict[str, Any]:
    return {"hooks": [hook.id for hook in scripts.hooks], "faults": [asdict(fault) for fault in scripts.faults]}
