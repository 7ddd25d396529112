"""What the commands have in common that perform runs: their options, and what they say when they are to stop."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

IN_PROCESS = "in-process"
WORKERS = 4
PATIENCE = 10.0

EngineName = Annotated[str, typer.Option("--engine", help="What says which run is next: in-process, procrastinate or celery.")]
Broker = Annotated[
    str | None,
    typer.Option("--broker", envvar="APPLINKS_BROKER", help="The broker of celery, like redis://cache.example.com:6379/1."),
]
Workers = Annotated[int, typer.Option("--workers", min=1, max=1000, help="How many runs at a time.")]
Patience = Annotated[float, typer.Option("--patience", min=0, help="Seconds for which runs may go on once it is to stop.")]


def runs_at_a_time(engine: str, workers: int) -> str:
    """How runs are performed, in words."""
    return f"{workers} run{'' if workers == 1 else 's'} at a time, {engine}"


class _OnStandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        typer.echo(self.format(record), err=True)


_SAYS = _OnStandardError()


def say_what_is_waited_for() -> None:
    """On standard error, where the warnings are: the log of scripts says for which runs is waited, and what became of them."""
    log = logging.getLogger("applinks.scripts")
    log.addHandler(_SAYS)
    log.setLevel(logging.INFO)
