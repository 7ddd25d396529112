"""What the commands have in common that perform runs: their options, and what becomes of their log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

SCRIPTS = "applinks.scripts"
"""The logger of scripts."""
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


@contextmanager
def log_on_standard_error() -> Iterator[None]:
    """The log of scripts: what is wrong with them, and for which runs is waited when this is to stop."""
    log, said = logging.getLogger(SCRIPTS), _OnStandardError()
    level = log.level
    log.addHandler(said)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(said)
        log.setLevel(level)


@contextmanager
def log_unsaid() -> Iterator[None]:
    """What is in the log of scripts is told otherwise: else Python would write its warnings on standard error."""
    log, nothing = logging.getLogger(SCRIPTS), logging.NullHandler()
    log.addHandler(nothing)
    try:
        yield
    finally:
        log.removeHandler(nothing)
