"""The engine Procrastinate: the queue lies in the PostgreSQL database that has our tables, too.

Rules of this file:
- Its tables lie in a schema of their own, named after their form: another version of Procrastinate makes another one.
- They hold nothing but numbers. Whoever drops them loses nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sqlalchemy import make_url

from applinks.errors import ConfigurationError

try:
    import procrastinate
    import psycopg
    from procrastinate.exceptions import AlreadyEnqueued
    from procrastinate.jobs import Status
    from procrastinate.schema import SchemaManager
    from psycopg.conninfo import make_conninfo
    from psycopg.sql import SQL, Identifier
except ImportError as missing:
    raise ConfigurationError(
        "The engine Procrastinate is not installed.",
        remedy="Install it with this package: pip install 'applinks[procrastinate]'",
    ) from missing

QUEUE = "applinks"
TASK = "applinks.run"
STARTS_WITHIN = 30.0
TELLS_WITHIN = 10.0
RESTARTS_AFTER = 2.0
"""Seconds after which its worker begins again, after the server was away."""
MAKERS = int.from_bytes(b"appljobs")
"""The advisory lock of those who make the schema."""

log = logging.getLogger("applinks.scripts")


class Procrastinate:
    """A `Queue`; at most so many runs at a time in this process. Raises `ConfigurationError` for another kind of database."""

    def __init__(self, database: str, workers: int) -> None:
        url = make_url(database)
        if url.get_backend_name() != "postgresql":
            raise ConfigurationError(
                "The engine Procrastinate needs a PostgreSQL database.",
                remedy="Name one, or leave the engine away: a SQLite file needs none.",
            )
        self._form = SchemaManager.get_schema()
        self._schema = f"applinks_queue_{hashlib.sha256(self._form.encode()).hexdigest()[:8]}"
        where: dict[str, Any] = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
        options = f"{where.pop('options', '')} -c search_path={self._schema}".strip()
        self._address = make_conninfo(**where, options=options)
        self._workers = workers
        connector = procrastinate.PsycopgConnector(conninfo=self._address, min_size=1, max_size=4)
        self._app = procrastinate.App(connector=connector)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="applinks-run")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._begun = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._live, name="applinks-procrastinate", daemon=True)

    def start(self, perform: Callable[[int], None]) -> None:
        """Make the tables where they are not there, and begin."""
        self._make_tables()

        @self._app.task(name=TASK, queue=QUEUE)
        async def run(number: int) -> None:
            await asyncio.get_running_loop().run_in_executor(self._threads, perform, number)

        self._task = run
        self._thread.start()
        self._begun.wait(STARTS_WITHIN)

    def tell(self, number: int) -> None:
        """Send a number, unless it waits there already."""
        if self._loop is None:
            raise ConfigurationError("The engine Procrastinate has not started.")
        job = self._task.configure(queueing_lock=str(number)).defer_async(number=number)
        with suppress(AlreadyEnqueued):
            asyncio.run_coroutine_threadsafe(job, self._loop).result(TELLS_WITHIN)

    @property
    def is_running(self) -> bool:
        """Whether its thread lives; that one begins again by itself when the server was away."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Take no more numbers."""
        self._stopping = True
        if self._loop is not None and self._work is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._work.cancel)

    def join(self, seconds: float) -> None:
        """Wait until nothing runs any more."""
        self._thread.join(seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make_tables(self) -> None:
        with psycopg.connect(self._address) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MAKERS,))
            found = connection.execute("SELECT to_regclass(%s)", (f"{self._schema}.procrastinate_jobs",)).fetchone()
            if found is None or found[0] is None:
                connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self._schema)))
                connection.execute(self._form)

    def _live(self) -> None:
        asyncio.run(self._work_again_and_again())

    async def _work_again_and_again(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._app.open_async():
            while not self._stopping:
                try:
                    await self._forget_those_of_the_dead()
                    self._work = asyncio.create_task(self._worker())
                    self._begun.set()
                    await self._work
                except asyncio.CancelledError:
                    return
                except Exception:
                    log.exception("the engine Procrastinate stopped, and begins again in a moment")
                    await asyncio.sleep(RESTARTS_AFTER)

    async def _worker(self) -> None:
        await self._app.run_worker_async(
            queues=[QUEUE], concurrency=self._workers, install_signal_handlers=False, delete_jobs="always"
        )

    async def _forget_those_of_the_dead(self) -> None:
        """What a worker was doing that is gone: whose run it was stands in our tables."""
        for job in await self._app.job_manager.get_stalled_jobs(queue=QUEUE):
            await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
