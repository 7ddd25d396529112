"""`applinks worker`: a process that runs scripts, beside an application or on another machine."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from applinks.cli.application import OfApplication, application_of, closed
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


def worker(
    scripts: Annotated[Path, typer.Option("--scripts", metavar="FOLDER", help="The folder with the scripts.")],
    engine: EngineName = IN_PROCESS,
    broker: Broker = None,
    workers: Workers = WORKERS,
    patience: Patience = PATIENCE,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    app: OfApplication = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Run scripts until it is asked to stop (SIGTERM, Ctrl-C); a second time stops it at once.

    Any number of workers may share a database: each run is taken by one of them. What runs when one is to stop is finished, or
    handed over to another; it says on standard error for what it waits.
    """
    from applinks.running import Scripts, engine_named

    stop = _when_asked_to_stop()
    applinks = application_of(app, database)
    try:
        factory = not once and engine_named(engine, applinks, broker=broker, workers=workers)
        running = Scripts(applinks, scripts, engine=factory)
        with log_on_standard_error(), ExitStack() as stack:
            stack.callback(running.close, patience)
            hooks = len(running.hooks)  # first: who cannot load the scripts begins nothing
            running.start()
            _tell(applinks.identity.name, hooks, engine, workers, as_json=as_json)
            if once:
                running.drain(stop, workers=workers)
            else:
                stop.wait()
    finally:
        closed(applinks)


def _when_asked_to_stop() -> threading.Event:
    """Set when this process is asked to stop; asked again, it ends at once, and what runs begins again elsewhere."""
    asked = threading.Event()

    def stop(*_: object) -> None:
        if asked.is_set():
            os._exit(1)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return asked


def _tell(name: str, hooks: int, engine: str, workers: int, *, as_json: bool) -> None:
    line = f"{name}: {hooks} hook{'s' if hooks != 1 else ''}, {runs_at_a_time(engine, workers)}"
    show({"name": name, "hooks": hooks, "workers": workers, "engine": engine}, line, as_json=as_json)
    sys.stdout.flush()
