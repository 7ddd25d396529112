"""Engines by their names, as settings and commands say them."""

from __future__ import annotations

from applinks.errors import ConfigurationError
from applinks.front import AppLinks, AsyncAppLinks
from applinks.running.engines import EngineFactory
from applinks.running.in_process import WORKERS, InProcess
from applinks.running.queued import Queue, Queued

IN_PROCESS, PROCRASTINATE, CELERY = "in-process", "procrastinate", "celery"
ENGINES = (IN_PROCESS, PROCRASTINATE, CELERY)


def engine_named(
    name: str, applinks: AppLinks | AsyncAppLinks, *, broker: str | None = None, workers: int = WORKERS
) -> EngineFactory:
    """An engine for `Scripts(…, engine=…)`, with so many runs at a time in this process.

    "in-process" needs nothing else, "procrastinate" a PostgreSQL database, "celery" the address of a `broker`. Raises
    `ConfigurationError` for any other name, and where what it needs is not there or not installed.
    """
    if name == IN_PROCESS:
        return InProcess.with_workers(workers)
    if name == PROCRASTINATE:
        from applinks.running.procrastinate import Procrastinate  # needs its extra

        return _queued(Procrastinate(applinks.settings.database, workers))
    if name == CELERY:
        from applinks.running.celery import Celery  # needs its extra

        if not broker:
            raise ConfigurationError(
                "The engine Celery needs a broker.", remedy="Name one, like redis://cache.example.com:6379/1."
            )
        return _queued(Celery(broker, applinks.identity.id, workers))
    raise ConfigurationError(f"There is no engine {name!r}.", remedy=f"There are: {', '.join(ENGINES)}.")


def _queued(queue: Queue) -> EngineFactory:
    return lambda context: Queued(context, queue)
